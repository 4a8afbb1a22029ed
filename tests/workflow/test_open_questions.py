"""The open questions, asked of a few networks on a little of MNIST and on ORL."""

import shutil

import pandas as pd
import pytest

from tests.workflow.conftest import Project
from tests.workflow.test_reruns import LIBRARY, edit, set_value

FIGURES = ["trade_off", "layers", "unseen_classes", "probe_errors", "perturbed_digits", "perturbations"]
OBJECTIVES = LIBRARY + "training/objectives/"


@pytest.fixture(scope="module")
def answered(finished, tmp_path_factory) -> Project:
    """Every question was asked here, on the digits, faces and networks that the default target has left."""
    project = Project(tmp_path_factory.mktemp("questions") / "project")
    shutil.copytree(finished.folder, project.folder)
    status, output = project.snakemake("open_questions")
    assert status == 0, output
    return project


@pytest.fixture
def project(answered):
    """The answered project, whose code and configuration are put back after the test."""
    shutil.copytree(answered.path("src"), answered.path(".kept"))
    config = answered.path("config.yaml").read_text()
    yield answered
    shutil.rmtree(answered.path("src"))
    shutil.move(answered.path(".kept"), answered.path("src"))
    answered.path("config.yaml").write_text(config)


def test_every_question_has_its_figure_and_data(answered):
    for name in FIGURES:
        assert all(answered.path(f"results/figures/{name}.{kind}").stat().st_size for kind in ("pdf", "svg", "csv"))
    assert answered.planned("open_questions") == {}


def test_the_trade_off_has_every_network_and_seed_before_and_after_erasure(answered):
    table = pd.read_csv(answered.path("results/figures/trade_off.csv"))
    runs = table.groupby(["representation", "seed", "erased"])["measure"].nunique()
    assert len(runs) == 2 * 2 * 2
    linear = table[(table["measure"] == "rmse_linear") & table["erased"]]
    constant = table[(table["measure"] == "rmse_constant") & table["erased"]]
    assert linear["value"].to_numpy() == pytest.approx(constant["value"].to_numpy(), rel=1e-3)


def test_networks_that_see_some_classes_only_know_no_others(answered):
    table = pd.read_csv(answered.path("results/figures/unseen_classes.csv"))
    assert set(table["classes"]) == {"unseen", "seen", "when_seen"}
    assert table["dataset"].nunique() == 2


TRAINED = {"train": 2, "extract": 2, "probe": 2, "score_trade_off": 1, "trade_off": 1, "probe_errors": 1}


@pytest.mark.parametrize(
    ("name", "rerun"),
    [
        (OBJECTIVES + "pair.py", {}),
        (
            OBJECTIVES + "mean_activation.py",
            {**TRAINED, "embed_identities": 1, "unseen_identities": 1, "unseen_classes": 1},
        ),
        (
            LIBRARY + "training/architectures/deep_lenet.py",
            {"train": 1, "extract": 2, "probe": 2, "score_layers": 1, "layers": 1},
        ),
        (LIBRARY + "plots/trade_off.py", {"trade_off": 1}),
        (
            LIBRARY + "datasets/perturbations.py",
            {
                **dict.fromkeys(["perturb_digits", "draw_samples", "task_factors", *list(TRAINED)[:3]], 3),
                "score_perturbations": 1,
                "perturbations": 1,
                "perturbed_digits": 1,
            },
        ),
    ],
)
def test_an_edited_module_reruns_what_uses_it(project, name, rerun):
    edit(project.path(name))
    assert project.planned("open_questions") == rerun


def test_a_network_s_setting_concerns_that_network_alone(project):
    project.edit_config(set_value("recipes", "short", "overrides", {"mu_lenet": {"learning_rate": 0.003}}))
    assert project.planned("open_questions") == TRAINED


def test_a_new_network_is_one_entry(project):
    def add(config):
        entry = {"title": "new", "architecture": "residual_network", "objective": "softmax"}
        config["networks"]["new"] = entry
        config["questions"]["trade_off"]["networks"].append("new")

    project.edit_config(add)
    assert project.planned("open_questions") == TRAINED
