import fcntl
import subprocess
import sys
import textwrap

import pytest

from exoprobe.errors import ExoprobeError
from exoprobe.run_lock import VARIABLE, begin_run, check_run


def start_run(folder):
    """A process that holds the run lock until it is told to end, and prints the locks that it found left."""
    program = textwrap.dedent(
        f"""
        from pathlib import Path
        from exoprobe.run_lock import begin_run
        folder = Path({str(folder)!r})
        begin_run(folder)
        print(len(list(folder.glob("locks/*.lock"))), flush=True)
        input()
        """
    )
    pipe = subprocess.PIPE
    return subprocess.Popen([sys.executable, "-c", program], stdin=pipe, stdout=pipe, text=True)


def test_locks_of_a_live_run_stay_and_those_of_a_killed_run_go(tmp_path):
    folder = tmp_path / ".snakemake"
    alive = start_run(folder)
    assert alive.stdout.readline() == "0\n"
    (folder / "locks").mkdir()
    (folder / "locks" / "0.input.lock").write_text("results/x")
    second = start_run(folder)
    assert second.stdout.readline() == "1\n"
    second.kill()
    second.wait()
    alive.kill()
    alive.wait()
    third = start_run(folder)
    assert third.stdout.readline() == "0\n"
    third.kill()


def test_a_run_that_began_beside_another_keeps_its_locks_when_that_one_ends(tmp_path):
    folder = tmp_path / ".snakemake"
    dry_run = start_run(folder)
    assert dry_run.stdout.readline() == "0\n"
    run = start_run(folder)
    assert run.stdout.readline() == "0\n"
    (folder / "locks").mkdir()
    (folder / "locks" / "0.input.lock").write_text("results/x")
    dry_run.communicate("\n")
    third = start_run(folder)
    assert third.stdout.readline() == "1\n"
    third.communicate("\n")
    run.kill()
    run.wait()
    fourth = start_run(folder)
    assert fourth.stdout.readline() == "0\n"
    fourth.communicate("\n")


def test_where_files_cannot_be_locked_nothing_is_removed(tmp_path, monkeypatch):
    def refuse(*_):
        raise OSError

    monkeypatch.setattr(fcntl, "flock", refuse)
    lock = tmp_path / "locks" / "0.input.lock"
    lock.parent.mkdir()
    lock.touch()
    begin_run(tmp_path)
    assert lock.exists()


def test_a_killed_run_s_jobs_count_until_another_run_begins(tmp_path, monkeypatch):
    def name():
        return (tmp_path / "exoprobe.run").read_text()

    first = start_run(tmp_path)
    first.stdout.readline()
    monkeypatch.setenv(VARIABLE, name())
    beside = start_run(tmp_path)
    beside.stdout.readline()
    check_run(tmp_path)
    for run in (first, beside):
        run.kill()
        run.wait()
    check_run(tmp_path)
    second = start_run(tmp_path)
    second.stdout.readline()
    with pytest.raises(ExoprobeError, match="nothing done: the run that submitted this job is over"):
        check_run(tmp_path)
    monkeypatch.setenv(VARIABLE, name())
    check_run(tmp_path)
    second.communicate("\n")


def test_a_job_without_a_run_s_name_or_folder_goes_ahead(tmp_path, monkeypatch):
    monkeypatch.setenv(VARIABLE, "run")
    check_run(tmp_path)
    (tmp_path / "exoprobe.run").write_text("another")
    monkeypatch.delenv(VARIABLE)
    check_run(tmp_path)


def test_a_folder_that_cannot_be_written_is_refused_in_one_sentence(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(ExoprobeError, match=r"cannot be written \(.*\); run in a folder that can"):
        begin_run(tmp_path / "file" / ".snakemake")
