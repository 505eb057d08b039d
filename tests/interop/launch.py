"""A gateway before stand-ins of its own: what one test does to a provider, no other test feels."""

import os
import subprocess
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path

PATIENCE = 30
# Names that say nothing of who is behind them.
ALIASES = {"replicate": "prose"}
UNLIMITED = ["--rpm", "1000000", "--tpm", "1000000000"]


@contextmanager
def gateway(*providers, fault=None, keys=()):
    """The URL of a gateway. `fault` befalls every provider; with `keys` clients need one of them."""
    with tempfile.TemporaryDirectory() as home:
        config = Path(home, "config.toml")
        faults = [f"--fault={fault}"] if fault else []
        with running(home, ["simulate", *providers, *UNLIMITED, *faults], config) as said:
            said(" listening on ", len(providers))
            with open(config, "a") as file:
                known = [f'{alias} = "{name}"' for name, alias in ALIASES.items() if name in providers]
                print("[aliases]", *known, sep="\n", file=file)
            more = {}
            if keys:
                Path(home, "keys").write_text("\n".join(keys))
                more["AIGW_SERVE_KEY_FILE"] = str(Path(home, "keys"))
            with running(home, ["--config", str(config), "serve", "--port", "0"], **more) as said:
                [line] = said("listening on http", 1)
                yield line.split()[-1]


@contextmanager
def running(home, arguments, stdout=os.devnull, **environment):
    """A process, and what waits for its lines on stderr."""
    log = Path(home, f"{'serve' if 'serve' in arguments else 'simulate'}.log")
    with open(stdout, "w") as out, open(log, "w") as err:
        started = subprocess.Popen(
            [os.environ["AIGW"], *arguments],
            stdout=out,
            stderr=err,
            env={"HOME": home, "AIGW_DATA_DIR": str(Path(home, "data"))} | environment,
        )

    def said(words, count):
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline and started.poll() is None:
            lines = [line for line in log.read_text().splitlines(True) if words in line]
            if len(lines) >= count and lines[-1].endswith("\n"):
                return lines
            time.sleep(0.02)
        raise RuntimeError(f"{arguments}: {log.read_text()}")

    try:
        yield said
    finally:
        started.kill()
        started.wait()
