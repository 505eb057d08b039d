"""Turns SciFact's tables into lines of JSON that the memory can take and questions that it can be asked.

    python scifact.py FOLDER

FOLDER holds `corpus_train.csv` and `claims_validation.csv`; the validation split is what BEIR calls the test split: 300
questions, 339 pairs, 5,183 abstracts. Writes `corpus.jsonl`, for `aigw memory import`, and `questions.jsonl` beside them.
"""

import csv
import json
import re
import sys
from pathlib import Path

# An abstract is written as a list of quoted sentences without commas between them.
SENTENCE = re.compile(r"""'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)\"""")


def rows(path):
    csv.field_size_limit(1 << 30)
    with path.open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def sentences(text):
    for one, other in SENTENCE.findall(text):
        yield re.sub(r"\\(['\"\\])", r"\1", one or other).strip()


def main(folder):
    with (folder / "corpus.jsonl").open("w", encoding="utf-8") as out:
        for row in rows(folder / "corpus_train.csv"):
            content = row["title"] + "\n" + " ".join(sentences(row["abstract"]))
            out.write(json.dumps({"source": row["doc_id"], "kind": "document", "content": content}) + "\n")
    # A claim has a row for each abstract that speaks about it.
    questions = {}
    for row in rows(folder / "claims_validation.csv"):
        question = questions.setdefault(row["id"], {"text": row["claim"], "relevant": []})
        cited = re.findall(r"\d+", row["cited_doc_ids"])
        question["relevant"] += [key for key in cited if key not in question["relevant"]]
    with (folder / "questions.jsonl").open("w", encoding="utf-8") as out:
        out.writelines(json.dumps(question) + "\n" for question in questions.values())


if __name__ == "__main__":
    main(Path(sys.argv[1]))
