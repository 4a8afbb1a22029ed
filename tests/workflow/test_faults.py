"""What goes wrong outside a job: the disk, the folder, the configuration, another run, a damaged file."""

import errno
import os
import shutil
import subprocess
from contextlib import contextmanager

import pytest

from tests.workflow.conftest import Project, copy_project
from tests.workflow.kills import read_undisturbed, set_moments

FIRST = ("results/data/mnist/samples.parquet", "results/data/orl/samples.parquet")


@contextmanager
def mounted(folder, *options):
    """A file system of its own in a folder, or a skip where this user may not mount one."""
    folder.mkdir(parents=True, exist_ok=True)
    done = subprocess.run(["mount", "-t", "tmpfs", *options, "tmpfs", folder], capture_output=True, text=True)
    if done.returncode:
        pytest.skip(f"needs the right to mount a file system: {done.stderr.strip()}")
    try:
        yield
    finally:
        subprocess.run(["umount", "--lazy", folder], check=True)


def fill_but_for(file, left):
    """Take the file system's space but for some bytes, fewer than the dataset of digits needs."""
    file.write_bytes(bytes(shutil.disk_usage(file.parent).free - left))


def whole(project, undisturbed):
    """The results that are there, after asserting that each is what an undisturbed run writes."""
    there = [name for name in undisturbed.results if project.path(name).exists()]
    assert [name for name in there if project.path(name).read_bytes() != undisturbed.results[name]] == []
    return there


def test_a_full_disk_is_named_leaves_no_half_file_and_is_over_once_there_is_room(finished, fresh):
    undisturbed = read_undisturbed(finished, *FIRST)
    kept = fresh.path("results").rename(fresh.path("kept"))
    with mounted(fresh.path("results"), "-o", "size=70m"):
        for name in ("data/mnist/digits.npz", "data/orl/images.zip"):
            fresh.path(f"results/{name}").parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(kept / name, fresh.path(f"results/{name}"))
        fill_but_for(fresh.path("results/filler"), 500_000)
        status, output = fresh.snakemake("--", *FIRST)
        assert status != 0
        assert "error: no space is left on the disk; make room and run again" in output
        assert FIRST[0] not in whole(fresh, undisturbed)
        assert not list(fresh.path("results").rglob(".*"))
        fresh.path("results/filler").unlink()
        status, output = fresh.snakemake("--", *FIRST)
        assert status == 0, output
        assert set(whole(fresh, undisturbed)) == set(undisturbed.results)


def test_a_results_folder_that_may_not_be_written_is_named_and_left_alone(fresh):
    fresh.path("results").rename(fresh.path("kept"))
    with mounted(fresh.path("results"), "-o", "ro"):
        status, output = fresh.snakemake("--", *FIRST)
        assert status != 0
        assert os.strerror(errno.EROFS) in output
        assert not list(fresh.path("results").iterdir())


def test_of_two_runs_in_one_folder_the_second_is_refused_and_the_first_is_right(finished, fresh):
    undisturbed, target = read_undisturbed(finished, *FIRST), FIRST[0]
    folder = fresh.path(".moments")
    folder.mkdir()
    first = fresh.start("--", target, environment=set_moments(folder, {"mnist/rotate_digits": [("log", 0)]}))
    (folder / "reached").read_text()  # comes when the job is at work, which now waits
    status, output = fresh.snakemake("--", target)
    (folder / "go_on").write_text("")
    first.communicate()
    assert first.returncode == 0
    assert status != 0
    assert "cannot be locked" in output
    assert target in whole(fresh, undisturbed)


@pytest.fixture
def copied(finished, tmp_path):
    """The finished project again, to be damaged."""
    return Project(shutil.copytree(finished.folder, tmp_path / "copied", symlinks=True))


def test_a_damaged_feature_file_is_refused_by_name_before_any_result(copied):
    features = "results/features/orl/dlib/penultimate.parquet"
    content = bytearray(copied.path(features).read_bytes())
    content[-300] ^= 4  # in the footer
    copied.path(features).write_bytes(content)
    result = "results/probes/orl/dlib/penultimate/predictions.parquet"
    status, output = copied.snakemake("--", result)
    assert status != 0
    assert f"error: {features}: its footer is damaged" in output
    assert not copied.path(result).exists()


BAD_CONFIGS = {
    "empty": (b"", "config: config.yaml must hold keys and their values; it is empty"),
    "binary": (b"\x7fELF\x02\xff" * 40, "config: config.yaml is not text (byte 5 is 0xff)"),
    "duplicate": (
        b"seeds: [0]\nseeds: [1]\n",
        "config: config.yaml, line 2: seeds is there twice, first in line 1",
    ),
    "code": (b"__use_yte__: true\nx: ?open('ran', 'w')\n", "line 1: __use_yte__ is not a known key"),
}


@pytest.mark.parametrize("name", BAD_CONFIGS)
def test_a_config_file_that_is_none_is_refused_in_one_line_before_any_job(root, tmp_path, name):
    project, (content, message) = copy_project(root, tmp_path), BAD_CONFIGS[name]
    project.path("config.yaml").write_bytes(content)
    status, output = project.snakemake_without_jobs()
    assert status != 0
    assert message in output
    assert "Job stats" not in output
    assert not project.path("ran").exists()


def test_a_training_that_diverges_says_so_and_leaves_no_weights(fresh):
    fresh.edit_config(lambda config: config["recipes"]["fast"].update(optimizer="sgd", learning_rate=1e9))
    status, output = fresh.snakemake("--", "results/models/mnist/lenet/seed0/weights.safetensors")
    assert status != 0
    assert "lenet seed 0: error: training diverged: the loss is" in output
    assert "learning rate" in output
    assert not fresh.path("results/models/mnist/lenet/seed0/weights.safetensors").exists()
