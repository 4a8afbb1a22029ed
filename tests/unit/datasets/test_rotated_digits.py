import numpy as np
import pytest
from PIL import Image

from exoprobe.datasets.rotated_digits import build_rotated_digits, rotate_images
from exoprobe.datasets.samples import read_samples
from exoprobe.errors import ExoprobeError


def test_zero_degrees_change_nothing(rng):
    images = rng.integers(0, 256, (3, 28, 28), dtype=np.uint8)
    np.testing.assert_array_equal(rotate_images(images, [0]), images)


def test_rotation_is_counterclockwise_and_bilinear_as_pillow_s():
    image = np.zeros((28, 28), np.uint8)
    image[6:22, 13:15] = 255
    image[6:9, 13:19] = 180
    ours = rotate_images(image[None], [30])[0].astype(int)
    pillows = np.asarray(Image.fromarray(image).rotate(30, Image.Resampling.BILINEAR)).astype(int)
    assert np.abs(ours - pillows).mean() < 1
    assert ours[:14, :14].sum() > ours[:14, 14:].sum()  # the stroke's top leans left


def test_rotations_of_one_image_lie_together_in_the_order_of_the_angles(rng):
    images = rng.integers(0, 256, (2, 28, 28), dtype=np.uint8)
    rotated = rotate_images(images, [-45, 0, 45])
    np.testing.assert_array_equal(rotated[[1, 4]], images)
    np.testing.assert_array_equal(rotated[5], rotate_images(images[1:], [45])[0])


def test_splits_take_first_last_and_test_digits_and_share_no_source(digits_file, tmp_path):
    path = tmp_path / "samples.parquet"
    build_rotated_digits(digits_file, path, angles=[-15, 15], counts={"train": 6, "validation": 3, "test": 2})
    samples = read_samples(path, ["sample_id", "label", "angle", "group", "split", "image"])
    by_split = {s: samples["group"][samples["split"] == s].tolist() for s in ("train", "validation", "test")}
    assert by_split == {
        "train": [0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5],
        "validation": [7, 7, 8, 8, 9, 9],
        "test": [10, 10, 11, 11],
    }
    assert samples["label"][-4:].tolist() == [0, 0, 1, 1]
    assert samples["angle"].tolist() == [-15.0, 15.0] * 11
    assert samples["image"].shape == (22, 28, 28)


@pytest.mark.parametrize("split", ["train", "validation", "test"])
def test_a_split_without_a_class_is_refused_naming_split_class_and_key(digits_file, tmp_path, split):
    counts = {"train": 6, "validation": 3, "test": 2, split: 1}
    absent = 0 if split == "validation" else 1
    message = f"digits.counts.{split} is 1: among these {split} digits there is no {absent};"
    with pytest.raises(ExoprobeError, match=message):
        build_rotated_digits(digits_file, tmp_path / "x.parquet", angles=[0, 1], counts=counts)


def test_more_digits_than_there_are_is_refused_with_both_numbers(digits_file, tmp_path):
    with pytest.raises(ExoprobeError, match="digits.counts: train holds 10 digits, fewer than the 12 asked for"):
        build_rotated_digits(
            digits_file, tmp_path / "x.parquet", angles=[0, 1], counts={"train": 9, "validation": 3, "test": 1}
        )
