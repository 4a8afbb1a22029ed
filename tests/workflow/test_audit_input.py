"""From a user's files to what is audited, through the command line."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from exoprobe.datasets.samples import dataset_digest, read_samples
from exoprobe.features.feature_file import read_features
from tests.workflow.conftest import copy_project

SAMPLES, METADATA = "results/data/audit/samples.parquet", "results/audit/metadata.json"


@pytest.fixture(scope="module")
def project(root, tmp_path_factory):
    """A copy of the checkout with a user's files."""
    project = copy_project(root, tmp_path_factory.mktemp("audit"))
    rng = np.random.default_rng(0)
    people = np.repeat(np.arange(50), 2)
    np.save(project.path("my.npy"), rng.normal(size=(100, 4)))
    np.save(project.path("images.npy"), rng.integers(0, 256, (100, 8, 8), dtype=np.uint8))
    factors = pd.DataFrame(
        {"person": people, "glasses": rng.choice(["no", "yes"], 100), "yaw": rng.uniform(-90, 90, 100)}
    )
    factors.to_csv(project.path("my.csv"), index=False)
    return project


MINE = ("features=my.npy", "factors=my.csv", "group=person", "audit={images: images.npy}")


def test_one_command_reads_a_user_s_files(project):
    status, output = project.snakemake(METADATA, "--config", *MINE)
    assert status == 0, output
    samples = project.path(SAMPLES)
    row = read_samples(samples, ["row"])["row"]
    features = read_features(
        project.path("results/features/audit/features/seed0.parquet"), dataset_digest=dataset_digest(samples)
    )
    np.testing.assert_array_equal(features, np.load(project.path("my.npy"))[row].astype(np.float32))
    control = read_features(project.path("results/features/audit/random_projection/seed0.parquet"))
    assert control.shape == features.shape
    metadata = json.loads(project.path(METADATA).read_text())
    assert list(metadata["representations"]) == ["features", "random_projection"]
    assert sum(metadata["rows"].values()) == 100
    assert pd.read_csv(project.path("results/audit/factors.csv"))["kind"].tolist() == ["binary", "angle"]
    assert project.planned(METADATA, "--config", *MINE) == {}
    margin = (*MINE[:3], "audit={images: images.npy, margin: 0.2}")
    assert project.planned(METADATA, "--config", *margin) == {"audit_metadata": 1}


def test_shards_and_a_place_in_a_container_are_one_matrix_each(project):
    matrix = np.load(project.path("my.npy"))
    project.path("parts").mkdir()
    for index in range(12):
        np.save(project.path(f"parts/p{index}.npy"), matrix[index * 9 : index * 9 + 9])
    np.savez(project.path("two.npz"), a=matrix, b=matrix[:, :2])
    given = ("features={parts: parts/p*.npy, place: two.npz:a}", "factors=my.csv", "group=person")
    imported = [f"results/features/audit/{name}/seed0.parquet" for name in ("parts", "place")]
    status, output = project.snakemake(*imported, METADATA, "--config", *given)
    assert status == 0, output
    row = read_samples(project.path(SAMPLES), ["row"])["row"]
    for file in imported:
        np.testing.assert_array_equal(read_features(project.path(file)), matrix[row].astype(np.float32))
    inputs = json.loads(project.path("results/audit/provenance.json").read_text())["inputs"]
    assert list(inputs) == ["parts: parts/p*.npy", "place: two.npz:a", "factors: my.csv"]
    assert project.planned(*imported, "--config", *given) == {}
    np.save(project.path("parts/p3.npy"), matrix[27:36] + 1)
    planned = project.planned(*imported, "--config", *given)
    assert planned["audit_samples"] == 1
    assert planned["audit_features"] >= 1


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ((), "audit: nothing to audit yet; give your files, snakemake --cores 2 audit --config features=my.npy"),
        (("features=my.npy", "factors=me.csv"), "config: audit.factors is 'me.csv'; it does not exist in the working"),
        (("features=my.npy", "--config", "factors=my.csv"), "config: --config is given 2 times"),
        (
            ("features=my.npy", "factors=my.csv", "group=persn"),
            "config: audit.group is 'persn', but my.csv has no such column; did you mean person?",
        ),
    ],
)
def test_what_is_wrong_is_said_in_one_sentence_before_any_job(project, given, message):
    status, output = project.snakemake_without_jobs("--dry-run", SAMPLES, *(["--config", *given] if given else []))
    assert status == 1
    assert re.search(f"^{re.escape(message)}", output, re.MULTILINE), output


def test_a_job_s_refusal_is_repeated_last_and_an_earlier_page_is_set_aside(project):
    page = project.path("results/audit/index.html")
    page.parent.mkdir(parents=True, exist_ok=True)
    page.write_text("of an earlier audit")
    os.utime(page, (1, 1))
    few = (*MINE[:3], "audit={images: images.npy, permutations: 19, rows: 90}")
    status, output = project.snakemake("audit", "--config", *few)
    assert status == 1
    log = project.path("results/logs/audit/samples.log").read_text()
    assert "Traceback" not in log
    ending = "\n".join(output.splitlines()[-6:])
    assert "audit.permutations is 19; with 2 tests" in ending
    assert "results/audit/index.html was of an earlier audit and is now results/audit/earlier_index.html" in ending
    assert not page.exists()


PEAK = """
import resource, sys
from pathlib import Path
import numpy as np
from exoprobe.datasets.user_features import open_features
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
features = open_features(Path(sys.argv[1])).load()
print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * 1024 / (4 * features.size))
"""


@pytest.mark.parametrize("name", ["doubles.npz", "doubles.parquet"])
def test_reading_holds_one_float32_copy_at_most(tmp_path, name):
    """Of 60 MB as float32; twice that would be the doubles that the file holds."""
    path: Path = tmp_path / name
    values = np.zeros((60_000, 256))
    if name.endswith("npz"):
        np.savez(path, values)
    else:
        pd.DataFrame(values, columns=list(map(str, range(256)))).to_parquet(path, row_group_size=5_000)
    ran = subprocess.run([sys.executable, "-c", PEAK, path], check=True, capture_output=True, text=True)
    assert float(ran.stdout) < 1.9
