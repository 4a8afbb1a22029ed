import os
import shutil

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


def swapped(folder):
    (folder / "a.npy").rename(folder / "c.npy")
    (folder / "b.npy").rename(folder / "a.npy")
    (folder / "c.npy").rename(folder / "b.npy")


def one_relinked_inside_the_folder(folder):
    (folder / "a.npy").unlink()
    (folder / "a.npy").symlink_to(folder / "b.npy")


def one_written_over_with_the_others_content(folder):
    shutil.copy2(folder / "b.npy", folder / "a.npy")


def one_replaced_by_a_hard_link(folder):
    (folder / "a.npy").unlink()
    (folder / "a.npy").hardlink_to(folder / "b.npy")


def one_gone(folder):
    (folder / "a.npy").unlink()


@pytest.mark.parametrize(
    "change",
    [
        swapped,
        one_relinked_inside_the_folder,
        one_written_over_with_the_others_content,
        one_replaced_by_a_hard_link,
        one_gone,
    ],
)
def test_a_change_among_several_files_counts(tmp_path, digests, change):
    folder = tmp_path / "shards"
    folder.mkdir()
    for name in ("a.npy", "b.npy"):
        (folder / name).write_text(name)
        os.utime(folder / name, (OLD, OLD))
    files = [folder / "a.npy", folder / "b.npy"]
    before = digests(*files)
    change(folder)
    assert digests(*files) != before
