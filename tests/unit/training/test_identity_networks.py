import numpy as np
import pytest

from exoprobe.datasets.samples import dataset_digest, write_samples
from exoprobe.evaluation.unseen_identities import unseen_identities
from exoprobe.features.feature_file import FeatureInfo, read_features, read_info, write_features
from exoprobe.training.identity_networks import embed_identities

SOFTMAX = {"objective": "softmax"}
MU = {"objective": "mean_activation"}
CONTRASTIVE = {"objective": "contrastive", "temperature": 0.1, "weight": 1}
RECIPE = {
    "optimizer": "adamw",
    "learning_rate": 0.003,
    "momentum": 0.9,
    "weight_decay": 0.1,
    "schedule": "one_cycle",
    "warmup": 0.2,
    "batch_size": 64,
    "max_steps": 150,
    "validate_every": 10,
    "patience": 1,
}


@pytest.fixture
def faces(tmp_path, rng):
    """Sixty people of six pictures: who they are in 8 elements, and as much of anything else in 8 more."""
    groups = np.repeat(np.arange(60), 6)
    samples, features = tmp_path / "samples.parquet", tmp_path / "features.parquet"
    columns = {"sample_id": np.arange(360), "group": groups, "split": np.repeat(["fold_0", "fold_1"], 180)}
    write_samples(samples, columns)
    identity = rng.normal(size=(60, 8))[groups] + 0.2 * rng.normal(size=(360, 8))
    vectors = np.hstack([identity, rng.normal(size=(360, 8))]).astype(np.float32)
    info = FeatureInfo(16, "float32", 360, "planted", dataset_digest(samples), "w", "c")
    write_features(features, np.arange(360), [vectors], info)
    return samples, features


def embed(faces, folder, model=SOFTMAX, teacher=None, seed=0):
    paths = [folder / f"{model['objective']}-{seed}-{number}.parquet" for number in range(2)]
    settings = {"folds": 2, "split_seed": 0, "seed": seed, "code_digest": "c"}
    embed_identities(*faces, paths, model=model, recipe=RECIPE, teacher=teacher, **settings)
    return paths


def test_what_known_people_teach_serves_for_unseen_ones(tmp_path, faces):
    runs = {("given", 0): [faces[1]]}
    runs["contrastive", 0] = embed(faces, tmp_path, CONTRASTIVE)
    runs["mu", 0] = embed(faces, tmp_path, MU, teacher=SOFTMAX)
    table = unseen_identities(faces[0], runs, folds=2, split_seed=0, enrolled=[1])
    rank = table[table["measure"] == "rank_1"].set_index(["variant", "classes"])["value"]
    for classes in ("unseen", "seen"):
        assert rank["contrastive", classes] > rank["given", classes] + 8
    assert rank["mu", "seen"] > rank["given", "seen"] + 4


def test_each_round_has_a_network_of_its_own_and_a_seed_repeats_it(tmp_path, faces):
    first, second = embed(faces, tmp_path)
    before = first.read_bytes()
    assert before != second.read_bytes()
    assert read_features(first, dataset_digest=dataset_digest(faces[0])).shape == (360, 500)
    assert read_info(first).weights_digest != read_info(second).weights_digest
    embed(faces, tmp_path)
    assert first.read_bytes() == before
    assert embed(faces, tmp_path, seed=1)[0].read_bytes() != before
