import pytest

from exoprobe.io.files import atomic_write, digest_of_files


def test_the_final_name_appears_only_with_the_whole_content(tmp_path):
    target = tmp_path / "new" / "result.csv"
    with atomic_write(target) as temporary:
        temporary.write_text("whole")
        assert temporary.suffix == ".csv"
        assert not target.exists()
    assert target.read_text() == "whole"
    assert list(target.parent.iterdir()) == [target]


def test_a_failed_write_leaves_what_was_there_and_nothing_else(tmp_path):
    target = tmp_path / "result.csv"
    target.write_text("old")

    def fail():
        with atomic_write(target) as temporary:
            temporary.write_text("half")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert target.read_text() == "old"
    assert list(tmp_path.iterdir()) == [target]


def test_what_a_killed_write_left_is_cleared_by_the_next(tmp_path):
    left_over, other = tmp_path / ".result.csv.x1.csv", tmp_path / ".other.csv.x1.csv"
    left_over.touch()
    other.touch()
    with atomic_write(tmp_path / "result.csv") as temporary:
        temporary.write_text("whole")
    assert sorted(tmp_path.iterdir()) == [other, tmp_path / "result.csv"]


def test_the_digest_of_files_depends_on_content_and_order_only(tmp_path):
    a, b, c = (tmp_path / name for name in "abc")
    for path, content in ((a, "1"), (b, "2"), (c, "1")):
        path.write_text(content)
    assert digest_of_files([a, b]) == digest_of_files([c, b]) != digest_of_files([b, a])
