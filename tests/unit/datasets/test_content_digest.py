import os

import pytest

from exoprobe.datasets import content_digest
from exoprobe.datasets.content_digest import content_digests

OLD = 1_577_836_800


@pytest.fixture
def path(tmp_path):
    (tmp_path / "f.npy").write_bytes(b"new")
    return tmp_path / "f.npy"


@pytest.fixture
def digests(tmp_path):
    return lambda *paths: content_digests(paths, tmp_path / "cache.json")


def replaced_by_an_older_file(path):
    (path.parent / "old").write_bytes(b"old")
    os.utime(path.parent / "old", (OLD, OLD))
    (path.parent / "old").replace(path)


def written_over_with_an_older_time(path):
    path.write_bytes(b"old")
    os.utime(path, (OLD, OLD))


def written_over_with_the_same_time(path):
    before = path.stat()
    path.write_bytes(b"old")
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


def turned_into_a_link(path):
    (path.parent / "other").write_bytes(b"old")
    path.unlink()
    path.symlink_to(path.parent / "other")


def grown(path):
    path.write_bytes(b"new and more")


CHANGES = [
    replaced_by_an_older_file,
    written_over_with_an_older_time,
    written_over_with_the_same_time,
    turned_into_a_link,
    grown,
]


@pytest.mark.parametrize("change", CHANGES)
def test_new_content_counts_whatever_its_time(path, digests, change):
    before = digests(path)
    change(path)
    assert digests(path) != before


def test_a_link_to_another_folder_counts(tmp_path, digests):
    for name in ("run1", "run2"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "f.npy").write_text(name)
    link = tmp_path / "latest"
    link.symlink_to(tmp_path / "run2")
    before = digests(link / "f.npy")
    link.unlink()
    link.symlink_to(tmp_path / "run1")
    assert digests(link / "f.npy") != before


def test_a_touch_does_not_count_and_what_is_known_is_not_read_again(path, digests, monkeypatch):
    before = digests(path)
    os.utime(path)
    assert digests(path) == before
    monkeypatch.setattr(content_digest, "digest_of_file", lambda path: pytest.fail("read again"))
    assert digests(path) == before


def test_a_file_that_is_not_there_and_a_damaged_cache_are_no_fault(tmp_path, path, digests):
    assert digests(tmp_path / "none") == [f"{tmp_path}/none absent"]
    (tmp_path / "cache.json").write_text("{")
    assert digests(path) == content_digests([path], tmp_path / "no" / "folder" / "cache.json")
