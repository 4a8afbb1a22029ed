import subprocess
import sys
import textwrap


def start_run(folder):
    """A process that holds the run lock until it is told to end, and prints the locks that it found left."""
    program = textwrap.dedent(
        f"""
        from pathlib import Path
        from exoprobe.run_lock import clear_stale_locks
        folder = Path({str(folder)!r})
        clear_stale_locks(folder)
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
    alive.kill()
    alive.wait()
    third = start_run(folder)
    assert third.stdout.readline() == "0\n"
    third.kill()
