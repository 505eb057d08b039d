"""One record of every check: which client, what, over which provider, and whether it holds. The table is made of it."""

import os
from importlib.metadata import version

import pytest

from launch import gateway

SOUND = ["groq", "anthropic", "gemini", "replicate", "openai"]


@pytest.fixture(scope="session")
def sound():
    """The URL of a gateway that nothing goes wrong behind."""
    with gateway(*SOUND) as url:
        yield url


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    report = yield
    if report.when == "call" or (report.when == "setup" and report.failed):
        parameters = item.callspec.params
        driver = parameters["driver"]
        row = (
            driver.name,
            version(driver.package),
            item.get_closest_marker("check").args[0],
            parameters.get("wire", ""),
            report.outcome,
        )
        with open(os.environ["INTEROP_RECORD"], "a") as record:
            print(*row, sep="\t", file=record)
    return report


def pytest_configure(config):
    config.addinivalue_line("markers", "check(what): the column of the table that a test counts for")
