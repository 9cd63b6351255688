"""How much the property tests draw; and, printed last, how closely each function agreed."""

import pickle

import agreement
import pytest
from hypothesis import HealthCheck, settings
from sizes import sized

collect_ignore = ["typing"]  # programs for type checkers, which are not to be run

# How much is drawn; a failure prints how to draw it again.
settings.register_profile(
    "sized",
    max_examples=sized(200, 2000),
    deadline=None,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("sized")


def pytest_sessionfinish(session):
    """Send this worker's records to the process that prints them (pytest-xdist)."""
    if hasattr(session.config, "workeroutput"):
        session.config.workeroutput["agreement"] = pickle.dumps(agreement.RECORDS).hex()


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node):
    """Gather the records of a parallel worker that has finished; one that crashed sent none."""
    if not hasattr(node, "workeroutput"):
        return
    for name, record in pickle.loads(bytes.fromhex(node.workeroutput["agreement"])).items():
        agreement.RECORDS.setdefault(name, agreement.Record()).merge(record)


def pytest_terminal_summary(terminalreporter):
    if not agreement.RECORDS:
        return
    terminalreporter.section("agreement with torch")
    for name, record in sorted(agreement.RECORDS.items()):
        errors = ", ".join(f"{d} {e:.1e}" for d, e in sorted(record.largest.items()))
        terminalreporter.write_line(
            f"{name:24} {record.cases:6} cases; largest relative error: {errors}"
        )
