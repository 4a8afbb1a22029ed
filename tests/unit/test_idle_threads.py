"""Waiting threads sleep: set before the libraries that read it are imported, and never against the user."""

import os
import subprocess
import sys

from exoprobe.idle_threads import WAITING, let_idle_threads_sleep

COMMAND = """
import os, sys
from exoprobe.cli import main
assert not {"numpy", "torch"} & set(sys.modules)
assert main(["audit", "none.npy", "none.csv"]) == 1
print(os.environ["OMP_WAIT_POLICY"], os.environ["OPENBLAS_THREAD_TIMEOUT"])
"""


def printed(**variables):
    environment = {name: value for name, value in os.environ.items() if name not in WAITING} | variables
    done = subprocess.run([sys.executable, "-c", COMMAND], check=True, text=True, capture_output=True, env=environment)
    return done.stdout.split()


def test_the_command_sets_it_before_numpy_and_torch_are_imported():
    assert printed() == list(WAITING.values())


def test_what_the_environment_says_stays():
    assert printed(OMP_WAIT_POLICY="active")[0] == "active"


def test_this_process_is_set_up(monkeypatch):
    for name in WAITING:
        monkeypatch.delenv(name, raising=False)
    let_idle_threads_sleep()
    assert {name: os.environ.pop(name) for name in WAITING} == WAITING
