"""A copy of the project in which the whole workflow has run once on a small part of real MNIST."""

import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pytest
import yaml
from filelock import FileLock

from tests.conftest import TRACEBACK
from tests.workflow.orl_as_celeba import lay_out
from tests.workflow.planner import run_in_fork

# What a shell starts in the background ignores Ctrl-C, and so would every run that a test interrupts.
signal.signal(signal.SIGINT, signal.default_int_handler)

ROOT = Path(__file__).resolve().parents[2]
SMALL = {
    "digits": {"counts": {"train": 600, "validation": 100, "test": 100}},
    "recipe": {"batch_size": 64, "max_steps": 60, "validate_every": 30},
}


DOWNLOADS = (
    "results/data/mnist/digits.npz",
    "results/data/orl/images.zip",
    "results/weights/dlib_face_recognition_resnet_model_v1.dat",
    "results/weights/shape_predictor_68_face_landmarks.dat",
)


@dataclass
class Project:
    """A copy of the checkout to run, edit and break."""

    folder: Path

    def start(
        self,
        *arguments: str,
        environment: Mapping[str, str] | None = None,
        where: Sequence[str] = ("--cores", "2"),
        **options: object,
    ) -> subprocess.Popen:
        """Start snakemake in a process group of its own, so that all of it can be killed.

        Args:
            arguments: of snakemake.
            environment: variables to add to the tests' own.
            where: how many cores, or the profile.
            options: of the process.
        """
        variables = {**os.environ, **(environment or {})}
        variables["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{variables['PATH']}"
        return subprocess.Popen(
            ["snakemake", *where, *arguments],
            cwd=self.folder,
            env=variables,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
            **options,
        )

    def snakemake(self, *arguments: str) -> tuple[int, str]:
        """Run snakemake; return its exit status and what it printed, which is no traceback."""
        process = self.start(*arguments)
        output, _ = process.communicate()
        assert TRACEBACK not in output, output
        return process.returncode, output

    def snakemake_without_jobs(self, *arguments: str) -> tuple[int, str]:
        """Run snakemake where no job starts, dry or refused; return its exit status and what it printed."""
        status, output = run_in_fork(self.folder, arguments)
        assert TRACEBACK not in output, output
        return status, output

    def planned(self, *arguments: str) -> dict[str, int]:
        """Return how many jobs of each rule a run would execute."""
        status, output = self.snakemake_without_jobs("--dry-run", *arguments)
        assert status == 0, output
        _, _, table = output.partition("Job stats:")
        jobs = re.findall(r"^(\w+) +(\d+)$", table.partition("\n\n")[0], re.MULTILINE)
        return {rule: int(count) for rule, count in jobs if rule not in ("total", "all", "open_questions")}

    def path(self, name: str) -> Path:
        return self.folder / name

    @staticmethod
    def read_config(path: Path) -> dict:
        """Return the parsed configuration in a file."""
        return yaml.safe_load(path.read_text())

    def edit_config(self, edit: object) -> None:
        """Change config.yaml through a function of the parsed configuration."""
        path = self.path("config.yaml")
        config = self.read_config(path)
        edit(config)
        path.write_text(yaml.safe_dump(config, sort_keys=False))


def copy_downloads(source: Path, project: Project) -> list[str]:
    """Copy the downloads that are in another project; return their names."""
    names = [name for name in DOWNLOADS if (source / name).exists()]
    for name in names:
        project.path(name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(source / name, project.path(name))
    return names


def copy_project(root: Path, folder: Path) -> Project:
    """Copy what git tracks or would track, and make its configuration small."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=root,
        capture_output=True,
        text=True,
        check=True,
    )
    for name in filter(None, listed.stdout.split("\0")):
        if (root / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(root / name, folder / name)
    project = Project(folder)

    def shrink(config):
        config["digits"].update(SMALL["digits"])
        for name in ("fast", "caffe"):
            config["recipes"][name].update(SMALL["recipe"])
            config["recipes"][name]["overrides"].pop("pair_lenet")  # the batch size
        faces = config["faces"]
        faces["folds"] = 4
        faces["representations"] = {name: faces["representations"][name] for name in ("dlib_256", "pixels")}
        shrink_questions(config)

    project.edit_config(shrink)
    return project


def shrink_questions(config):
    """Ask each of the open questions of few networks, trained a little."""
    questions, recipes = config["questions"], config["recipes"]
    recipes["short"].update(batch_size=32, max_steps=40, validate_every=20)
    recipes["identities"].update(max_steps=10, validate_every=10)
    counts = {"train": 150, "validation": 50, "test": 60}
    questions["trade_off"].update(networks=["lenet", "mu_lenet"], reference="lenet", seeds=[0, 1], counts=counts)
    questions["layers"].update(networks={"lenet_2": ["pool1", "ip1"]}, max_steps=20, counts=counts)
    questions["unseen_classes"].update(networks=["lenet"], seeds=[0], max_steps=20)
    identities = questions["unseen_classes"]["identities"]
    identities.update(input="pixels", networks=["lenet", "mu_lenet"], seeds=[0], folds=2)
    ranges = {name: questions["perturbations"]["ranges"][name] for name in ("scale", "noise")}
    questions["perturbations"].update(networks=["lenet"], ranges=ranges, max_steps=20, counts=counts)


@pytest.fixture(scope="session")
def finished(root, tmp_path_factory) -> Project:
    """The default target has run here; tests leave it as they found it.

    It runs once. Of several processes that test, each has a copy of its own.
    """
    folder = tmp_path_factory.mktemp("finished")
    if "PYTEST_XDIST_WORKER" not in os.environ:
        return run_all(root, folder)
    original = folder.parents[1] / "finished"
    with FileLock(f"{original}.lock"):
        if not original.exists():
            original.mkdir()
            run_all(root, original)
    subprocess.run(["cp", "-a", f"{original}/.", folder], check=True)
    return Project(folder)


def run_all(root: Path, folder: Path) -> Project:
    """Copy the project and run its default target, with what is downloaded already."""
    project = copy_project(root, folder)
    if names := copy_downloads(root, project):  # as if they had been downloaded by the rules as they are now
        project.snakemake("--touch", "--forceall", "--", *names)
    status, output = project.snakemake()
    assert status == 0, output
    return project


@pytest.fixture
def fresh(root, finished, tmp_path) -> Project:
    """Nothing has run here but the downloads."""
    project = copy_project(root, tmp_path)
    copy_downloads(finished.folder, project)
    return project


# What a shell would obey, or take for an option.
HOSTILE = "-d 'q\" $(touch hacked) `touch hacked`; touch hacked #x"


@pytest.fixture(scope="session")
def orl_as_celeba(root, finished, tmp_path_factory) -> Project:
    """The faces target has run here on 200 ORL faces laid out as CelebA, under names that a shell would obey."""
    project = copy_project(root, tmp_path_factory.mktemp("orl as celeba"))
    copy_downloads(finished.folder, project)
    data = finished.path("results/data/orl")
    names = {"000001.jpg": "-rf.jpg", "000002.jpg": "$(touch_hacked)'\".jpg"}
    images = data / "images.zip"
    lay_out(images, data / "landmarks.parquet", data / "samples.parquet", project.path(HOSTILE), names)
    poses = pd.read_parquet(data / "poses.parquet").sample(200, random_state=0)
    poses.assign(image=[names.get(f"{n:06}.jpg", f"{n:06}.jpg") for n in range(1, 201)]).to_csv(
        project.path(f"{HOSTILE}.csv"), index=False
    )

    def configure(config):
        faces = config["faces"]
        original = Project.read_config(root / "config.yaml")["faces"]["representations"]
        faces.update(dataset="celeba", folder=HOSTILE, pose=f"{HOSTILE}.csv", shards=2)
        shown = ("dlib_256", "triplet", "attribute_network", "pixels")
        faces["representations"] = {name: original[name] for name in shown}
        faces["representations"]["pixels"]["title"] = HOSTILE
        faces["groups"]["celeba"] = {HOSTILE: ["glasses", "smiling"]}
        faces["attribute_network"]["recipe"].update(max_steps=20, validate_every=10, batch_size=32)
        faces["triplet"].update(dimension=16, batch_size=16, validate_every=5, patience=1)

    project.edit_config(configure)
    status, output = project.snakemake("faces")
    assert status == 0, output
    return project
