"""The two small datasets of the golden run, and features of them that are the same on every machine.

Features are sums of whole numbers: of pixels over blocks, or with random signs and a ReLU. Such sums are exact in any
order and with any instructions, which a trained network's are not.
"""

import io
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from PIL import Image

from exoprobe.datasets.digit_sources import load_digits, save_digits
from exoprobe.datasets.digit_splits import take_splits
from exoprobe.datasets.factors import Factor, write_factors
from exoprobe.datasets.orl import build_orl, load_orl
from exoprobe.datasets.samples import dataset_digest, read_samples, write_samples
from exoprobe.features.feature_file import FeatureInfo, write_features

RESULTS = Path(__file__).resolve().parents[2] / "results" / "data"
ANGLES = [-45, -30, -15, 0, 15, 30, 45]
COUNTS = {"train": 300, "validation": 100, "test": 150}  # digits, each at all angles
FOLDS = 4
UNITS = 48
HOLES = {0: "one", 1: "none", 2: "none", 3: "none", 4: "none", 5: "none", 6: "one", 7: "none", 8: "two", 9: "one"}
ATTRIBUTES = ["facial_hair", "glasses", "mouth_open", "smiling"]
UNKNOWN = 10  # the picture of each person whose roll is not known


@dataclass(frozen=True)
class Dataset:
    """Files of one dataset.

    Attributes:
        samples: its samples.
        factors: its factors, or of faces the angles.
        features: feature files by representation.
    """

    samples: Path
    factors: Path
    features: dict[str, Path]


@dataclass(frozen=True, eq=False)
class Golden:
    """Both datasets, and a folder that the stages write to."""

    digits: Dataset
    faces: Dataset
    folder: Path

    def path(self, table: str, name: str) -> Path:
        """Return where a table's stage writes a file."""
        (self.folder / table).mkdir(exist_ok=True)
        return self.folder / table / f"{name}.parquet"


def make_golden(digits: Path, faces: Path, folder: Path) -> Golden:
    """Make both datasets from their downloads in subfolders of a folder."""
    for name in ("digits", "faces", "probes"):
        (folder / name).mkdir()
    return Golden(make_digits(digits, folder / "digits"), make_faces(faces, folder / "faces"), folder / "probes")


def make_digits(source: Path, folder: Path) -> Dataset:
    """Rotate real digits by seven angles; factors of every kind, one of them in no image.

    Args:
        source: the .npz file of the digits.
        folder: where the dataset's files go.
    """
    samples = folder / "samples.parquet"
    columns = rotated_digits(source)
    write_samples(samples, columns)
    images = columns["image"].astype(np.int64)
    write_factors(folder / "factors.parquet", digit_factors(columns, images), dataset_digest(samples))
    features = {"projection": project(images), "pixels": block_sums(images, 4)}
    return Dataset(samples, folder / "factors.parquet", write_features_of(samples, features))


def rotated_digits(source: Path) -> dict[str, np.ndarray]:
    """Return the samples, rotated by Pillow in float64: torch's float32 rounds a few pixels otherwise elsewhere."""
    digits, count = take_splits(source, COUNTS), len(ANGLES)
    pictures = [Image.fromarray(image) for image in digits["image"]]
    rotated = [np.asarray(one.rotate(angle, Image.Resampling.BILINEAR)) for one in pictures for angle in ANGLES]
    return {
        "sample_id": np.arange(len(rotated)),
        **{name: np.repeat(digits[name], count) for name in ("label", "group", "split")},
        "angle": np.tile(np.array(ANGLES, np.float64), len(pictures)),
        "image": np.stack(rotated),
    }


def digit_factors(columns: dict[str, np.ndarray], images: np.ndarray) -> list[Factor]:
    """Return an angle, a number, classes, two values that lie apart, two that do not, and two that no image shows."""
    holes = pd.Categorical(pd.Series(columns["label"]).map(HOLES), ["none", "one", "two"])
    drawn = np.random.default_rng(0).integers(0, 2, columns["group"].max() + 1)[columns["group"]]
    return [
        Factor("angle", "angle", columns["angle"]),
        Factor("ink", "continuous", images.sum((1, 2)) / 25_500, scale="ranks"),
        Factor("holes", "categorical", holes.codes.astype(np.float64), tuple(holes.categories)),
        Factor("left", "binary", (columns["angle"] > 0).astype(np.float64), ("no", "yes")),
        Factor("tilted", "binary", (abs(columns["angle"]) > 20).astype(np.float64), ("no", "yes")),
        Factor("random", "binary", drawn.astype(np.float64), ("no", "yes")),
    ]


def make_faces(archive: Path, folder: Path) -> Dataset:
    """Take the ORL faces in folds; in place of yaw, pitch and roll, where in the picture the light is.

    Args:
        archive: the .zip file of the pictures.
        folder: where the dataset's files go.
    """
    samples = folder / "samples.parquet"
    build_orl(archive, samples, folds=FOLDS)
    names = read_samples(samples, ["file"])["file"]
    with zipfile.ZipFile(archive) as pictures:
        images = np.stack([np.asarray(Image.open(io.BytesIO(pictures.read(name))), np.int64) for name in names])
    light_angles(images, names).to_parquet(folder / "poses.parquet", index=False)
    features = {"projection": project(images), "pixels": block_sums(images[:, :, 2:90], 8)}
    return Dataset(samples, folder / "poses.parquet", write_features_of(samples, features))


def light_angles(images: np.ndarray, names: np.ndarray) -> pd.DataFrame:
    """Return how much lighter the right, the lower and the middle half of each picture is, as angles."""
    _, height, width = images.shape
    whole = images.sum((1, 2))
    middle = images[:, height // 4 : -height // 4, width // 4 : -width // 4].sum((1, 2))
    known = np.array([not name.endswith(f"/{UNKNOWN}.pgm") for name in names])
    return pd.DataFrame(
        {
            "sample_id": np.arange(len(images)),
            "yaw": 90 * (images[:, :, width // 2 :].sum((1, 2)) * 2 - whole) / whole,
            "pitch": 90 * (images[:, height // 2 :].sum((1, 2)) * 2 - whole) / whole,
            "roll": np.where(known, 90 * (middle * 4 - whole) / whole, np.nan),
            "estimator": "light",
        }
    )


def fetch_digits(folder: Path) -> Path:
    """Return the file of the digits: that of a run in this checkout, else one that is loaded into a folder."""
    return _fetch("mnist/digits.npz", folder, lambda path: save_digits(path, load_digits("mnist")))


def fetch_faces(folder: Path) -> Path:
    """Return the file of the ORL pictures, likewise."""
    return _fetch("orl/images.zip", folder, load_orl)


def _fetch(name: str, folder: Path, load: Callable[[Path], None]) -> Path:
    if (RESULTS / name).is_file():
        return RESULTS / name
    path = folder / Path(name).name
    load(path)
    return path


def block_sums(images: np.ndarray, side: int) -> np.ndarray:
    """Sum pixels over squares: float32 [N, D] from int [N, height, width]."""
    count, height, width = images.shape
    blocks = images.reshape(count, height // side, side, width // side, side).sum((2, 4))
    return (blocks / side**2).reshape(count, -1).astype(np.float32)


def project(images: np.ndarray) -> np.ndarray:
    """Sum the pixels of [N, height, width] with random signs, then apply a ReLU: float32 [N, UNITS]."""
    flat = images.reshape(len(images), -1)
    signs = np.random.default_rng(0).integers(0, 2, (flat.shape[1], UNITS)) * 2 - 1
    return np.maximum(flat @ signs, 0).astype(np.float32) / 1024


def write_features_of(samples: Path, features: dict[str, np.ndarray]) -> dict[str, Path]:
    """Write feature files beside a samples file and return their paths."""
    paths = {name: samples.with_name(f"{name}.parquet") for name in features}
    for name, values in features.items():
        info = FeatureInfo(values.shape[1], "float32", len(values), name, dataset_digest(samples), "none", "none")
        write_features(paths[name], np.arange(len(values)), [values], info)
    return paths
