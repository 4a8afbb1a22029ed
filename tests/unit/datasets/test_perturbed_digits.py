import numpy as np
import pytest

from exoprobe.datasets.perturbed_digits import build_perturbed_digits, draw_values, perturb_images
from exoprobe.datasets.rotated_digits import build_rotated_digits
from exoprobe.datasets.samples import read_samples

RANGES = {
    "scale": {"train_range": [0.8, 1.2], "test_range": [0.5, 1.3]},
    "blur": {"train_range": [0.0, 1.0], "test_range": [0.0, 2.0]},
    "shear": {"train_range": [-10, 10], "test_range": [-40, 40]},
}
COUNTS = {"train": 6, "validation": 3, "test": 2}


def test_every_digit_is_twice_inside_and_once_outside_in_one_factor():
    drawn = draw_values(RANGES, 3000, seed=0)
    assert drawn["inside"].tolist() == [True, True, False] * 3000
    assert (drawn["outside_factor"] == "").tolist() == drawn["inside"].tolist()
    within = {}
    for name, ranges in RANGES.items():
        (low, high), (lowest, highest) = ranges["train_range"], ranges["test_range"]
        within[name] = (low <= drawn[name]) & (drawn[name] <= high)
        outside = drawn["outside_factor"] == name
        np.testing.assert_array_equal(outside, ~within[name])
        assert outside.sum() == pytest.approx(1000, rel=0.1)
        beyond = drawn[name][outside]
        # Uniform: as many below the inner range as its share of what lies outside.
        share = (low - lowest) / ((highest - lowest) - (high - low))
        assert (beyond < low).mean() == pytest.approx(share, abs=0.06)
        assert np.ptp(drawn[name]) == pytest.approx(highest - lowest, rel=0.02)
        assert drawn[name][within[name]].mean() == pytest.approx((low + high) / 2, abs=0.03 * (high - low))


def test_the_dataset_has_the_splits_of_the_rotated_digits_and_the_images_their_values_say(digits_file, tmp_path):
    path, rotated = tmp_path / "samples.parquet", tmp_path / "rotated.parquet"
    ranges = {name: RANGES[name] for name in ("shear", "scale")}
    build_perturbed_digits(digits_file, path, perturbations=ranges, counts=COUNTS, seed=3)
    build_rotated_digits(digits_file, rotated, angles=[-15, 0, 15], counts=COUNTS)
    names = ["sample_id", "label", "group", "split"]
    samples, expected = read_samples(path, [*names, "image", "shear", "scale"]), read_samples(rotated, names)
    for name in names:
        np.testing.assert_array_equal(samples[name], expected[name])
    digits = np.load(digits_file)
    sources = np.concatenate([digits["train_images"], digits["test_images"]])[samples["group"]]
    values = {name: samples[name] for name in ("scale", "shear")}
    np.testing.assert_array_equal(samples["image"], perturb_images(sources, values, seed=0))


def test_the_same_seed_gives_the_same_bytes_and_another_seed_other_values(digits_file, tmp_path):
    paths = [tmp_path / name for name in ("a", "b", "c")]
    ranges = {**RANGES, "noise": {"train_range": [0, 20], "test_range": [0, 60]}}
    for path, seed in zip(paths, (5, 5, 6), strict=True):
        build_perturbed_digits(digits_file, path, perturbations=ranges, counts=COUNTS, seed=seed)
    assert paths[0].read_bytes() == paths[1].read_bytes()
    first, other = (read_samples(path, ["noise"])["noise"] for path in paths[1:])
    assert (first != other).all()


def test_several_are_applied_in_one_order_whatever_the_configuration_s(rng):
    images = rng.integers(0, 256, (4, 28, 28), dtype=np.uint8)
    values = {"contrast": np.full(4, 0.5), "scale": np.full(4, 0.7)}
    there, back = (perturb_images(images, dict(items), 0) for items in (values.items(), reversed(values.items())))
    np.testing.assert_array_equal(there, back)
    scaled = perturb_images(images, {"scale": values["scale"]}, 0)
    np.testing.assert_array_equal(there, perturb_images(scaled, {"contrast": values["contrast"]}, 0))
