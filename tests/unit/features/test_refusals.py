"""Whoever reads a feature file refuses a wrong one by name before any result is written."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from exoprobe.datasets.factors import Factor, write_factors
from exoprobe.datasets.samples import dataset_digest, read_samples
from exoprobe.errors import ExoprobeError
from exoprobe.features import feature_file
from exoprobe.features.feature_file import read_features, read_info, write_features
from exoprobe.plots.heat_maps import draw_heat_maps
from exoprobe.plots.scree import draw_scree
from exoprobe.probes.probe_data import open_representation
from exoprobe.probes.run import probe
from exoprobe.training.checkpoint import save_weights
from exoprobe.training.triplet import apply_embedding, train_embedding


def flip(path, from_the_end):
    content = bytearray(path.read_bytes())
    content[-from_the_end] ^= 4
    path.write_bytes(content)


def rewrite(path, change):
    """Write the features otherwise than :func:`write_features` would."""
    features, info = read_features(path), read_info(path)
    with pytest.MonkeyPatch.context() as patch:
        for check in ("refuse_nan", "check_order"):
            patch.setattr(feature_file, check, lambda *_: None)
        write_features(path, *change(np.arange(600), features), info)


def with_nan(ids, features):
    features[[40, 550], 1] = np.nan  # in train and in test
    return ids, [features]


FAULTS = {
    "truncated": lambda path: path.write_bytes(path.read_bytes()[:-100]),
    "a flipped byte in the data": lambda path: flip(path, path.stat().st_size // 2),
    "a flipped byte in the footer": lambda path: flip(path, 200),
    "NaN": lambda path: rewrite(path, with_nan),
    "another order": lambda path: rewrite(path, lambda ids, features: (ids[::-1], [features[::-1]])),
    "another dataset": lambda path: write_features(
        path, np.arange(600), [read_features(path)], replace(read_info(path), dataset_digest="another")
    ),
}
KINDS = ("pdf", "png", "svg", "csv")


def figure_paths(folder):
    return {kind: folder / f"figure.{kind}" for kind in KINDS}


TRIPLET = {"dimension": 2, "learning_rate": 0.001, "batch_size": 8, "validate_every": 1, "patience": 1}
READERS = {
    "probe": lambda s, f, out: probe(
        open_representation(s, s.parent / "factors.parquet", f),
        {"predictions": out / "p.parquet", "search": out / "s.parquet"},
        probes={"nearest_mean": ["label"], "linear": ["number"]},
    ),
    "scree": lambda s, f, out: draw_scree(s, {("lenet", 0): f}, figure_paths(out), caption=""),
    "heat maps": lambda s, f, out: draw_heat_maps(s, {"lenet": f}, figure_paths(out), caption="", block_diagonal=True),
    "triplet": lambda s, f, out: train_embedding(s, f, out / "w", out / "h", settings=TRIPLET, seed=0),
    "embed": lambda s, f, out: apply_embedding(s, f, s.parent / "w.safetensors", out / "e.parquet", code_digest=""),
}


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("reader", READERS)
def test_a_wrong_feature_file_is_refused_before_any_result(plant, tmp_path, reader, fault):
    features, samples = plant("features.parquet"), tmp_path / "samples.parquet"
    write_inputs(samples)
    FAULTS[fault](features)
    (tmp_path / "out").mkdir()
    with pytest.raises(ExoprobeError, match=r"features.parquet: "):
        READERS[reader](samples, features, tmp_path / "out")
    assert not list((tmp_path / "out").iterdir())


def write_inputs(samples):
    """What the readers want beside samples and features."""
    ids = read_samples(samples, ["sample_id"])["sample_id"]
    number = Factor("number", "continuous", ids % 7.0)
    write_factors(samples.parent / "factors.parquet", [number], dataset_digest(samples))
    state = {"mean": torch.zeros(4, dtype=torch.float64), "matrix": torch.eye(4, dtype=torch.float64)}
    save_weights(samples.parent / "w.safetensors", state, {})
