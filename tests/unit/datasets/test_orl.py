import io
import zipfile

import numpy as np
import pytest
from PIL import Image

from exoprobe.datasets.known.orl import orl_attributes
from exoprobe.datasets.orl import build_orl, load_orl, read_labels
from exoprobe.datasets.samples import dataset_digest, read_samples
from exoprobe.errors import ExoprobeError


@pytest.fixture
def folder(tmp_path):
    """400 pictures of one gray each, in subfolders s1 … s40."""
    for subject in range(1, 41):
        (tmp_path / "faces" / f"s{subject}").mkdir(parents=True)
        for image in range(1, 11):
            buffer = io.BytesIO()
            Image.new("L", (4, 5), 5 * subject + image).save(buffer, "PPM")
            (tmp_path / "faces" / f"s{subject}" / f"{image}.pgm").write_bytes(buffer.getvalue())
    return tmp_path / "faces"


def build(folder, path, **options):
    load_orl(path / "images.zip", folder)
    build_orl(path / "images.zip", path / "samples.parquet", **{"folds": 10, **options})
    return path / "samples.parquet"


def test_every_picture_is_labeled_once_with_0_or_1():
    labels = read_labels()
    assert len(labels) == 400
    assert not labels.duplicated(["subject", "image"]).any()
    assert set(labels["subject"]) == set(range(1, 41))
    assert set(labels["image"]) == set(range(1, 11))
    assert np.isin(labels[orl_attributes()], (0, 1)).all()
    assert labels.groupby("subject")["facial_hair"].nunique().eq(1).all()  # as the file's docstring says


def test_the_archive_holds_the_folder_s_pictures(folder, tmp_path):
    load_orl(tmp_path / "images.zip", folder)
    with zipfile.ZipFile(tmp_path / "images.zip") as archive:
        assert len(archive.namelist()) == 400
        assert archive.read("s7/3.pgm") == (folder / "s7" / "3.pgm").read_bytes()


def test_a_folder_that_lacks_pictures_is_refused_with_their_count(folder, tmp_path):
    (folder / "s3" / "4.pgm").unlink()
    (folder / "s9" / "1.pgm").unlink()
    with pytest.raises(ExoprobeError, match="lacks 2 of the 400 pictures, such as s3/4.pgm"):
        load_orl(tmp_path / "images.zip", folder)
    assert not (tmp_path / "images.zip").exists()


@pytest.mark.parametrize("folds", [3, 10, 40])
def test_every_person_is_in_one_fold_and_folds_are_of_even_size(folder, tmp_path, folds):
    columns = read_samples(build(folder, tmp_path, folds=folds), ["group", "split", "file"])
    people = [set(columns["group"][columns["split"] == f"fold_{fold}"]) for fold in range(folds)]
    assert sum(map(len, people)) == len(set.union(*people)) == 40
    assert max(map(len, people)) - min(map(len, people)) <= 1


def test_labels_stay_with_their_pictures(folder, tmp_path):
    columns = read_samples(build(folder, tmp_path), ["file", "group", *orl_attributes()])
    labels = {f"s{row['subject']}/{row['image']}.pgm": row for row in read_labels().to_dict("records")}
    for row, file in enumerate(columns["file"]):
        assert columns["group"][row] == labels[file]["subject"]
        assert [columns[name][row] for name in orl_attributes()] == [labels[file][name] for name in orl_attributes()]


def test_building_twice_is_identical_and_a_changed_picture_is_another_dataset(folder, tmp_path):
    first, second, third = (tmp_path / name for name in "abc")
    assert build(folder, first).read_bytes() == build(folder, second).read_bytes()
    assert (first / "images.zip").read_bytes() == (second / "images.zip").read_bytes()
    (folder / "s1" / "1.pgm").write_bytes((folder / "s1" / "2.pgm").read_bytes())
    assert dataset_digest(build(folder, third)) != dataset_digest(first / "samples.parquet")


def test_the_seed_deals_the_people(folder, tmp_path):
    deals = [read_samples(build(folder, tmp_path / str(seed), seed=seed), ["group"])["group"] for seed in (0, 1)]
    assert not np.array_equal(*deals)
