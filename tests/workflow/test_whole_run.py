"""The real DAG, end to end, on 600 / 100 / 100 real digits."""

import hashlib
import os
import re
import signal
import subprocess

import numpy as np
import pandas as pd
import pytest
import torch

from exoprobe.datasets.samples import read_samples
from exoprobe.features.feature_file import read_features, read_info
from exoprobe.training.architectures.lenet import LeNet

FIGURES = [*(f"figure_{number}" for number in range(3, 9)), "training_curves"]


def test_the_digits_are_mnist(finished):
    """The label counts and a pixel sum of the official files: no stand-in passes for them."""
    digits = np.load(finished.path("results/data/mnist/digits.npz"))
    assert np.bincount(digits["test_labels"]).tolist() == [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009]
    assert digits["train_images"].shape == (60_000, 28, 28)
    md5 = hashlib.md5(bytes([0, 0, 8, 1, 0, 0, 0x27, 0x10]) + digits["test_labels"].tobytes()).hexdigest()
    assert md5 == "27ae3e4e09519cfbb04c329615203637"


@pytest.mark.parametrize("name", FIGURES)
def test_every_figure_comes_in_three_formats_with_its_data(finished, name):
    starts = {"pdf": b"%PDF", "png": b"\x89PNG", "svg": b"<?xml"}
    for kind, start in starts.items():
        assert finished.path(f"results/figures/{name}.{kind}").read_bytes().startswith(start)
    assert len(pd.read_csv(finished.path(f"results/figures/{name}.csv"))) > 1


def test_even_a_minute_s_networks_learn_digits_and_the_scorecard_says_so(finished):
    card = pd.read_csv(finished.path("results/scorecard.csv")).set_index("quantity")
    assert list(card.columns) == ["unit", "paper", "ours", "difference", "verdict", "sd", "seeds"]
    for quantity in ("lenet_softmax_accuracy", "lenet_mav_accuracy", "pair_lenet_softmax_accuracy"):
        assert 60 < card.loc[quantity, "ours"] < 99
    assert card.loc["lenet_angle_rmse", "ours"] < card.loc["constant_angle_rmse", "ours"]


def test_the_scorecard_says_what_the_networks_were_trained_on(finished):
    device = "cuda" if torch.cuda.is_available() else "cpu"
    assert f"trained on {device}" in finished.path("results/scorecard.html").read_text()


def test_features_belong_to_the_dataset_and_cover_every_split(finished):
    samples = finished.path("results/data/mnist/samples.parquet")
    factors = read_samples(samples, ["split", "group", "angle"])
    for model in ("lenet", "mu_lenet", "pair_lenet"):
        path = finished.path(f"results/features/mnist/{model}/seed0/ip1.parquet")
        info = read_info(path)
        assert (info.rows, info.dimension) == (len(factors["split"]), 500) == (5600, 500)
        assert read_features(path).min() == 0
    groups = [set(factors["group"][factors["split"] == split]) for split in ("train", "validation", "test")]
    assert [len(group) for group in groups] == [600, 100, 100]
    assert len(set.union(*groups)) == 800


def test_the_menu_of_targets_says_what_each_is(finished):
    _, output = finished.snakemake("--list-target-rules", "--quiet")
    menu = dict(re.findall(r"^(\w+) \((.+)\)$", output, re.MULTILINE))
    assert set(menu) >= {"all", "data", "networks", "features", "probes", "scorecard", *FIGURES}
    assert not set(menu) & {"audit_tables", "audit_first_page", "load_orl", "score"}  # helpers say nothing here


def test_the_report_holds_every_figure_and_the_scorecard(finished):
    status, output = finished.snakemake("--report", "report.html")
    assert status == 0, output
    report = finished.path("report.html").read_text()
    assert "Docutils System Messages" not in report
    for name in (*FIGURES, "scorecard"):
        assert f"results/{'' if name == 'scorecard' else 'figures/'}{name}." in report


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        ("sedes=[0]", "config: sedes (value ['0']) is not a known key; did you mean seeds?"),
        ("digits={folder: 2024}", "config: digits.folder is '2024'; it must be an existing folder"),
        ("device=gpu", "config: device is 'gpu'; allowed: auto, cpu, cuda"),
    ],
)
def test_a_wrong_setting_is_refused_in_one_line_before_any_job(finished, setting, message):
    status, output = finished.snakemake_without_jobs("--config", setting)
    assert status != 0
    assert message in output.splitlines()
    assert "Job stats" not in output


@pytest.mark.parametrize("name", ["features/mnist/lenet/seed0/ip9", "probes/mnist/lenet/seed0/pool2"])
def test_a_layer_that_is_not_there_or_cannot_be_probed_is_refused_before_any_job(finished, name):
    status, output = finished.snakemake_without_jobs("--dry-run", f"results/{name}.parquet")
    assert status != 0
    assert f"No rule to produce results/{name}.parquet" in output


def test_every_layer_can_be_extracted(finished):
    layers = [f"results/features/mnist/lenet/seed0/{layer}.parquet" for layer in LeNet().layers]
    assert finished.planned("--forceall", "--", *layers)["extract"] == len(layers)


def run_until(project, signs, kill, target):
    """Start a run and call ``kill`` at the first of its lines that holds one of the signs."""
    process = project.start("--", target)
    for line in process.stdout:
        if any(sign in line for sign in signs):
            kill(process)
            break
    return process


def output_to_the_end(process):
    """Wait for a killed run and all its jobs."""
    output = process.stdout.read()
    assert process.wait() != 0
    return output


def jobs_alive(process):
    """Whether any process that a run started is still there, zombies that nobody collects aside."""
    states = subprocess.run(["ps", "-A", "-o", "pgid=,stat="], capture_output=True, text=True, check=True).stdout
    groups = (line.split() for line in states.splitlines())
    return any(int(group) == process.pid and not state.startswith("Z") for group, state in groups)


def test_an_interrupted_run_goes_on_and_ends_with_the_same_predictions(finished, fresh):
    """Also: a second run with the same seed gives the same to the last digit; test_kills.py does this to all rules."""
    predictions = "results/probes/mnist/mu_lenet/seed0/ip1_predictions.parquet"
    interrupted = run_until(fresh, ["training images on"], lambda run: os.killpg(run.pid, signal.SIGINT), predictions)
    output = output_to_the_end(interrupted)
    assert "interrupted" in output
    assert "a fault of exoprobe itself" not in output  # a job that still imports may show Python's own traceback
    for sign in ("mu_lenet seed 0: step 30", "500-d ip1"):
        output_to_the_end(run_until(fresh, [sign], lambda run: os.killpg(run.pid, signal.SIGKILL), predictions))
    status, output = fresh.snakemake("--", predictions)
    assert status == 0, output
    assert fresh.path(predictions).read_bytes() == finished.path(predictions).read_bytes()
    assert not list(fresh.path("results").rglob(".*"))


def test_jobs_that_outlive_their_snakemake_do_not_disturb_the_next_run(finished, fresh):
    weights = "results/models/mnist/lenet/seed0/weights.safetensors"
    orphaned = run_until(fresh, ["training images on"], lambda run: os.kill(run.pid, signal.SIGKILL), weights)
    os.killpg(orphaned.pid, signal.SIGSTOP)  # so that its job is still there when the next run needs it
    assert orphaned.wait() != 0
    assert jobs_alive(orphaned)
    run = run_until(fresh, ["waiting: an earlier run"], lambda _: os.killpg(orphaned.pid, signal.SIGCONT), weights)
    output = run.stdout.read()
    if left := jobs_alive(orphaned):
        os.killpg(orphaned.pid, signal.SIGKILL)
    assert run.wait() == 0, output
    assert not left
    assert fresh.path(weights).read_bytes() == finished.path(weights).read_bytes()
    assert not list(fresh.path("results").rglob(".*"))
