"""Only stale stages rerun, exactly: touch or edit something, and these rules would run and no others."""

import os
import shutil

import numpy as np
import pytest

from exoprobe.datasets.digit_sources import IDX_NAMES
from exoprobe.datasets.idx import idx_bytes

PER_NETWORK = {"train": 3, "extract": 3, "probe": 3}
FEATURE_FIGURES = {"figure_6": 1, "figure_7": 1, "figure_8": 1}
FROM_DIGIT_SCORES = {"score": 1, "figure_4": 1, "scorecard": 1}
FROM_PROBES = {"probe": 3, "figure_3": 1, **FROM_DIGIT_SCORES}
FROM_TRAINING = {**PER_NETWORK, **FROM_PROBES, **FEATURE_FIGURES, "training_curves": 1}
FROM_EXTRACTION = {rule: count for rule, count in FROM_TRAINING.items() if rule not in ("train", "training_curves")}
FROM_SAMPLES = {"factors": 1, **FROM_TRAINING, "figure_5": 1}
FROM_DIGITS = {"load_digits": 1, "rotate_digits": 1, **FROM_SAMPLES}
ONE_NETWORK = {**FROM_TRAINING, "train": 1, "extract": 1, "probe": 1}
FROM_FACE_SCORES = {"score_faces": 1, "figure_2": 1, "table_1": 1, "scorecard": 1}
FROM_FACE_PROBES = {"probe_faces": 2, "figure_1": 1, **FROM_FACE_SCORES}
FROM_POSES = {"poses": 1, "face_factors": 1, **FROM_FACE_PROBES}
FROM_FACES = {"extract_faces": 2, "gather_layer": 2, **FROM_FACE_PROBES}
FROM_ORL = {"orl_samples": 1, "detect_landmarks": 1, "landmarks": 1, **FROM_POSES, **FROM_FACES}
EVERYTHING = {**FROM_DIGITS, "fetch_dlib_models": 1, "load_orl": 1, **FROM_ORL}
BOTH_PROBES = {**FROM_PROBES, **FROM_FACE_PROBES}
BOTH_SCORES = {**FROM_DIGIT_SCORES, **FROM_FACE_SCORES}
DIGIT_FIGURES = {"figure_3": 1, "figure_4": 1, "figure_5": 1, **FEATURE_FIGURES, "training_curves": 1}
ALL_FIGURES = {**DIGIT_FIGURES, "figure_1": 1, "figure_2": 1}

LIBRARY = "src/exoprobe/"


def set_value(*path_and_value):
    *path, last, value = path_and_value

    def edit(config):
        for key in path:
            config = config[key]
        config[last] = value

    return edit


def edit(path):
    with path.open("a") as file:
        file.write("\n# edited\n")


@pytest.fixture
def project(finished):
    """The finished project, put back as it was after the test."""
    yield finished
    for name in ("workflow", "src", "config.yaml", "README.md", "results/figures", "results/scorecard.csv"):
        backup = finished.path(".backup") / name
        if backup.is_dir():
            shutil.rmtree(finished.path(name))
            shutil.copytree(backup, finished.path(name))
        else:
            shutil.copy2(backup, finished.path(name))


@pytest.fixture(autouse=True, scope="module")
def backup(finished):
    for name in ("workflow", "src", "config.yaml", "README.md", "results/figures", "results/scorecard.csv"):
        target = finished.path(".backup") / name
        target.parent.mkdir(parents=True, exist_ok=True)
        copy = shutil.copytree if finished.path(name).is_dir() else shutil.copy2
        copy(finished.path(name), target)


def test_a_finished_run_has_nothing_to_do(project):
    assert project.planned() == {}


@pytest.mark.parametrize(
    "name",
    [
        LIBRARY + "errors.py",
        LIBRARY + "training/loop.py",
        "workflow/scripts/train.py",
        "workflow/rules/common.smk",
        "config.yaml",
        "results/models/mnist/lenet/seed0/weights.safetensors",
        "results/probes/mnist/lenet/seed0/ip1_predictions.parquet",
    ],
)
def test_a_touch_reruns_nothing(project, name):
    project.path(name).touch()
    assert project.planned() == {}


@pytest.mark.parametrize(
    ("name", "rerun"),
    [
        (LIBRARY + "errors.py", EVERYTHING),
        (LIBRARY + "datasets/packages.py", EVERYTHING),
        (LIBRARY + "datasets/digit_sources.py", FROM_DIGITS),
        (LIBRARY + "datasets/rotated_digits.py", {"rotate_digits": 1, **FROM_SAMPLES}),
        (LIBRARY + "datasets/known/mnist.py", {}),
        (LIBRARY + "training/solvers.py", FROM_TRAINING),
        (LIBRARY + "training/architectures/lenet.py", {**FROM_SAMPLES, "factors": 0}),
        (LIBRARY + "training/architectures/deep_lenet.py", {}),
        (LIBRARY + "training/objectives/pair.py", ONE_NETWORK),
        (LIBRARY + "embeddings/extraction.py", FROM_EXTRACTION),
        (LIBRARY + "datasets/orl.py", {"load_orl": 1, **FROM_ORL}),
        (LIBRARY + "datasets/orl_attributes.csv", FROM_ORL),
        (LIBRARY + "datasets/poses.py", FROM_POSES),
        (LIBRARY + "datasets/sample_factors.py", {"factors": 1, "face_factors": 1, **BOTH_PROBES}),
        (LIBRARY + "embeddings/adapters/adapter.py", FROM_FACES),
        (LIBRARY + "embeddings/adapters/dlib_resnet.py", dict.fromkeys(FROM_FACES, 1)),
        (LIBRARY + "embeddings/adapters/pixels.py", {**dict.fromkeys(FROM_FACES, 1), "figure_1": 0}),
        (LIBRARY + "embeddings/adapters/vgg_face.py", {}),
        (LIBRARY + "probes/run.py", BOTH_PROBES),
        (LIBRARY + "probes/predictions.py", BOTH_PROBES),
        (LIBRARY + "probes/methods/linear.py", BOTH_PROBES),
        (LIBRARY + "probes/methods/nearest_mean.py", FROM_PROBES),
        (LIBRARY + "probes/methods/per_angle_mean.py", FROM_PROBES),
        (LIBRARY + "probes/methods/head.py", {**FROM_PROBES, "probe": 2}),
        (LIBRARY + "probes/methods/fourier.py", FROM_FACE_PROBES),
        (LIBRARY + "probes/mlp_net.py", FROM_FACE_PROBES),
        (LIBRARY + "probes/methods/knn.py", {}),
        (LIBRARY + "probes/svm/newton.py", BOTH_PROBES),
        (LIBRARY + "features/moments.py", BOTH_PROBES),
        (LIBRARY + "evaluation/score.py", BOTH_SCORES),
        (LIBRARY + "evaluation/bootstrap.py", BOTH_SCORES),
        (LIBRARY + "evaluation/attribute_errors.py", {"figure_2": 1, "scorecard": 1}),
        (LIBRARY + "evaluation/pose_errors.py", {"table_1": 1, "scorecard": 1}),
        (LIBRARY + "evaluation/spectrum.py", {"figure_6": 1}),
        (LIBRARY + "evaluation/block_diagonal.py", {"figure_7": 1, "figure_8": 1}),
        (LIBRARY + "evaluation/scorecard.py", {"scorecard": 1}),
        (LIBRARY + "evaluation/paper_numbers.csv", {"scorecard": 1}),
        (LIBRARY + "evaluation/verdicts.py", {}),
        (LIBRARY + "plots/style.py", ALL_FIGURES),
        (LIBRARY + "plots/pose_table.py", {"table_1": 1}),
        (LIBRARY + "plots/digit_errors.py", {"figure_4": 1}),
        (LIBRARY + "plots/heat_maps.py", {"figure_7": 1, "figure_8": 1}),
        (LIBRARY + "config/model.py", {}),
        (LIBRARY + "runs/digits.py", {}),
        (LIBRARY + "io/code_digest.py", {}),
        ("workflow/scripts/probe.py", BOTH_PROBES),
        ("workflow/scripts/score.py", BOTH_SCORES),
        ("workflow/report/figure_3.rst", {}),
        ("README.md", {}),
    ],
)
def test_an_edited_file_reruns_the_rules_that_use_it_and_what_follows(project, name, rerun):
    edit(project.path(name))
    assert project.planned() == {rule: count for rule, count in rerun.items() if count}


def test_a_new_entry_of_a_registry_reruns_nothing(project):
    """A probe, a dataset, an objective, an architecture and an adapter: each a file that nothing uses yet."""
    for name in (
        "probes/methods/knn.py",
        "datasets/known/mnist.py",
        "training/objectives/pair.py",
        "training/architectures/lenet.py",
        "embeddings/adapters/pixels.py",
    ):
        path = project.path(LIBRARY + name)
        assert path.is_file()
        shutil.copy2(path, path.with_name("new.py"))
    assert project.planned() == {}


@pytest.mark.parametrize("name", [LIBRARY + "evaluation/spectrum.py", LIBRARY + "plots/scree.py"])
def test_an_edit_counts_however_old_the_file_claims_to_be(project, name):
    """As after rsync -a, cp -p or git stash."""
    edit(project.path(name))
    os.utime(project.path(name), (0, 0))
    assert project.planned() == {"figure_6": 1}


def test_an_edit_while_the_job_runs_reruns_it_the_next_time(project):
    process = project.start("--forcerun", "figure_6", "--", "figure_6")
    for line in process.stdout:
        if "Drawing Figure 6" in line:
            edit(project.path(LIBRARY + "evaluation/spectrum.py"))
    assert process.wait() == 0
    assert project.planned() == {"figure_6": 1}


@pytest.mark.parametrize(
    ("change", "rerun"),
    [
        (set_value("digits", "angles", [-30, 0, 30]), {"rotate_digits": 1, **FROM_SAMPLES}),
        (set_value("networks", "pair_lenet", "weight", 0.3), {**ONE_NETWORK, "figure_5": 1}),
        (set_value("recipes", "fast", "overrides", "mu_lenet", "learning_rate", 0.5), ONE_NETWORK),
        (set_value("recipes", "caffe", "learning_rate", 0.5), {}),
        (set_value("recipe", "caffe"), FROM_TRAINING),
        (set_value("precision", "float32"), FROM_TRAINING),
        (set_value("feature_dtype", "float16"), {**FROM_EXTRACTION, **FROM_FACES}),
        (set_value("probe_memory_mb", 4000), {}),
        (set_value("seeds", [0, 1]), FROM_TRAINING | {"figure_7": 0, "figure_8": 0}),
        (set_value("faces", "folds", 5), FROM_ORL),
        (
            set_value("faces", "networks", "pixels", "align", "box"),
            {**dict.fromkeys(FROM_FACES, 1), "figure_1": 0},
        ),
        (set_value("faces", "representations", "pixels", "title", "pictures"), {"figure_2": 1, "table_1": 1}),
    ],
)
def test_an_edited_setting_reruns_what_it_concerns(project, change, rerun):
    project.edit_config(change)
    assert project.planned() == {rule: count for rule, count in rerun.items() if count}


def test_each_recipe_s_networks_are_kept(project):
    features = "results/features/mnist/lenet_caffe/seed0/ip1.parquet"
    status, output = project.snakemake("--config", "recipe=caffe", "--", features)
    assert status == 0, output
    assert project.planned("--config", "recipe=caffe", "--", "features") == {"train": 2, "extract": 2, "features": 1}
    assert project.planned() == {}


def test_a_comment_in_the_configuration_reruns_nothing(project):
    with project.path("config.yaml").open("a") as file:
        file.write("# a comment\n")
    assert project.planned() == {}


def test_a_deleted_result_is_made_again_and_nothing_else(project):
    project.path("results/figures/figure_4.svg").unlink()
    assert project.planned() == {"figure_4": 1}


def test_other_files_in_the_user_s_folder_are_read_however_old_and_touched_ones_are_not(fresh):
    digits = "results/data/mnist/digits.npz"
    folder = fresh.path("idx")
    folder.mkdir()
    with np.load(fresh.path(digits)) as arrays:
        for key, name in IDX_NAMES.items():
            (folder / name).write_bytes(idx_bytes(arrays[key]))
    fresh.edit_config(set_value("digits", "folder", str(folder)))
    status, output = fresh.snakemake("--force", digits)
    assert status == 0, output
    file = folder / IDX_NAMES["test_labels"]
    file.touch()
    assert fresh.planned(digits) == {}
    file.write_bytes(file.read_bytes()[:-1] + b"x")
    os.utime(file, (0, 0))
    assert fresh.planned(digits) == {"load_digits": 1}
