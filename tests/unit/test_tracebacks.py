"""No test passes in which a user would have seen a traceback."""

from types import SimpleNamespace

import pytest

from tests.conftest import TRACEBACK, pytest_runtest_makereport


def outcome(shown: str, marked: bool) -> str:
    item = SimpleNamespace(nodeid="test", get_closest_marker=lambda name: marked or None)
    report = SimpleNamespace(capstdout="", capstderr=shown, caplog="", passed=True, outcome="passed")
    hook = pytest_runtest_makereport(item, None)
    next(hook)
    with pytest.raises(StopIteration) as end:
        hook.send(report)
    return end.value.value.outcome


def test_a_test_that_shows_a_traceback_fails_unless_it_plants_a_fault():
    assert outcome(f"{TRACEBACK}:\n  File …", marked=False) == "failed"
    assert outcome(f"{TRACEBACK}:\n  File …", marked=True) == "passed"
    assert outcome("exoprobe: f.npy: no such file", marked=False) == "passed"
