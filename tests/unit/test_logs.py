import fcntl
import subprocess
import sys

from exoprobe import logs


def start(tmp_path, statement):
    program = (
        "import logging\n"
        "from exoprobe.errors import ExoprobeError\nfrom exoprobe.logs import log_to\n"
        f"log_to({str(tmp_path / 'x.log')!r}, 'lenet')\nlogging.getLogger('exoprobe.x').info('hello')\n"
        f"{statement}\n"
    )
    pipe = subprocess.PIPE
    return subprocess.Popen([sys.executable, "-c", program], stdin=pipe, stdout=pipe, stderr=pipe, text=True)


def run(tmp_path, statement):
    process = start(tmp_path, statement)
    _, error = process.communicate()
    return process.returncode, error, (tmp_path / "x.log").read_text()


def test_lines_go_to_the_terminal_with_the_job_s_name_and_to_the_log_file(tmp_path):
    _, error, log = run(tmp_path, "")
    assert error == "lenet: hello\n"
    assert log.endswith("hello\n")


def test_a_user_s_error_is_one_sentence_without_traceback(tmp_path):
    status, error, log = run(tmp_path, "raise ExoprobeError('folder x lacks y')")
    assert status == 1
    assert error.splitlines()[-1] == "lenet: error: folder x lacks y"
    assert "Traceback" not in error + log


def test_our_own_fault_is_one_sentence_and_its_traceback_in_the_log(tmp_path):
    status, error, log = run(tmp_path, "1 / 0")
    assert status == 1
    fault = "a fault of exoprobe itself, ZeroDivisionError (division by zero); please report it with this job's log"
    assert error == f"lenet: hello\nlenet: error: {fault}\n"
    assert "Traceback" in log
    assert log.endswith(f"error: {fault}\n")


def test_a_full_disk_is_one_sentence(tmp_path):
    status, error, log = run(tmp_path, "open('/dev/full', 'w', buffering=1).write('line\\n')")
    assert status == 1
    assert "lenet: error: no space is left on the disk" in error
    assert "Traceback" not in log


def test_an_interruption_is_one_word(tmp_path):
    status, error, log = run(tmp_path, "raise KeyboardInterrupt")
    assert status != 0
    assert error == "lenet: hello\nlenet: interrupted\n"
    assert log.endswith("interrupted\n")


def test_a_job_waits_for_a_live_process_that_still_does_it(tmp_path):
    orphan = start(tmp_path, "input()\nlogging.getLogger('exoprobe.x').info('the last line')")
    assert orphan.stderr.readline() == "lenet: hello\n"
    heir = start(tmp_path, "")
    assert heir.stderr.readline().startswith("lenet: waiting: an earlier run was killed")
    assert (tmp_path / "x.log").read_text().count("\n") == 1
    (tmp_path / "x.log").unlink()  # as Snakemake does before a job
    orphan.communicate("\n")
    assert heir.communicate()[1] == "lenet: hello\n"
    assert "the last line" not in (tmp_path / "x.log").read_text()


def test_a_killed_process_keeps_no_job_waiting(tmp_path):
    orphan = start(tmp_path, "input()")
    assert orphan.stderr.readline() == "lenet: hello\n"
    orphan.kill()
    orphan.communicate()
    assert run(tmp_path, "")[:2] == (0, "lenet: hello\n")


def test_where_files_cannot_be_locked_a_job_goes_on(tmp_path, monkeypatch):
    def refuse(*_):
        raise OSError

    monkeypatch.setattr(fcntl, "flock", refuse)
    logs._wait_for_others(tmp_path / "x.lock")
