"""The last words of a run of the workflow."""

import os

from exoprobe.run_end import refusals, set_aside


def write(path, text, time):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    os.utime(path, (time, time))
    return path


def test_the_sentences_of_jobs_that_ended_in_this_run_are_repeated(tmp_path):
    write(tmp_path / "audit" / "samples.log", "2026-01-01 10:00:00,1 read\n2026-01-01 10:00:01,2 error: a is b\n", 200)
    write(tmp_path / "earlier.log", "2025-01-01 10:00:00,1 error: long ago\n", 50)
    write(tmp_path / "fine.log", "2026-01-01 10:00:00,1 skill error: 0.1\n", 200)
    assert list(refusals(tmp_path, 100)) == ["a is b"]


def test_an_earlier_page_is_set_aside(tmp_path):
    page = write(tmp_path / "index.html", "old", 50)
    assert set_aside(page, 100) == f"{page} was of an earlier audit and is now {tmp_path}/earlier_index.html"
    assert not page.exists()
    assert set_aside(page, 100) == ""
    assert set_aside(write(page, "new", 200), 100) == ""
    assert page.read_text() == "new"
