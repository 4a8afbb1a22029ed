"""Where users' files are: FILE:WHERE, folders, patterns."""

import numpy as np
import pytest

from exoprobe.io.locations import Location, digest_of_location, files_of, parse_location, stored_at


@pytest.mark.parametrize(
    ("text", "path", "where"),
    [
        ("my.npy", "my.npy", ""),
        ("atlas.h5ad:obsm/X_pca", "atlas.h5ad", "obsm/X_pca"),
        ("atlas.H5AD:/obsm/X_pca", "atlas.H5AD", "obsm/X_pca"),
        ("a:b.npy", "a:b.npy", ""),
        ("runs/12:30.pt:net/fc7", "runs/12:30.pt", "net/fc7"),
        ("my.npy:layer", "my.npy:layer", ""),
        ("atlas.h5ad:", "atlas.h5ad:", ""),
    ],
)
def test_a_place_follows_the_last_colon_of_a_container(text, path, where):
    location = parse_location(text)
    assert (str(location.path), location.where) == (path, where)


def test_a_file_that_has_the_whole_name_is_meant(tmp_path):
    odd = tmp_path / "a.pt:b"
    odd.write_bytes(b"x")
    assert parse_location(odd) == Location(odd)


@pytest.mark.parametrize(
    ("text", "stem"),
    [
        ("x/net.npy", "net"),
        ("atlas.h5ad:obsm/X_scVI", "X_scVI"),
        ("table.csv.gz", "table"),
        ("run/emb_*.npy", "emb"),
        ("*.npy", "features"),
    ],
)
def test_names_come_from_the_place_or_the_file(text, stem):
    assert parse_location(text).stem == stem


def test_files_are_in_natural_order(tmp_path):
    for index in (10, 9, 1):
        np.save(tmp_path / f"part{index}.npy", np.full((1, 1), index))
    (tmp_path / ".hidden").touch()
    expected = [str(tmp_path / f"part{index}.npy") for index in (1, 9, 10)]
    assert files_of(tmp_path) == files_of(f"{tmp_path}/part*.npy") == expected


def test_the_digest_follows_the_content_of_every_file(tmp_path):
    for index in range(2):
        (tmp_path / f"{index}").write_bytes(b"a")
    before = digest_of_location(tmp_path)
    (tmp_path / "1").write_bytes(b"b")
    assert digest_of_location(tmp_path) != before


def test_what_the_workflow_makes_is_where_the_job_has_it(tmp_path):
    for index in range(2):
        (tmp_path / f"{index}.npy").touch()
    given = [f"{tmp_path}", "results/a.parquet", "b.pt:x"]
    files = [*files_of(tmp_path), "/cache/a.parquet", "b.pt"]
    assert list(stored_at(given, files)) == [f"{tmp_path}", "/cache/a.parquet", "b.pt:x"]
