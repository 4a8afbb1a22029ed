from types import SimpleNamespace

import numpy as np
import pytest

from exoprobe.datasets.factors import Factor
from exoprobe.embeddings.erasure import fit_eraser
from exoprobe.errors import ExoprobeError
from exoprobe.features.blocks import ArrayBlocks
from exoprobe.features.moments import measure_moments
from exoprobe.probes.base import find_probe
from exoprobe.probes.linear_models import LinearModels
from exoprobe.probes.methods.linear_per_label import LabelModels
from exoprobe.probes.methods.per_angle_mean import VARIANTS, PerAngleMeans
from exoprobe.probes.probe_data import label_factor
from exoprobe.probes.targets import join_targets
from exoprobe.probes.tuning import fit_and_choose

PROBE = find_probe("per_angle_mean")


def regressor(*coef):
    """A regressor of the angle: coef · x − 10."""
    return LinearModels(np.array([[coef]]), np.array([[-10.0]]), ({},))


def test_each_variant_by_hand():
    """Label 3's mean turns from x to y with the angle, label 8's from y to x; the feature is near x, of label 8."""
    x, y = np.array([1.0, 0.0]), np.array([0.0, 1.0])
    means = PerAngleMeans(
        label=label_factor(np.array([8, 3])),
        angle=Factor("angle", "continuous", np.array([10.0, -10.0])),
        angles=np.array([-10.0, 10.0]),
        means=np.stack([[x, y], [y, x]]),
        per_label=LabelModels({3: regressor(20.0, 0), 8: regressor(30.0, 0)}, ({},)),
        pooled=regressor(0.0, 0),
    )
    features, rows = np.array([[1.0, 0.1]]), np.array([True, False])
    data = SimpleNamespace(
        labels=np.array([8, 3]), stored_blocks=lambda _: iter([features]), blocks=lambda _: ArrayBlocks(features)
    )
    predicted = means.outputs(data, rows).argmax(2)[:, 0]
    assert dict(zip(VARIANTS, predicted.tolist(), strict=True)) == {
        "per_angle_mean": 1,  # label 3's regressor says 10°: y; label 8's 20° → 10°: x
        "per_angle_mean_pooled": 0,  # −10° for all
        "per_angle_mean_label_matched": 1,
        "per_angle_mean_true_angle": 1,
        "label_angle_mean": 0,  # x is both label 3 at −10° and label 8 at 10°: the first wins
    }


def test_the_angle_regressor_is_the_one_of_linear_per_label(dataset, monkeypatch):
    """There is one definition: what a label's regressor estimates for its own rows is what that probe predicts."""
    data, angle = dataset.fold(), dataset.factors["angle"]
    test = data.fold.test
    means = PROBE.fit(data.final, join_targets([data.final.source.factors["label"]]))
    per_label, _ = fit_and_choose(find_probe("linear_per_label"), data.tuning, join_targets([angle]))
    own = means.per_label.outputs_by_label(data.final, test)[dataset.labels[test], np.arange(test.sum()), 0]
    np.testing.assert_allclose(own, per_label.outputs(data.final, test)[0, :, 0], rtol=1e-9)
    pooled, _ = fit_and_choose(find_probe("linear"), data.tuning, join_targets([angle]))
    np.testing.assert_array_equal(means.pooled.outputs(data.final, test), pooled.outputs(data.final, test))


def test_every_variant_is_among_the_predictions_whatever_the_labels_are_called(either):
    either.labels += 4
    table, search = either.probe({"per_angle_mean": ["label"]}, ("angle",) if not either.folds else ())
    assert list(table["probe"].unique()) == list(search["probe"].unique()) == list(VARIANTS)
    assert (table["prediction"] == table["truth"]).groupby(table["probe"], observed=True).mean().min() > 0.95
    assert search["chosen"].all()


def test_after_an_erasure_of_the_angle_all_means_of_a_label_are_alike(dataset):
    data, angle = dataset.fold(), join_targets([dataset.factors["angle"]])
    train, label = data.fold.train, join_targets([data.final.source.factors["label"]])
    eraser = fit_eraser(measure_moments(data.final.blocks(train), angle.columns[train]))
    before, after = (PROBE.fit(pair, label).means for pair in (data.final, data.erased(eraser).final))
    assert np.abs(before[:, 0] - before[:, 1]).max() > 1.9
    assert np.abs(after[:, 0] - after[:, 1]).max() < 0.5  # what is left is noise


def test_what_it_needs_is_named(dataset):
    with pytest.raises(ExoprobeError, match="per_angle_mean predicts 'label' alone, not glasses"):
        dataset.probe({"per_angle_mean": ["glasses"]})
    dataset.factors["angle"].values[dataset.labels == 1] = 20
    with pytest.raises(ExoprobeError, match="label 1 has no training row at the angle -20"):
        dataset.probe({"per_angle_mean": ["label"]})
    del dataset.factors["angle"]
    with pytest.raises(ExoprobeError, match="per_angle_mean needs a factor 'angle'; there are label, glasses"):
        dataset.probe({"per_angle_mean": ["label"]})
