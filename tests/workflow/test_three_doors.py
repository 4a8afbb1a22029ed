"""The workflow, the command and Python write the same bytes."""

import os
import re
import shutil
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml

import exoprobe
from exoprobe.report.tables import COLUMNS
from tests.workflow.conftest import Project, copy_project

PROVENANCE = re.compile(r'<p id="provenance">.*?</p>', re.DOTALL)


@pytest.fixture(scope="module")
def project(root, tmp_path_factory):
    """A copy of the checkout with a user's files, audited by the workflow."""
    project = copy_project(root, tmp_path_factory.mktemp("doors"))
    rng = np.random.default_rng(0)
    people = np.repeat(np.arange(50), 4)  # from 50 groups on there are five folds, not ten
    glasses, yaw = rng.random(200) < 0.4, rng.uniform(-60, 60, 200)
    features = rng.normal(size=(50, 6))[people] + 0.5 * rng.normal(size=(200, 6))
    mood = rng.random(200) < 0.5
    features[:, 0] += 3 * glasses
    features[:, 1] += 2 * mood
    np.save(project.path("my.npy"), features)
    table = pd.DataFrame({"person": people, "glasses": np.where(glasses, "yes", "no"), "yaw": yaw, "mood": mood})
    table.to_csv(project.path("my.csv"), index=False)
    given = ("features=my.npy", "factors=my.csv", "group=person", "label=mood")
    status, output = project.snakemake("audit", "audit_verdicts", "--config", *given, "device=cpu")
    assert status == 0, output
    return project


def assert_same(folder, reference):
    for name in COLUMNS:
        assert (folder / f"{name}.csv").read_bytes() == (reference / f"{name}.csv").read_bytes(), name
    erasers = [
        sorted(path.relative_to(of) for path in of.glob("erasers/*/*.safetensors")) for of in (folder, reference)
    ]
    names = ("all_but_mood", "glasses")
    assert erasers[0] == erasers[1] == [Path(f"erasers/features/{name}.safetensors") for name in names]
    for eraser in erasers[0]:
        assert (folder / eraser).read_bytes() == (reference / eraser).read_bytes(), eraser
    for name in ("rows.parquet", "group_errors.parquet"):
        assert (folder / name).read_bytes() == (reference / name).read_bytes(), name
    assert (folder / "metadata.json").read_bytes() == (reference / "metadata.json").read_bytes()
    pages = [PROVENANCE.sub("", (path / "index.html").read_text()) for path in (folder, reference)]
    assert pages[0] == pages[1]


def test_the_command_writes_what_the_workflow_writes(root, project):
    command = [sys.executable, "-m", "exoprobe", "audit", "my.npy", "my.csv", "--group", "person", "--label", "mood"]
    options = ["--threads", "2", "--device", "cpu", "--out", "by_command"]
    environment = {**os.environ, "PYTHONPATH": str(root / "src")}
    subprocess.run([*command, *options], cwd=project.folder, env=environment, check=True)
    assert_same(project.path("by_command"), project.path("results/audit"))


def test_the_workflow_has_first_verdicts_too(project):
    page = project.path("results/audit/first_verdicts.html").read_text()
    assert "Still computing" in page
    assert "glasses leaks" in page


def test_python_gives_what_the_workflow_writes(project, monkeypatch):
    monkeypatch.chdir(project.folder)
    result = exoprobe.audit("my.npy", "my.csv", group="person", label="mood", threads=2, device="cpu")
    assert len(result.shift) == 2
    result.save("by_import")
    assert_same(project.path("by_import"), project.path("results/audit"))
    loaded = exoprobe.load_results("results/audit")
    pd.testing.assert_frame_equal(loaded.verdicts, result.verdicts)


def test_arrays_and_tables_give_the_same_tables_as_their_files(project):
    features, table = np.load(project.path("my.npy")), pd.read_csv(project.path("my.csv"))
    result = exoprobe.audit(features, table, group="person", label="mood", threads=2, device="cpu")
    for name in COLUMNS:
        assert result.files[f"{name}.csv"] == project.path(f"results/audit/{name}.csv").read_bytes(), name


def files_of_the_first_audit(project):
    """Return when each was written, and its content."""
    folders = [project.path("results/audit"), *project.path("results").glob("*/audit")]
    files = [path for folder in folders for path in folder.rglob("*") if path.is_file()]
    return {path: (path.stat().st_mtime_ns, path.read_bytes()) for path in files}


def test_an_audit_with_a_name_stands_beside_the_first_and_fails_by_itself(project):
    before = files_of_the_first_audit(project)
    named = ("audit", "--config", "features=my.npy", "factors=my.csv", "group=person", "name=lung", "device=cpu")
    status, output = project.snakemake(*named, "audit={erase: none}")
    assert status == 0, output
    page, first = project.path("results/audits/lung/index.html"), project.path("results/audit/index.html")
    assert str(page) in output.splitlines()
    assert "glasses" in page.read_text()
    verdicts = [pd.read_csv(path.with_name("verdicts.csv")) for path in (page, first)]
    assert [set(table["factor"]) for table in verdicts] == [{"glasses", "yaw", "mood"}, {"glasses", "yaw"}]
    assert files_of_the_first_audit(project) == before
    status, output = project.snakemake(*named, "audit={erase: none, permutations: 19}")
    assert status == 1
    assert "results/audits/lung/index.html was of an earlier audit and is now results/audits/lung/earlier" in output
    assert not page.exists()
    assert files_of_the_first_audit(project) == before


@contextmanager
def read_only(folder):
    """Let nobody write to a checkout; to the superuser, who may anyway, what was written is a fault."""

    def files():
        every = [path for path in folder.rglob("*") if path.is_file() and path.suffix != ".pyc"]
        return {path: path.stat().st_mtime_ns for path in every}

    before = files()
    subprocess.run(["chmod", "-R", "a-w", folder], check=True)
    try:
        yield
        assert files() == before
    finally:
        subprocess.run(["chmod", "-R", "u+w", folder], check=True)


MODULE = """
module exo:
    snakefile: "{root}/workflow/Snakefile"
    config: {{"features": "my.npy", "factors": "my.csv", "group": "person", "label": "mood", "device": "cpu"}}
    prefix: "exo"

use rule * from exo as exo_*
"""


def test_the_rules_are_a_module_of_another_workflow(project, tmp_path):
    for name in ("my.npy", "my.csv"):
        shutil.copy(project.path(name), tmp_path)
    (tmp_path / "config.yaml").write_text("samples: a key of the other workflow\n")
    (tmp_path / "Snakefile").write_text(MODULE.format(root=project.folder))
    with read_only(project.folder):
        status, output = Project(tmp_path).snakemake("exo_audit")
    assert status == 0, output
    assert_same(tmp_path / "exo/results/audit", project.path("results/audit"))


HOSTED = """
configfile: "config/config.yaml"

module exoprobe:
    snakefile: github("lab/exoprobe", path="workflow/Snakefile", tag="v1")
    config: config
    prefix: "exo"

use rule * from exoprobe
"""  # as snakedeploy writes it


def test_a_deployed_workflow_on_github_is_planned(root, tmp_path, monkeypatch):
    hosted = tmp_path / "cache/snakemake/snakemake/source-cache/snakemake-git-cache/github.com/lab/exoprobe"
    copy, deployed = copy_project(root, tmp_path / "copy").folder, tmp_path / "deployed"
    git = ["git", "-c", "user.name=a", "-c", "user.email=a@b", "-C", copy]
    for command in (["init", "-q"], ["add", "."], ["commit", "-qm", "all"], ["tag", "v1"]):
        subprocess.run([*git, *command], check=True)
    subprocess.run(["git", "clone", "-q", "--bare", copy, hosted], check=True)
    shutil.copytree(root / "config", deployed / "config")
    (deployed / "workflow").mkdir()
    (deployed / "workflow/Snakefile").write_text(HOSTED)
    np.save(deployed / "embeddings.npy", np.zeros((20, 2)))
    pd.DataFrame({"patient": range(20), "site": [1, 2] * 10}).to_csv(deployed / "samples.csv", index=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    status, output = Project(deployed).snakemake("-n", "audit")
    assert status == 0, output
    assert "exo/results/audit/index.html" in output
    assert list((deployed / ".snakemake/exoprobe").glob("*/src/exoprobe/__init__.py"))


@pytest.mark.parametrize("where", ["-s", "--directory"])
def test_another_folder_s_files_are_audited_without_a_configuration_there(project, tmp_path, where):
    for name in ("my.npy", "my.csv"):
        shutil.copy(project.path(name), tmp_path)
    options = {
        "-s": (tmp_path, "-s", str(project.path("Snakefile"))),
        "--directory": (project.folder, "--directory", str(tmp_path)),
    }
    folder, *given = options[where]
    audited = ("audit", "--config", "features=my.npy", "factors=my.csv", "group=person", "name=lung")
    status, output = Project(folder).snakemake(*given, "-n", *audited)
    assert status == 0, output
    assert "input: results/audits/lung/index.html" in output
    assert not re.search(r"results(/\w+)?/audit/", output)
    assert re.search(r"^audit_page +1$", output, re.MULTILINE), output


def test_the_small_audit_of_the_catalog_s_checks_is_planned(root, tmp_path):
    folder = tmp_path / ".test"
    shutil.copytree(root / ".test", folder, ignore=shutil.ignore_patterns("results", ".snakemake"))
    status, output = Project(root).snakemake_without_jobs("--directory", str(folder), "-n", "audit")
    assert status == 0, output
    assert re.search(r"^audit_page +1$", output, re.MULTILINE), output


def test_the_checks_on_github_run_what_there_is(root):
    checks = yaml.safe_load((root / ".github/workflows/ci.yml").read_text())["jobs"]
    commands = [step["run"] for job in checks.values() for step in job["steps"] if "run" in step]
    (audit,) = [command for command in commands if command.startswith("exoprobe audit")]
    files = [root / word for word in audit.split() if word.endswith(".csv")]
    assert [len(pd.read_csv(file)) for file in files] == [120, 120]
    assert not [command for command in commands if "[" in command and "[workflow]" not in command]
    targets = [command.split()[1] for command in commands if command.startswith("make ")]
    assert set(targets) <= set(re.findall(r"^([a-z-]+):", (root / "Makefile").read_text(), re.MULTILINE))
