import subprocess
import sys


def run(tmp_path, statement):
    program = (
        "import logging\n"
        "from exoprobe.errors import ExoprobeError\nfrom exoprobe.logs import log_to\n"
        f"log_to({str(tmp_path / 'x.log')!r}, 'lenet')\nlogging.getLogger('exoprobe.x').info('hello')\n"
        f"{statement}\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    return done, (tmp_path / "x.log").read_text()


def test_lines_go_to_the_terminal_with_the_job_s_name_and_to_the_log_file(tmp_path):
    done, log = run(tmp_path, "")
    assert done.stderr == "lenet: hello\n"
    assert log.endswith("hello\n")


def test_a_user_s_error_is_one_sentence_without_traceback(tmp_path):
    done, log = run(tmp_path, "raise ExoprobeError('folder x lacks y')")
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1] == "lenet: error: folder x lacks y"
    assert "Traceback" not in done.stderr + log


def test_our_own_fault_keeps_its_traceback_in_the_log(tmp_path):
    done, log = run(tmp_path, "1 / 0")
    assert done.returncode == 1
    assert "ZeroDivisionError" in log
    assert "Traceback" in log
