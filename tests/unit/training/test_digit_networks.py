import subprocess
import sys

import pandas as pd
import pytest
import torch

from exoprobe.datasets.samples import read_samples
from exoprobe.datasets.split_features import split_blocks
from exoprobe.embeddings.extraction import extract_features
from exoprobe.errors import ExoprobeError
from exoprobe.features.class_means import class_means
from exoprobe.training.checkpoint import load_weights
from exoprobe.training.digit_networks import load_images, train_digit_network
from exoprobe.training.head import load_head
from exoprobe.training.metadata import read_metadata, training_devices
from exoprobe.training.network_training import mean_activations
from exoprobe.training.stored_network import load_network
from tests.unit.training.test_loop import RECIPE

MODELS = {
    "lenet": {"objective": "softmax"},
    "mu_lenet": {"objective": "mean_activation", "teacher": "lenet"},
    "pair_by_source": {"objective": "pair", "pairs": "source", "layers": ["pool1", "ip1"], "weight": 0.1},
    "pair_by_class": {"objective": "pair", "pairs": "class", "layers": ["conv1", "ip2"], "weight": 0.1},
    "lenet_3": {"architecture": "deep_lenet", "convolutions": 3, "objective": "softmax"},
    "adversarial": {"architecture": "polar_network", "objective": "adversarial", "weight": 0.1},
}


def train(samples, folder, **options):
    files = folder / "weights.safetensors", folder / "history.parquet"
    folder.mkdir(exist_ok=True)
    recipe = {**RECIPE, "max_steps": 6, "validate_every": 3}
    settings = {"model": MODELS["lenet"], "recipe": recipe, "seed": 3, "device": "cpu", "precision": "float32"}
    train_digit_network(samples, *files, **{**settings, **options})
    return files[0]


@pytest.mark.parametrize("name", MODELS)
def test_every_objective_trains_from_files_to_files(name, tiny_dataset, tmp_path):
    weights, history = tmp_path / "weights.safetensors", tmp_path / "history.parquet"
    teacher = train(tiny_dataset, tmp_path / "teacher") if "teacher" in MODELS[name] else None
    train_digit_network(
        tiny_dataset,
        weights,
        history,
        model=MODELS[name],
        recipe={**RECIPE, "max_steps": 6, "validate_every": 3},
        seed=3,
        device="cpu",
        teacher=teacher,
        nuisances=["angle"],
    )
    assert pd.read_parquet(history).dropna(subset="validation")["step"].tolist() == [3, 6]
    assert read_metadata(weights)["seed"] == "3"
    assert training_devices([weights, weights]) == "cpu"
    network = load_network(weights)
    activations = network(torch.from_numpy(read_samples(tiny_dataset, ["image"])["image"]).unsqueeze(1))
    head = load_head(weights)
    if name == "mu_lenet":
        assert head is None
        assert "ip2" not in activations
    else:
        logits = torch.from_numpy(head.outputs(activations["ip1"].detach().numpy()))
        torch.testing.assert_close(logits, activations["ip2"].detach())


def test_a_teacher_teaches_the_means_of_its_features(tiny_dataset, tmp_path):
    teacher = train(tiny_dataset, tmp_path / "teacher")
    features = tmp_path / "ip1.parquet"
    network = load_network(teacher)
    extract_features(tiny_dataset, teacher, features, network=network, layer="ip1", code_digest="c", device="cpu")
    data = load_images(tiny_dataset, "train", torch.device("cpu"))
    means = class_means(split_blocks(tiny_dataset, features, "train", slice(None)), data.labels.numpy())
    torch.testing.assert_close(mean_activations(network, data), torch.from_numpy(means).float())


def test_only_the_rows_asked_for_are_trained_on(tiny_dataset):
    data = load_images(tiny_dataset, "train", torch.device("cpu"), {"label": [0], "angle": [-30, 30]}, ["angle"])
    assert data.labels.tolist() == [0] * 6
    assert data.factors.tolist() == [[-30.0], [30.0]] * 3
    assert data.images.shape == (6, 1, 28, 28)


def test_a_network_that_saw_some_classes_only_has_as_many_outputs(tiny_dataset, tmp_path):
    weights = train(tiny_dataset, tmp_path / "few", row_filter={"label": [0]})
    assert load_network(weights).layers[-1] == "ip2"
    assert len(load_weights(weights)["ip2.bias"]) == 1


def test_rows_that_there_are_none_of_are_refused(tiny_dataset, tmp_path):
    with pytest.raises(ExoprobeError, match=r"no row of train has \{'label': \[7\]\}"):
        train(tiny_dataset, tmp_path, row_filter={"label": [7]})


def test_a_weights_file_that_is_cut_off_is_refused_by_name(tmp_path):
    path = tmp_path / "weights.safetensors"
    path.write_bytes(b"\x10\x00")
    with pytest.raises(ExoprobeError, match="weights.safetensors: not a whole safetensors file"):
        load_weights(path)


def test_weights_files_are_the_same_bytes_whatever_the_order_of_their_metadata(tmp_path):
    """Their digests stand in the footers of feature files."""
    metadata = {f"key {number}": "value" for number in range(20)}
    program = (
        "import sys, json, torch; from exoprobe.training.checkpoint import save_weights;"
        f"save_weights(sys.argv[1], {{'weight': torch.zeros(3)}}, {metadata})"
    )
    for name in ("a", "b"):
        subprocess.run([sys.executable, "-c", program, str(tmp_path / name)], check=True)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()
