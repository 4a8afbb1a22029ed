import numpy as np
import pandas as pd
import pytest

from exoprobe.datasets.landmarks import COLUMNS, POINT_COLUMNS
from exoprobe.datasets.poses import FROM_LANDMARKS, pose_from_landmarks, read_annotations, write_poses
from exoprobe.errors import ExoprobeError

FRONTAL = np.array([(-20, 0), (20, 0), (0, 25), (-15, 50), (15, 50)], float)  # eyes, nose, mouth; y points down


def nose_at(x, y=25):
    points = FRONTAL.copy()
    points[2] = x, y
    return points


def turned(points, degrees):
    """Turn clockwise as seen in an image, where y points down."""
    radians = np.radians(degrees)
    return points @ [[np.cos(radians), np.sin(radians)], [-np.sin(radians), np.cos(radians)]]


@pytest.mark.parametrize(
    ("x", "yaw"), [(0, 0), (25, 45), (-25, -45), (25 * np.tan(np.radians(10)), 10)]
)  # half of eyes to mouth is 25
def test_yaw_is_the_nose_s_offset_and_positive_to_the_right(x, yaw):
    pose = pose_from_landmarks(nose_at(x)[None])
    assert pose["yaw"][0] == pytest.approx(yaw)
    assert pose["roll"][0] == pytest.approx(0)
    assert np.isnan(pose["pitch"][0])


@pytest.mark.parametrize("roll", [-70, -5, 30, 90])
def test_roll_is_clockwise_and_leaves_yaw_alone(roll):
    pose = pose_from_landmarks(100 + turned(3 * nose_at(10), roll)[None])
    assert pose["roll"][0] == pytest.approx(roll)
    assert pose["yaw"][0] == pytest.approx(np.degrees(np.arctan(10 / 25)))


def test_the_nose_s_height_does_not_matter_for_yaw():
    yaw = pose_from_landmarks(np.stack([nose_at(10, y) for y in (15, 25, 40)]))["yaw"]
    np.testing.assert_allclose(yaw, yaw[0])


@pytest.fixture
def landmarks(tmp_path):
    table = pd.DataFrame({"sample_id": np.arange(3), "detected": 1, **dict.fromkeys(COLUMNS, 0.0)})
    table[POINT_COLUMNS] = np.stack([nose_at(25), nose_at(0), nose_at(-25)]).reshape(3, 10)
    table.to_parquet(tmp_path / "landmarks.parquet")
    return tmp_path / "landmarks.parquet"


def test_without_annotations_the_landmarks_say_the_pose(samples, landmarks, tmp_path):
    write_poses(samples, landmarks, tmp_path / "poses.parquet")
    poses = pd.read_parquet(tmp_path / "poses.parquet")
    np.testing.assert_allclose(poses["yaw"], [45, 0, -45], atol=1e-9)
    assert poses["sample_id"].tolist() == [0, 1, 2]
    assert set(poses["estimator"]) == {FROM_LANDMARKS}


def test_landmarks_of_another_dataset_are_refused(samples, landmarks, tmp_path):
    pd.read_parquet(landmarks).iloc[:2].to_parquet(landmarks)
    with pytest.raises(ExoprobeError, match="landmarks.parquet does not hold the samples of"):
        write_poses(samples, landmarks, tmp_path / "poses.parquet")


ANNOTATIONS = pd.DataFrame(
    {
        "image": ["a.jpg", "c.jpg", "x.jpg"],
        "yaw": [10.5, -3.0, 80.0],
        "pitch": [1.0, 2.0, 3.0],
        "detected": [1, 0, 1],
    }
)


@pytest.mark.parametrize("suffix", ["csv", "parquet"])
def test_annotations_are_matched_by_file_name_and_unknown_where_not_detected(samples, tmp_path, suffix):
    path = tmp_path / f"angles.{suffix}"
    ANNOTATIONS.to_csv(path, index=False) if suffix == "csv" else ANNOTATIONS.to_parquet(path)
    write_poses(samples, "not read", tmp_path / "poses.parquet", annotations=path)
    poses = pd.read_parquet(tmp_path / "poses.parquet")
    np.testing.assert_array_equal(poses["yaw"], [np.nan, 10.5, np.nan])  # b is not listed, c not detected
    np.testing.assert_array_equal(poses["pitch"], [np.nan, 1, np.nan])
    assert poses["roll"].isna().all()
    assert set(poses["estimator"]) == {f"angles.{suffix}"}


@pytest.mark.parametrize(
    ("table", "said"),
    [
        (ANNOTATIONS.drop(columns="yaw"), "lacks the column yaw; it has image, pitch, detected"),
        (ANNOTATIONS[["pitch"]], "lacks the column image and yaw"),
        (ANNOTATIONS.assign(image=["a.jpg", "b.jpg", "a.jpg"]), "a.jpg is listed twice"),
        (ANNOTATIONS.assign(yaw=["left", "10", "0"]), "an angle is not a number .*left"),
        (ANNOTATIONS.assign(yaw=["inf", "10", "0"]), "an angle is not a number"),
    ],
)
def test_annotations_that_cannot_be_used_are_refused(tmp_path, table, said):
    table.to_csv(tmp_path / "angles.csv", index=False)
    with pytest.raises(ExoprobeError, match=f"angles.csv.*{said}"):
        read_annotations(tmp_path / "angles.csv")


def test_a_missing_annotation_file_is_named():
    with pytest.raises(ExoprobeError, match=r"faces.pose: nowhere.csv: no such file"):
        read_annotations("nowhere.csv")


def test_annotations_of_none_of_the_images_are_refused(samples, tmp_path):
    ANNOTATIONS.assign(image=["1", "2", "3"]).to_csv(tmp_path / "angles.csv", index=False)
    with pytest.raises(ExoprobeError, match=r"angles.csv lists none of the dataset's images, such as b.jpg"):
        write_poses(samples, "not read", tmp_path / "poses.parquet", annotations=tmp_path / "angles.csv")


@pytest.mark.parametrize("name", ["pose.parquet", "pose.csv"])
def test_an_annotation_file_that_is_no_table_is_refused_by_name(tmp_path, name):
    (tmp_path / name).write_bytes(b"PAR1\x00\xff" if name.endswith("parquet") else b"")
    with pytest.raises(ExoprobeError, match=f"{name} cannot be read as a table"):
        read_annotations(tmp_path / name)
