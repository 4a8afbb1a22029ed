"""What several tests share."""

import logging
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import yaml
from hypothesis import HealthCheck, settings
from xdist.scheduler import LoadScopeScheduling

from exoprobe.datasets.rotated_digits import rotate_images
from exoprobe.datasets.samples import SPLITS, dataset_digest, write_samples
from exoprobe.features.feature_file import FeatureInfo, write_features

# Drawing may take its time on a busy machine.
settings.register_profile("exoprobe", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("exoprobe")
pytest_plugins = ["tests.browser"]
ROOT = Path(__file__).resolve().parents[1]
TRACEBACK = "Traceback (most recent call last)"


# Tests of the workflow that share finished runs stay in one process, or in two.
TOGETHER = (
    ("audit", "celeba", "faults", "hostile_names", "kills", "reruns", "whole_run"),
    ("kubernetes", "object_storage", "open_questions", "slurm"),
)


class ByFile(LoadScopeScheduling):
    """Processes share the tests by file; see :data:`TOGETHER`."""

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.partition("::")[0]
        name = file.removeprefix("tests/workflow/test_").removesuffix(".py")
        return next((f"workflow {number}" for number, names in enumerate(TOGETHER) if name in names), file)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    config.option.loadscopereorder = False  # keep the order of the collection
    return ByFile(config, log)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    """Fail a test in which a user would have seen a traceback, but where it plants a fault of our own."""
    report = yield
    shown = report.capstdout + report.capstderr + report.caplog
    if report.passed and TRACEBACK in shown and item.get_closest_marker("plants_a_fault") is None:
        report.outcome = "failed"
        report.longrepr = f"{item.nodeid}: a user would have seen a traceback:\n{shown}"
    return report


def pytest_collection_modifyitems(items):
    """Begin with what takes longest, so that the short tests fill up the end."""
    items.sort(key=lambda item: not item.nodeid.startswith("tests/workflow/"))


@pytest.fixture(scope="session")
def root() -> Path:
    """The checkout."""
    return ROOT


@pytest.fixture(autouse=True)
def same_logging():
    """Leave the log's level and handlers as they were, whatever a command under test makes of them."""
    before = logging.getLogger().handlers[:]
    yield
    logging.getLogger("exoprobe").setLevel(logging.NOTSET)
    logging.getLogger().handlers[:] = before  # those of the command write to what the test has captured


@pytest.fixture
def shipped(root):
    """The configuration as it is shipped."""
    return yaml.safe_load((root / "config.yaml").read_text())


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(0)


@pytest.fixture
def tiny_dataset(tmp_path, rng):
    """A samples file of 12 source digits in three splits at three angles; bright bars as images."""
    images = np.zeros((12, 28, 28), np.uint8)
    labels = np.arange(12) % 2
    for image, label in zip(images, labels, strict=True):
        image[4:24, 12:16] = 250
        image[:, :2] = 100 * label
        image += rng.integers(0, 5, image.shape, dtype=np.uint8)
    path = tmp_path / "samples.parquet"
    write_samples(
        path,
        {
            "sample_id": np.arange(36),
            "label": np.repeat(labels, 3),
            "angle": np.tile([-30.0, 0.0, 30.0], 12),
            "group": np.repeat(np.arange(12), 3),
            "split": np.repeat([SPLITS[0]] * 6 + [SPLITS[1]] * 3 + [SPLITS[2]] * 3, 3),
            "image": rotate_images(images, [-30, 0, 30]),
        },
    )
    return path


@pytest.fixture
def plant(tmp_path):
    """A samples file of 300 digits of three classes at ±20°, and a function that writes features of it.

    They are the one-hot label, and in a fourth dimension the angle with noise; ``label_noise`` blurs the label too.
    """
    groups = np.repeat(np.arange(300), 2)
    labels, angles = groups % 3, np.tile([-20.0, 20.0], 300)
    samples = tmp_path / "samples.parquet"
    write_samples(
        samples,
        {
            "sample_id": np.arange(600),
            "label": labels,
            "angle": angles,
            "group": groups,
            "split": np.repeat([SPLITS[0]] * 200 + [SPLITS[1]] * 50 + [SPLITS[2]] * 50, 2),
            "image": np.zeros((600, 2, 2), np.uint8),
        },
    )

    def write(name, seed=0, label_noise=0.0):
        noise = np.random.default_rng(seed).normal(0, 1, (600, 4)) * [*[label_noise] * 3, 0.1]
        features = np.hstack([5 * np.eye(3)[labels], angles[:, None] / 20]) + noise
        info = FeatureInfo(4, "float64", 600, "ip1", dataset_digest(samples), "w", "c")
        write_features(tmp_path / name, np.arange(600), [features], info)
        return tmp_path / name

    return write


@pytest.fixture(scope="session")
def dlib_model():
    """A function that finds one of dlib's trained models by its file name, or skips."""
    folders = [ROOT / "results" / "weights", *map(Path, filter(None, [os.environ.get("EXOPROBE_DLIB_WEIGHTS")]))]

    def find(name):
        for folder in folders:
            if (folder / name).is_file():
                return folder / name
        pytest.skip(f"{name} is neither in results/weights nor in the folder that EXOPROBE_DLIB_WEIGHTS names")

    return find


@pytest.fixture(scope="session")
def real_celeba(tmp_path_factory):
    """Sixty real CelebA images in the official layout, or a skip: they may not be redistributed."""
    script = ROOT.parent / "shared" / "celeba" / "unpack.py"
    if not script.is_file():
        pytest.skip("no real CelebA images here")
    folder = tmp_path_factory.mktemp("real")
    subprocess.run([sys.executable, script, folder, "--count", "60"], check=True, capture_output=True)
    return folder
