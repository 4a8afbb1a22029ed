"""Networks for digits, by their folders."""

import pytest

from exoprobe.config.model import load_config
from exoprobe.runs.digits import DigitRuns
from exoprobe.runs.questions import QuestionRuns


@pytest.fixture
def digits(configured):
    return DigitRuns(configured())


@pytest.mark.parametrize(
    ("folder", "different"),
    [
        ("lenet", {"batch_size": 256, "learning_rate": 0.003}),
        ("pair_lenet", {"batch_size": 512, "max_steps": 4100}),
        ("mu_lenet_caffe", {"learning_rate": 0.001, "batch_size": 64}),
        ("rotation/pair_lenet", {"batch_size": 128, "max_steps": 1400, "learning_rate": 0.006}),
        ("layers/lenet_8", {"max_steps": 800}),
        ("rotation/lenet@0.0015", {"learning_rate": 0.0015, "max_steps": 1400}),
        ("scale/contrastive", {"max_steps": 500}),
    ],
)
def test_a_recipe_has_what_its_network_and_its_question_have_of_their_own(digits, folder, different):
    recipe = digits.recipe(folder)
    assert {**recipe, **different} == recipe


def test_a_search_changes_one_setting(digits):
    assert digits.network("rotation/pair_lenet@0.3").settings == {
        **digits.network("pair_lenet").settings,
        "weight": 0.3,
    }
    assert digits.network("rotation/lenet@0.0015") == digits.network("lenet")
    assert digits.trials["cosine_margin@0.4"] == ("cosine_margin", "margin", 0.4)


@pytest.mark.parametrize(
    ("folder", "teacher"),
    [
        ("lenet", None),
        ("mu_lenet", "lenet"),
        ("mu_lenet_caffe", "lenet_caffe"),
        ("rotation/mu_lenet@0.003", "rotation/lenet"),
        ("unseen_classes/mu_lenet", "unseen_classes/lenet"),
    ],
)
def test_a_teacher_is_trained_alike(digits, folder, teacher):
    assert digits.teacher(folder) == teacher


@pytest.mark.parametrize(
    ("folder", "row_filter", "nuisances", "trained", "extracted"),
    [
        ("lenet", None, [], "samples", "samples"),
        ("rotation/lenet", None, ["angle"], "samples", "rotation/probed"),
        ("unseen_classes/lenet", {"label": [0, 1, 2, 3, 4, 5]}, ["angle"], "samples", "rotation/probed"),
        ("blur/lenet", {"inside": [True]}, ["blur"], "blur/samples", "blur/probed"),
    ],
)
def test_a_task_has_samples_of_its_own(digits, folder, row_filter, nuisances, trained, extracted):
    training = digits.training(folder)
    assert (training["row_filter"], training["nuisances"]) == (row_filter, nuisances)
    assert digits.training_samples(folder) == f"results/data/mnist/{trained}.parquet"
    assert digits.extracted_samples(folder) == f"results/data/mnist/{extracted}.parquet"
    assert digits.max_features(folder) == (None if folder == "lenet" else 800)


def test_files_are_those_of_the_recipe_and_all_seeds(shipped):
    digits = DigitRuns(load_config({**shipped, "recipe": "caffe", "seeds": [0, 2]}))
    assert digits.files("{dataset}/{model}/{seed}", [("lenet", 2)]) == ["mnist/lenet_caffe/2"]
    assert len(digits.files("{model}{seed}")) == 6
    assert digits.first_runs == [("lenet", 0), ("mu_lenet", 0), ("pair_lenet", 0)]
    assert digits.caption.endswith("7 angles from -45° to 45°, recipe caffe")


def test_questions_have_their_own_networks_and_seeds(digits):
    asked = QuestionRuns(digits)
    assert len(asked.trade_off_runs) == 50
    assert asked.layer_runs[:2] == [("lenet", "conv1", 0), ("lenet", "pool1", 0)]
    assert asked.perturbed_runs[-1] == ("together", "contrastive", 0)
    assert asked.up_to_last(["contrastive", "lenet"]) == [
        "lenet",
        "mu_lenet",
        "pair_lenet",
        "batch_pair",
        "contrastive",
    ]
    assert asked.caption("layers") == "MNIST, 50,000 training digits, 102,400 images seen in all"
    assert asked.configured["lenet"] == 0.006
    assert "equivariant" not in asked.alike
    layers = asked.scores("layers")
    assert layers.keys[0] == ("layers", "lenet", "conv1", 0)
    assert layers.files["search"][0] == "results/probes/mnist/layers/lenet/seed0/conv1_search.parquet"
