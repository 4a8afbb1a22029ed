import math

import numpy as np
import pandas as pd
import pytest
import torch

from exoprobe.datasets.samples import SPLITS, dataset_digest, write_samples
from exoprobe.errors import ExoprobeError
from exoprobe.features.feature_file import FeatureInfo, read_features, write_features
from exoprobe.training.triplet import SHARPNESS, apply_embedding, embed, train_embedding, triplet_loss

PEOPLE, IMAGES, WIDTH, IDENTITY = 120, 4, 12, 3
SETTINGS = {"dimension": 3, "learning_rate": 0.02, "batch_size": 30, "validate_every": 20, "patience": 3}


@pytest.fixture
def faces(tmp_path, rng):
    """Features that tell the person in three weak elements, among nine strong ones that tell nothing."""
    groups = np.repeat(np.arange(PEOPLE), IMAGES)
    columns = {
        "sample_id": np.arange(len(groups)),
        "file": np.array([f"{number}.jpg" for number in range(len(groups))]),
        "group": groups,
        "split": np.repeat(SPLITS, len(groups) // 3),
    }
    samples = tmp_path / "samples.parquet"
    write_samples(samples, columns)
    features = rng.normal(0, 3, (len(groups), WIDTH)).astype(np.float32)
    features[:, :IDENTITY] = rng.normal(size=(PEOPLE, IDENTITY))[groups] + rng.normal(0, 0.1, (len(groups), IDENTITY))
    info = FeatureInfo(WIDTH, "float32", len(groups), "layer", dataset_digest(samples), "w", "c")
    write_features(tmp_path / "features.parquet", columns["sample_id"], [features], info)
    return samples, tmp_path / "features.parquet"


def learn(faces, folder, **settings):
    files = folder / "weights.safetensors", folder / "history.parquet"
    train_embedding(*faces, *files, settings={**SETTINGS, **settings}, seed=0)
    apply_embedding(*faces, files[0], folder / "embedded.parquet", code_digest="c")
    return read_features(folder / "embedded.parquet"), pd.read_parquet(files[1])


def nearest_is_the_same_person(embedded):
    people = np.repeat(np.arange(PEOPLE), IMAGES)[-len(embedded) :]
    cosines = embedded @ embedded.T - 2 * np.eye(len(embedded))
    return (people[cosines.argmax(1)] == people).mean()


def test_the_loss_by_hand():
    anchors = torch.eye(2)
    positives = torch.tensor([[0.6, 0.8], [0.0, 1.0]])
    # Of the first, cosine 0.6 to its own and 0 to the other's; of the second, 1 and 0.8.
    expected = [math.log1p(math.exp(SHARPNESS * (0 - 0.6))), math.log1p(math.exp(SHARPNESS * (0.8 - 1)))]
    assert triplet_loss(anchors, positives).item() == pytest.approx(np.mean(expected), rel=1e-5)


def test_features_stored_as_float16_are_embedded(faces, tmp_path):
    samples, path = faces
    features = read_features(path).astype(np.float16)
    info = FeatureInfo(WIDTH, "float16", len(features), "layer", dataset_digest(samples), "w", "c")
    write_features(path, np.arange(len(features)), [features], info)
    embedded, _ = learn(faces, tmp_path)
    assert nearest_is_the_same_person(embedded[-PEOPLE * IMAGES // 3 :].astype(np.float32)) > 0.5


def test_people_never_seen_are_told_apart_better_than_before(faces, tmp_path):
    embedded, history = learn(faces, tmp_path)
    np.testing.assert_allclose(np.linalg.norm(embedded, axis=1), 1, rtol=1e-5)
    test = slice(-len(embedded) // 3, None)
    before = read_features(faces[1])[test]
    before = before / np.linalg.norm(before, axis=1, keepdims=True)
    assert nearest_is_the_same_person(embedded[test]) > nearest_is_the_same_person(before) + 0.3
    assert history.loc[history["best"], "validation"].is_monotonic_decreasing


def test_the_same_seed_gives_the_same_embedding(faces, tmp_path):
    (tmp_path / "again").mkdir()
    np.testing.assert_array_equal(learn(faces, tmp_path)[0], learn(faces, tmp_path / "again")[0])


def test_the_best_weights_are_kept_when_learning_falls_apart(faces, tmp_path):
    _, history = learn(faces, tmp_path, learning_rate=3.0, patience=2)
    assert history["best"].to_list()[-2:] == [False, False]


def test_a_dimension_above_the_features_is_refused(faces, tmp_path):
    with pytest.raises(ExoprobeError, match="dimension is 13; the features that are embedded have only 12"):
        learn(faces, tmp_path, dimension=13)


def test_the_scale_of_features_does_not_matter(rng):
    features, matrix = torch.randn(5, 4), torch.randn(2, 4)
    torch.testing.assert_close(embed(features, torch.zeros(4), matrix), embed(7 * features, torch.zeros(4), matrix))
