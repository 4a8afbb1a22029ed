"""CelebA's own files, where they lie beside the checkout."""

import numpy as np
import pandas as pd
import pytest

from exoprobe.datasets.celeba import IMAGES, build_celeba, read_tables
from exoprobe.datasets.celeba_layout import celeba_folder
from exoprobe.datasets.landmarks import POINT_COLUMNS, detect_landmarks, read_landmarks
from exoprobe.datasets.poses import pose_from_landmarks, read_annotations
from exoprobe.datasets.samples import SPLITS, read_samples, write_samples


@pytest.fixture(scope="module")
def folder(real_celeba):
    return celeba_folder(real_celeba)


def test_the_real_files_have_forty_attributes_and_keep_people_apart(folder, tmp_path):
    build_celeba(folder, tmp_path / "samples.parquet", bad_images="refuse")
    table = read_tables(folder)
    names = [name for name in table if name not in ("file", "split", "group")]
    assert len(names) == 40
    columns = read_samples(tmp_path / "samples.parquet", ["file", "split", "group", *names])
    assert len(columns["file"]) == len(table) >= 60
    assert set(columns["split"]) == set(SPLITS)
    assert set(np.concatenate([columns[name] for name in names])) == {0, 1}
    assert columns["No_Beard"].mean() > 0.6 > 0.2 > columns["Bald"].mean()  # signs are the right way around


def test_a_lost_image_is_noticed(folder, tmp_path):
    copy = tmp_path / "celeba"
    copy.mkdir()
    for path in folder.iterdir():
        if path.name != IMAGES:
            (copy / path.name).symlink_to(path)
    (copy / IMAGES).mkdir()
    images = sorted((folder / IMAGES).iterdir())
    for path in images[1:]:
        (copy / IMAGES / path.name).symlink_to(path)
    build_celeba(copy, tmp_path / "samples.parquet", bad_images="leave_out")
    files = read_samples(tmp_path / "samples.parquet", ["file"])["file"]
    assert sorted(files) == [path.name for path in images[1:]]


def test_detected_landmarks_agree_with_the_annotated_pose(folder, tmp_path, root, dlib_model):
    predictor = dlib_model("shape_predictor_68_face_landmarks.dat")
    angles = read_annotations(root.parent / "shared" / "celeba" / "pose.csv")
    names = sorted(path.name for path in (folder / IMAGES).iterdir())
    names = [name for name in names if name in angles.index][:12]
    columns = {"sample_id": np.arange(12), "file": np.array(names), "group": np.arange(12)}
    write_samples(tmp_path / "s.parquet", {**columns, "split": np.repeat("test", 12)})
    detect_landmarks(tmp_path / "s.parquet", folder / IMAGES, predictor, tmp_path / "l.parquet", shard=0, shards=1)
    table = read_landmarks(tmp_path / "l.parquet")
    assert table["detected"].mean() > 0.8
    points = table[POINT_COLUMNS].to_numpy().reshape(-1, 5, 2)
    assert (points[:, 0, 0] < points[:, 1, 0]).all()  # the left eye, as seen in the image
    assert (points[:, :2, 1].max(1) < points[:, 3:, 1].min(1)).all()  # eyes above mouths
    # aligned images: both eyes lie near where CelebA's alignment puts them
    assert np.abs(np.median(points[:, :2], axis=0) - [(69, 111), (108, 111)]).max() < 5
    yaw = pd.Series(pose_from_landmarks(points)["yaw"], index=names)
    # this annotator counts yaw positive to the left of the image, the other way from ours
    assert np.corrcoef(yaw, angles.loc[names, "yaw"])[0, 1] < -0.7
