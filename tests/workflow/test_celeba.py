"""The paper's experiment as written, on a few hundred real CelebA images where they are at hand."""

import subprocess
import sys

import pandas as pd
import pytest

from tests.workflow.conftest import copy_downloads, copy_project

ATTRIBUTES = ["Male", "Smiling", "Eyeglasses"]
SHOWN = ("dlib_256", "dlib_128", "attribute_network", "pixels")


@pytest.fixture(scope="module")
def celeba(root, finished, tmp_path_factory):
    """The faces target has run here on 400 images of the three official partitions."""
    shared = root.parent / "shared" / "celeba"
    if not (shared / "unpack.py").is_file():
        pytest.skip("no real CelebA images beside the checkout (../shared/celeba/unpack.py)")
    folder = tmp_path_factory.mktemp("images")
    subprocess.run([sys.executable, shared / "unpack.py", folder, "--count", "400"], check=True, capture_output=True)
    project = copy_project(root, tmp_path_factory.mktemp("celeba"))
    copy_downloads(finished.folder, project)

    def configure(config):
        original = finished.read_config(root / "config.yaml")["faces"]["representations"]
        config["faces"].update(dataset="celeba", folder=str(folder), pose=str(shared / "pose.csv"), shards=2)
        config["faces"]["representations"] = {name: original[name] for name in SHOWN}
        config["faces"]["groups"]["celeba"] = {"all": ATTRIBUTES}
        config["faces"]["attribute_network"]["recipe"].update(max_steps=20, validate_every=10, batch_size=32)

    project.edit_config(configure)
    status, output = project.snakemake("faces")
    assert status == 0, output
    return project


def test_figure_2_reads_real_attributes_better_from_features_than_from_pixels(celeba):
    errors = pd.read_csv(celeba.path("results/figures/figure_2.csv")).set_index(["representation", "attribute"])
    assert set(errors.index.get_level_values(0)) == set(SHOWN)
    assert errors.loc[("dlib_256", "Male"), "error"] < 15
    assert errors.loc[("dlib_256", "(mean)"), "error"] < errors.loc[("pixels", "(mean)"), "error"]


def test_table_1_takes_yaw_from_the_annotations(celeba):
    table = pd.read_csv(celeba.path("results/figures/table_1.csv"))
    assert "annotated by: pose.csv." in celeba.path("results/figures/table_1.md").read_text()
    assert {"abs_yaw", "yaw", "pitch", "roll"} == set(table["target"])


def test_a_lost_shard_is_extracted_again_and_no_other(celeba):
    celeba.path("results/features/celeba/dlib/penultimate.parquet").unlink()
    planned = celeba.planned("--", "results/features/celeba/dlib/penultimate.parquet")
    assert planned == {"extract_faces": 2, "gather_layer": 1}
    status, output = celeba.snakemake("results/features/celeba/dlib/shards/0.parquet", "--notemp")
    assert status == 0, output
    planned = celeba.planned("--", "results/features/celeba/dlib/penultimate.parquet")
    assert planned == {"extract_faces": 1, "gather_layer": 1}


def test_a_missing_image_is_refused_with_its_name(celeba):
    folder = celeba.read_config(celeba.path("config.yaml"))["faces"]["folder"]
    image = next(iter(sorted((celeba.folder / folder).rglob("*.jpg"))))
    image.unlink()
    status, output = celeba.snakemake("--forcerun", "celeba_samples", "--", "results/data/celeba/samples.parquet")
    assert status != 0
    assert f"1 missing ({image.name})" in output
