"""Features of many dimensions are learned from along their largest directions."""

import numpy as np
import pytest

from exoprobe.features.blocks import gather
from exoprobe.probes import learning_features
from exoprobe.probes.learning_features import LearningFeatures
from exoprobe.probes.probe_data import open_representation
from tests.planted import Planted


@pytest.mark.parametrize(("dimension", "groups"), [(20, 60), (200, 30)])
def test_of_too_many_dimensions_those_are_kept_in_which_training_rows_vary_most(
    tmp_path, monkeypatch, dimension, groups
):
    monkeypatch.setattr(learning_features, "MAX_DIRECTIONS", 4)
    planted = Planted(tmp_path, groups=groups, per_group=2, dimension=dimension)
    planted.binary("sex")
    planted.features[:, 1:] += 3 * planted.features[:, :1]  # of one direction, all but the first
    source = open_representation(planted.samples, planted.factors_file, planted.write())
    features = LearningFeatures(source, source.folds()[0])
    train = planted.split == "train"
    assert features.shape == (planted.rows, 4)
    seen = planted.features[train]
    scaled = (seen - seen.mean(0)) / seen.std(0)
    expected = np.linalg.svd(scaled, compute_uv=False)[:4]
    along = gather(features.blocks(train))
    np.testing.assert_allclose(np.sort(np.linalg.norm(along, axis=0))[::-1], expected, rtol=1e-3)
    assert gather(features.blocks(~train)).shape == ((~train).sum(), 4)
