import numpy as np
import pandas as pd
import pytest
from PIL import Image

from exoprobe.datasets.landmarks import (
    BOX_COLUMNS,
    COLUMNS,
    POINT_COLUMNS,
    central_box,
    detect_landmarks,
    gather_landmarks,
    read_celeba_landmarks,
    read_landmarks,
)
from exoprobe.errors import ExoprobeError


def shard(path, ids):
    table = pd.DataFrame({"sample_id": ids, "detected": 1, **dict.fromkeys(COLUMNS, 1.5)})
    table.to_parquet(path, index=False)
    return path


def test_shards_are_joined_in_order(samples, tmp_path):
    shards = [shard(tmp_path / "0.parquet", [0, 1]), shard(tmp_path / "1.parquet", [2])]
    gather_landmarks(samples, shards, tmp_path / "all.parquet")
    table = read_landmarks(tmp_path / "all.parquet")
    assert table["sample_id"].tolist() == [0, 1, 2]
    assert list(table) == ["sample_id", "detected", *COLUMNS]


@pytest.mark.parametrize("ids", [([0, 1],), ([0, 1], [1, 2]), ([2], [0, 1]), ([0, 1], [2, 3])])
def test_shards_that_do_not_add_up_are_refused(samples, tmp_path, ids):
    shards = [shard(tmp_path / f"{number}.parquet", rows) for number, rows in enumerate(ids)]
    with pytest.raises(ExoprobeError, match="do not add up to the samples"):
        gather_landmarks(samples, shards, tmp_path / "all.parquet")
    assert not (tmp_path / "all.parquet").exists()


OFFICIAL = """4
lefteye_x lefteye_y righteye_x righteye_y nose_x nose_y leftmouth_x leftmouth_y rightmouth_x rightmouth_y
a.jpg  69 109  106 113   77 142   73 152  108 154
b.jpg  10  20   30  20   20  30   12  60   28  60
c.jpg   1   1    3   1    2   2    1   3    3   3
d.jpg   0   0    0   0    0   0    0   0    0   0
"""


def test_celeba_s_own_landmarks_are_read_in_the_dataset_s_order(samples, tmp_path):
    (tmp_path / "official.txt").write_text(OFFICIAL)
    read_celeba_landmarks(samples, tmp_path / "official.txt", tmp_path / "landmarks.parquet")
    table = read_landmarks(tmp_path / "landmarks.parquet")
    assert table["sample_id"].tolist() == [0, 1, 2]
    assert table["detected"].tolist() == [1, 1, 1]
    assert table.loc[1, POINT_COLUMNS].tolist() == [69, 109, 106, 113, 77, 142, 73, 152, 108, 154]
    # b.jpg: x from 10 to 30, y from 20 to 60; the longer, 40, on every side of the center (20, 40)
    assert table.loc[0, BOX_COLUMNS].tolist() == [-20, 0, 60, 80]


def test_official_landmarks_that_lack_images_are_refused(samples, tmp_path):
    (tmp_path / "official.txt").write_text(OFFICIAL.replace("a.jpg", "z.jpg"))
    with pytest.raises(ExoprobeError, match=r"official.txt lacks 1 images of the dataset, such as a.jpg"):
        read_celeba_landmarks(samples, tmp_path / "official.txt", tmp_path / "landmarks.parquet")


def test_the_central_box_is_a_square_about_the_center():
    assert central_box(np.zeros((200, 100, 3), np.uint8)) == (20, 70, 80, 130)


def test_where_no_face_is_detected_the_landmarks_are_marked_so(samples, tmp_path, dlib_model):
    predictor = dlib_model("shape_predictor_68_face_landmarks.dat")
    (tmp_path / "images").mkdir()
    for name in ("a.jpg", "b.jpg", "c.jpg"):
        Image.new("RGB", (60, 60), "gray").save(tmp_path / "images" / name)
    detect_landmarks(samples, tmp_path / "images", predictor, tmp_path / "0.parquet", shard=0, shards=1)
    gather_landmarks(samples, [tmp_path / "0.parquet"], tmp_path / "all.parquet")
    table = read_landmarks(tmp_path / "all.parquet")
    assert table["detected"].tolist() == [0, 0, 0]
    assert table.loc[0, BOX_COLUMNS].tolist() == [12, 12, 48, 48]
    assert np.isfinite(table[POINT_COLUMNS]).all(axis=None)
