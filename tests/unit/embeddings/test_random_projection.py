import numpy as np
import pandas as pd
import pytest
from PIL import Image

from exoprobe.datasets.samples import dataset_digest, write_samples
from exoprobe.embeddings.random_projection import project_images
from exoprobe.errors import ExoprobeError
from exoprobe.features.feature_file import FeatureInfo, read_features, write_features

ROWS = np.array([2, 0, 3])


@pytest.fixture
def audit(tmp_path):
    """Three samples of a table of four rows, and a 5-d representation of them."""
    samples, features = tmp_path / "samples.parquet", tmp_path / "features.parquet"
    splits = np.array(["train", "validation", "test"])
    write_samples(samples, {"sample_id": np.arange(3), "row": ROWS, "group": np.arange(3), "split": splits})
    info = FeatureInfo(5, "float32", 3, "x", dataset_digest(samples), "w", "c")
    write_features(features, np.arange(3), [np.ones((3, 5), np.float32)], info)
    pd.DataFrame({"file": [f"{row}.png" for row in range(4)]}).to_csv(tmp_path / "factors.csv", index=False)
    return tmp_path


def projected(audit, images, seed=0):
    path = audit / "projection.parquet"
    files = (audit / "factors.csv", audit / "samples.parquet", audit / "features.parquet", path)
    project_images(images, *files, seed=seed, code_digest="c")
    return read_features(path, dataset_digest=dataset_digest(audit / "samples.parquet"))


def test_the_projection_is_linear_seeded_and_as_wide_as_the_representation(audit, rng):
    images = rng.integers(0, 256, (4, 6, 7), dtype=np.uint8)
    np.save(audit / "images.npy", images)
    features = projected(audit, audit / "images.npy")
    assert features.shape == (3, 5)
    weights = np.random.default_rng(0).standard_normal((42, 5), np.float32) / np.sqrt(42)
    np.testing.assert_allclose(features, images[ROWS].reshape(3, 42) / 255 @ weights, rtol=1e-4, atol=1e-5)
    assert not np.allclose(features, projected(audit, audit / "images.npy", seed=1))


def test_distances_between_images_survive(tmp_path, rng):
    from exoprobe.embeddings.random_projection import _project

    images = rng.normal(size=(30, 400)).astype(np.float32)
    (features,) = _project(lambda rows: images[rows], np.arange(30), 300, 0)
    before = np.linalg.norm(images[:, None] - images, axis=2)[np.triu_indices(30, 1)]
    after = np.linalg.norm(features[:, None] - features, axis=2)[np.triu_indices(30, 1)]
    ratio = after / before / np.sqrt(300 / 400)
    assert 0.75 < ratio.min() < ratio.max() < 1.25


def test_images_of_a_samples_file_and_of_a_folder_are_taken_by_the_table_s_rows(audit, rng):
    images = rng.integers(0, 256, (4, 32, 32), dtype=np.uint8)
    np.save(audit / "images.npy", images)
    write_samples(
        audit / "own.parquet",
        {"sample_id": np.arange(4), "group": np.arange(4), "split": np.array(["train"] * 4), "image": images},
    )
    folder = audit / "pictures"
    folder.mkdir()
    for row, image in enumerate(images):
        Image.fromarray(image).save(folder / f"{row}.png")
    wanted = projected(audit, audit / "images.npy")
    np.testing.assert_array_equal(projected(audit, audit / "own.parquet"), wanted)
    np.testing.assert_array_equal(projected(audit, {"folder": str(folder), "column": "file"}), wanted)


@pytest.mark.parametrize(
    ("images", "message"),
    [
        ("three.npy", "{0}/three.npy has 3 images and {0}/factors.csv has 4 rows; they must be in its order"),
        ("flat.npy", "{0}/flat.npy holds float64 of 1 dimensions; images are uint8 or float [N, …]"),
        ("samples.parquet", "{0}/samples.parquet has no column image"),
        ("a.png", "{0}/a.png: images must be a .npy file, a samples.parquet or a folder"),
    ],
)
def test_images_that_do_not_fit_are_refused_in_one_sentence(audit, images, message):
    np.save(audit / "three.npy", np.ones((3, 2, 2)))
    np.save(audit / "flat.npy", np.ones(4))
    with pytest.raises(ExoprobeError) as error:
        projected(audit, audit / images)
    assert str(error.value) == message.format(audit)


def test_a_folder_s_column_must_be_there(audit):
    with pytest.raises(ExoprobeError, match="audit.images.column is 'flie', but .* did you mean file?"):
        projected(audit, {"folder": str(audit), "column": "flie"})
