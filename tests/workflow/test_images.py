"""From a folder of pictures, a table and a network to the audit's page, by one command."""

import json
import zipfile

import numpy as np
import onnx
import pandas as pd
import pytest
from onnx import helper, numpy_helper

from exoprobe.datasets.orl import load_orl, read_labels
from tests.workflow.conftest import copy_project

PEOPLE = 20
PAGE = "results/audit/index.html"
MINE = ("images=my_pictures", "factors=my.csv", "group=person", "network=net.onnx")
QUICK = "audit={permutations: 19, factor_columns: [glasses]}"


@pytest.fixture(scope="module")
def project(root, tmp_path_factory):
    """A copy of the checkout with a user's pictures: faces of ORL in a folder for each person."""
    project = copy_project(root, tmp_path_factory.mktemp("images"))
    load_orl(project.path("orl.zip"))
    labels = read_labels().query("subject <= @PEOPLE")
    names = [f"s{row.subject}/{row.image}.pgm" for row in labels.itertuples()]
    with zipfile.ZipFile(project.path("orl.zip")) as archive:
        archive.extractall(project.path("my_pictures"), names)
    table = labels.rename(columns={"subject": "person"}).drop(columns="image").assign(picture=names)
    table.sample(frac=1, random_state=0).to_csv(project.path("my.csv"), index=False)
    save_network(project.path("net.onnx"))
    return project


def save_network(path):
    """Save a convolution with random weights, a ReLU and pooling: 28 × 28 gray pixels to 144 dimensions."""
    weight = np.random.default_rng(0).standard_normal((16, 1, 5, 5)).astype(np.float32) / 5
    graph = helper.make_graph(
        [
            helper.make_node("Conv", ["in", "weight"], ["maps"], strides=[2, 2]),
            helper.make_node("Relu", ["maps"], ["rectified"]),
            helper.make_node("AveragePool", ["rectified"], ["pooled"], kernel_shape=[4, 4], strides=[4, 4]),
            helper.make_node("Flatten", ["pooled"], ["out"]),
        ],
        "network",
        [helper.make_tensor_value_info("in", onnx.TensorProto.FLOAT, ["n", 1, 28, 28])],
        [helper.make_tensor_value_info("out", onnx.TensorProto.FLOAT, ["n", 144])],
        [numpy_helper.from_array(weight, "weight")],
    )
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8), str(path))


@pytest.fixture(scope="module")
def audited(project):
    status, output = project.snakemake("audit", "--config", *MINE, QUICK)
    assert status == 0, output
    return project


def test_one_command_leads_to_the_page(audited):
    page = audited.path(PAGE).read_text()
    assert "net sees the whole picture resized, whatever its aspect ratio, to 28 × 28 pixels, gray" in page
    metadata = json.loads(audited.path("results/audit/metadata.json").read_text())
    assert list(metadata["representations"]) == ["net", "pixels", "random_projection"]
    assert metadata["representations"]["net"]["dimension"] == 144
    assert (metadata["factors_file"], sum(metadata["rows"].values()), sum(metadata["groups"].values())) == (
        "my.csv",
        200,
        20,
    )
    verdicts = pd.read_csv(audited.path("results/audit/verdicts.csv"))
    assert set(verdicts["representation"]) == {"net", "pixels", "random_projection"}
    assert set(verdicts["factor"]) == {"glasses"}


def test_nothing_is_left_to_do_until_pictures_change(audited):
    assert audited.planned("audit", "--config", *MINE, QUICK) == {}
    extra = audited.path("my_pictures/s1/new.pgm")
    extra.write_bytes(audited.path("my_pictures/s1/1.pgm").read_bytes())
    try:
        assert audited.planned("audit", "--config", *MINE, QUICK)["image_table"] == 1
        status, output = audited.snakemake("results/data/images/samples.parquet", "--config", *MINE)
        assert status == 1
        assert "1 not listed (s1/new.pgm). Mend the folder, or set images.bad_images to leave_out" in output
    finally:
        extra.unlink()


def test_more_shards_and_networks_are_jobs_of_their_own(audited):
    images = "images={folder: my_pictures, shards: 3, networks: [net.onnx, 'torchvision:resnet18', dlib]}"
    planned = audited.planned("results/audit/metadata.json", "--config", images, *MINE[1:3], QUICK)
    assert planned["extract_images"] == 4 * 3
    assert planned["image_landmarks"] == 3


def test_faces_are_found_for_a_network_that_sees_faces(project):
    landmarks = "results/data/images/landmarks/1.parquet"
    images = "images={folder: my_pictures, shards: 3, networks: [dlib]}"
    status, output = project.snakemake(landmarks, "--config", images, *MINE[1:3])
    assert status == 0, output
    table = pd.read_parquet(project.path(landmarks))
    samples = pd.read_parquet(project.path("results/data/images/samples.parquet"))
    assert table["sample_id"].tolist() == samples["sample_id"].tolist()[64:128]  # whole batches
    assert table["detected"].mean() > 0.8


def test_what_is_wrong_is_said_in_one_sentence_before_any_job(project):
    status, output = project.snakemake_without_jobs("--dry-run", "audit", "--config", *MINE[:3], "network=resnet18")
    assert status == 1
    assert "config: images.networks: there is no network 'resnet18'; name a file" in output
