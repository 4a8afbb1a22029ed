"""Whoever reads a feature file refuses a wrong one by name before any result is written."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import torch

from exoprobe.datasets.samples import read_samples
from exoprobe.errors import ExoprobeError
from exoprobe.features.feature_file import read_features, read_info, write_features
from exoprobe.plots.heat_maps import draw_heat_maps
from exoprobe.plots.scree import draw_scree
from exoprobe.probes.attributes import predict_attributes, probe_attributes
from exoprobe.probes.pose import probe_pose
from exoprobe.probes.rotated_digits import probe_rotated_digits
from exoprobe.training.checkpoint import save_weights
from exoprobe.training.triplet import apply_embedding, train_embedding
from tests.unit.features.guarded import write_guarded


def flip(path, from_the_end):
    content = bytearray(path.read_bytes())
    content[-from_the_end] ^= 4
    path.write_bytes(content)


def rewrite(path, change):
    """Let another tool write the file, with checksums that fit."""
    write_guarded(path, change(pq.read_table(path)), rows=8_192)


def with_nan(table):
    stored = table.schema.field("feature")
    features = np.stack([np.frombuffer(value.as_py()) for value in table["feature"]])
    features[[40, 550], 1] = np.nan  # in train and in test
    column = pa.array([row.tobytes() for row in features], stored.type)
    return table.set_column(1, stored, column)


FAULTS = {
    "truncated": lambda path: path.write_bytes(path.read_bytes()[:-100]),
    "a flipped byte in the data": lambda path: flip(path, path.stat().st_size // 2),
    "a flipped byte in the footer": lambda path: flip(path, 200),
    "NaN": lambda path: rewrite(path, with_nan),
    "another order": lambda path: rewrite(path, lambda table: table.take(np.arange(600)[::-1])),
    "another dataset": lambda path: write_features(
        path, np.arange(600), [read_features(path)], replace(read_info(path), dataset_digest="another")
    ),
}
KINDS = ("pdf", "png", "svg", "csv")


def figure_paths(folder):
    return {kind: folder / f"figure.{kind}" for kind in KINDS}


TRIPLET = {"dimension": 2, "learning_rate": 0.001, "batch_size": 8, "validate_every": 1, "patience": 1}
READERS = {
    "probe": lambda s, f, out: probe_rotated_digits(s, f, out / "p.parquet", out / "grid.parquet", head=None),
    "scree": lambda s, f, out: draw_scree(s, {("lenet", 0): f}, figure_paths(out), about=""),
    "heat maps": lambda s, f, out: draw_heat_maps(s, {"lenet": f}, figure_paths(out), about="", block_diagonal=True),
    "attributes": lambda s, f, out: probe_attributes(
        s, f, out / "p.parquet", out / "grid.parquet", attributes=["label"]
    ),
    "own attributes": lambda s, f, out: predict_attributes(s, f, out / "p.parquet", attributes=["label"]),
    "pose": lambda s, f, out: probe_pose(s, s.parent / "poses.parquet", f, out / "p.parquet", out / "grid.parquet"),
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
    poses = pd.DataFrame({"sample_id": ids, "yaw": ids % 7.0, "pitch": np.nan, "roll": 0.0, "estimator": "x"})
    poses.to_parquet(samples.parent / "poses.parquet")
    state = {"mean": torch.zeros(4, dtype=torch.float64), "matrix": torch.eye(4, dtype=torch.float64)}
    save_weights(samples.parent / "w.safetensors", state, {})
