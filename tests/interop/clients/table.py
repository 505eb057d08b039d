"""The record of all checks as a table: `table.py RECORD`. Exits with 1 where something does not hold."""

import sys
from collections import Counter

COLUMNS = [
    "answer",
    "stream",
    "tools",
    "schema",
    "embeddings",
    "token count",
    "models",
    "errors",
    "broken stream",
]


def table(lines):
    passed, run, versions = Counter(), Counter(), {}
    for line in lines:
        client, version, what, _, outcome = line.rstrip("\n").split("\t")
        versions[client] = version
        run[client, what] += 1
        passed[client, what] += outcome == "passed"
    yield "| client | version | " + " | ".join(COLUMNS) + " |"
    yield "| --- " * (len(COLUMNS) + 2) + "|"
    for client, version in versions.items():
        cells = [f"{passed[client, what]}/{run[client, what]}" for what in COLUMNS]
        cells = ["" if cell == "0/0" else cell for cell in cells]
        yield f"| {client} | {version} | " + " | ".join(cells) + " |"
    yield ""
    yield f"{passed.total()} of {run.total()} hold"


if __name__ == "__main__":
    with open(sys.argv[1]) as record:
        rows = list(record)
    print("\n".join(table(rows)))
    sys.exit(any(not row.endswith("\tpassed\n") for row in rows) or not rows)
