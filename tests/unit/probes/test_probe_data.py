from dataclasses import replace

import numpy as np
import pytest

from exoprobe.embeddings.erasure import fit_eraser
from exoprobe.errors import ExoprobeError
from exoprobe.features.moments import measure_moments
from exoprobe.probes.probe_data import ProbeData, label_factor, open_fold, open_representation
from exoprobe.probes.targets import join_targets


def test_features_are_standardized_on_the_training_rows(dataset):
    dataset.features[:, 7] = 3  # constant: 0
    dataset.features[dataset.splits == "test"] *= 100
    data = dataset.fold().final
    train, test = (data.array(data.rows[name]) for name in ("train", "test"))
    np.testing.assert_allclose(train.mean(0), 0, atol=1e-5)
    np.testing.assert_allclose(train.std(0), (np.arange(12) != 7), atol=1e-5)
    assert np.abs(test).max() > 100


def test_with_one_split_tuning_is_final_and_with_folds_apart(dataset):
    data = dataset.fold()
    assert data.tuning == [data.final]
    dataset.folds = 4
    data = dataset.fold(1)
    assert len(data.tuning) == 3
    assert not data.final.rows["validation"].any()
    for pair in [*data.tuning, data.final]:
        np.testing.assert_allclose(pair.array(pair.rows["train"]).mean(0), 0, atol=1e-5)


def test_features_that_do_not_fit_into_memory_are_the_same(dataset):
    held = dataset.fold().final
    read = ProbeData(replace(held.source, memory_mb=0), held.rows)
    some = held.rows["validation"] | (np.arange(600) % 7 == 0)
    eraser = fit_eraser(measure_moments(held.blocks(some), dataset.labels[some, None]))
    for one, other in ((held, read), (held.erased(eraser), read.erased(eraser))):
        np.testing.assert_array_equal(one.array(some), other.array(some))
        np.testing.assert_array_equal(*(next(data.blocks(some).blocks()) for data in (one, other)))


def test_an_erasure_of_stored_features_is_that_of_scaled_ones(dataset):
    dataset.features[:, 7] = 3
    data, targets = dataset.fold().final, join_targets([dataset.factors["glasses"]])
    train = data.rows["train"]
    eraser = fit_eraser(measure_moments(data.blocks(train), targets.columns[train]))
    (stored,) = data.erased(eraser).stored_blocks(train)
    present = dataset.factors["glasses"].values[train] > 0
    np.testing.assert_allclose(stored[present].mean(0), stored[~present].mean(0), atol=1e-5)
    np.testing.assert_allclose(stored[:, 7], 3)


def test_whole_groups_are_drawn(dataset):
    data = dataset.fold().final
    drawn = data.draw("train", 100)
    assert drawn.sum() == 100
    assert not (drawn & ~data.rows["train"]).any()
    np.testing.assert_array_equal(drawn[::2], drawn[1::2])
    assert open_fold(data.source, data.source.folds()[0], max_test=20).final.rows["test"].sum() == 20


def test_labels_are_a_factor_of_those_that_occur():
    factor = label_factor(np.array([7, -1, 3, 7]))
    assert factor.categories == ("3", "7")
    np.testing.assert_array_equal(factor.values, [1, np.nan, 0, 1])


def test_files_of_another_dataset_are_refused(dataset):
    paths = [dataset.folder / f"{name}.parquet" for name in ("samples", "factors", "features")]
    dataset.open()
    factors, features = (path.read_bytes() for path in paths[1:])
    dataset.labels = dataset.labels[::-1].copy()
    source = dataset.open()
    paths[2].write_bytes(features)
    with pytest.raises(ExoprobeError, match="features of another dataset"):
        open_fold(source, source.folds()[0])
    paths[1].write_bytes(factors)
    with pytest.raises(ExoprobeError, match="factors of another dataset"):
        open_representation(*paths)
