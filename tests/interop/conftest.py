import pytest

from standins import stand_in


@pytest.fixture
def faults():
    """Tells a stand-in to fail, and takes it back after the test."""
    told = []

    def inject(provider, fault):
        told.append(stand_in(provider))
        told[-1].inject(fault)

    yield inject
    for standing in told:
        standing.clear_faults()


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_sessionfinish(session):
    """Closes with the counts, after the list of failures that pytest ends with."""
    result = yield
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    passed, failed, broken = (len(reporter.stats.get(k, [])) for k in ("passed", "failed", "error"))
    reporter.ensure_newline()
    reporter.write_line(f"{passed} passed, {failed + broken} failed")
    return result
