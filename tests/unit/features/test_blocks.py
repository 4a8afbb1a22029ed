import numpy as np
import pytest
import torch

from exoprobe.errors import ExoprobeError
from exoprobe.features.blocks import BLOCK, ArrayBlocks, FileBlocks, ScaledBlocks, fit_scaling
from exoprobe.features.feature_file import FeatureInfo, write_features

ROWS = 2 * BLOCK + 1_000


@pytest.fixture(params=["float16", "float32", "float64"])
def features(request, rng):
    return (5 + rng.normal(size=(ROWS, 6))).astype(request.param)


@pytest.fixture
def file(tmp_path, features):
    info = FeatureInfo(6, str(features.dtype), ROWS, "layer", "this dataset", "w", "c")
    write_features(tmp_path / "f.parquet", np.arange(ROWS), [features], info)
    return tmp_path / "f.parquet"


def sizes(source):
    return [len(block) for block in source.blocks()]


def whole(source, dtype=torch.float64):
    return torch.cat(list(source.blocks(dtype))).numpy()


@pytest.mark.parametrize("kept", [1.0, 0.4, 0.0003])
def test_a_file_gives_the_same_blocks_as_the_array(file, features, rng, monkeypatch, kept):
    monkeypatch.setattr("exoprobe.features.feature_file.GROUP_BYTES", 3_000 * 6 * 8)
    rows = rng.random(ROWS) < kept
    stored, held = FileBlocks(file, rows), ArrayBlocks(features[rows])
    assert stored.shape == held.shape
    assert stored.dtype == held.dtype
    assert sizes(stored) == sizes(held)
    np.testing.assert_array_equal(whole(stored), whole(held))


def test_all_rows_of_a_file_are_the_default(file, features):
    assert sizes(FileBlocks(file)) == [BLOCK, BLOCK, 1_000]
    np.testing.assert_array_equal(whole(FileBlocks(file)), features)


def test_a_file_of_another_dataset_is_refused(file):
    with pytest.raises(ExoprobeError, match="another dataset"):
        next(FileBlocks(file, dataset_digest="another").blocks())


def test_scaling_is_that_of_all_rows(features):
    scaling = fit_scaling(ArrayBlocks(features))
    np.testing.assert_allclose(scaling.mean, features.astype(float).mean(0), rtol=1e-12)
    np.testing.assert_allclose(1 / scaling.factor, features.astype(float).std(0), rtol=1e-10)
    scaled = whole(ScaledBlocks(ArrayBlocks(features), scaling))
    np.testing.assert_allclose(scaled.mean(0), 0, atol=1e-9)
    np.testing.assert_allclose(scaled.std(0), 1, atol=1e-9)


def test_what_is_constant_but_for_rounding_is_scaled_to_zero(rng):
    features = rng.normal(size=(500, 3)).astype(np.float32)
    features[:, 1] = 7.1
    features[:250, 1] = np.nextafter(np.float32(7.1), np.float32(8))
    features[:, 2] = 0
    scaled = whole(ScaledBlocks(ArrayBlocks(features), fit_scaling(ArrayBlocks(features))))
    assert (scaled[:, 1:] == 0).all()
    assert scaled[:, 0].std() == pytest.approx(1)


def test_a_feature_far_from_zero_keeps_its_digits(rng):
    near = rng.normal(size=(500, 1))
    far = ArrayBlocks(near + 1e5)
    np.testing.assert_allclose(
        whole(ScaledBlocks(far, fit_scaling(far)), torch.float32)[:, 0],
        (near[:, 0] - near.mean()) / near.std(),
        atol=1e-6,
    )
