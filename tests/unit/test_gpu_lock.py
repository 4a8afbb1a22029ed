"""One job per card, whoever started the jobs."""

import subprocess
import sys
import textwrap

import pytest


@pytest.fixture
def job(tmp_path):
    """Start processes that claim one of two cards, say which, and keep it until told to end."""
    program = textwrap.dedent(
        f"""
        import logging
        from exoprobe.gpu_lock import claim_card
        logging.basicConfig(level=logging.INFO, format="%(message)s", stream=__import__("sys").stdout)
        card = claim_card(("GPU-a", "GPU-b"), {str(tmp_path)!r})
        assert claim_card(("GPU-a", "GPU-b"), {str(tmp_path)!r}) == card
        print(card, flush=True)
        input()
        """
    )
    started = []

    def start():
        pipe = subprocess.PIPE
        process = subprocess.Popen([sys.executable, "-c", program], stdin=pipe, stdout=pipe, text=True)
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.communicate()


def test_jobs_take_different_cards_and_the_third_waits_for_the_first(job):
    first, second = job(), job()
    assert {first.stdout.readline(), second.stdout.readline()} == {"0\n", "1\n"}
    third = job()
    assert third.stdout.readline() == "waiting: another job computes on every GPU here\n"
    for ended in (first, second):
        ended.kill()
        ended.wait()
    assert third.stdout.readline() == "0\n"
    assert job().stdout.readline() == "1\n"


@pytest.mark.plants_a_fault  # in a program of its own, which tells of no error in its own words
def test_a_link_that_someone_laid_in_the_shared_folder_is_not_followed(job, tmp_path):
    (tmp_path / "victim").write_text("kept")
    (tmp_path / "exoprobe_GPU-a.lock").symlink_to(tmp_path / "victim")
    process = job()
    assert process.wait() != 0
    assert (tmp_path / "victim").read_text() == "kept"
