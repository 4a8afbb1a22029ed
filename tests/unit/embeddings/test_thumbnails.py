"""Pictures of rows: the right ones, of any layout of pixels."""

import base64
import io
import json

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from exoprobe.datasets.samples import write_samples
from exoprobe.embeddings.thumbnails import SIDE, write_thumbnails

ROWS = [2, 0, 3, 1]  # of the factor table, in the samples' order
COLORS = np.array([[250, 0, 0], [0, 250, 0], [0, 0, 250], [250, 250, 0]], np.uint8)  # in the table's


@pytest.fixture
def audit(tmp_path):
    """An audit of four pictures, two of which the page names."""
    columns = {"sample_id": np.arange(4), "id": np.array([f"img{row}" for row in ROWS]), "row": np.array(ROWS)}
    write_samples(tmp_path / "samples.parquet", columns | {"group": np.arange(4), "split": np.full(4, "test")})
    pd.DataFrame({"file": [f"{row}.png" for row in range(4)]}).to_csv(tmp_path / "factors.csv", index=False)
    pd.DataFrame({"row": ["img3", "img2", "img3"]}).to_csv(tmp_path / "extremes.csv", index=False)
    return tmp_path


def pictures(audit, images):
    inputs = (audit / name for name in ("factors.csv", "samples.parquet", "extremes.csv"))
    write_thumbnails(images, *inputs, audit / "thumbnails.json")
    found = json.loads((audit / "thumbnails.json").read_text())
    assert all(address.startswith("data:image/webp;base64,") for address in found.values())
    return {name: Image.open(io.BytesIO(base64.b64decode(address.split(",")[1]))) for name, address in found.items()}


def middle(picture):
    assert picture.size == (SIDE, SIDE)
    return np.asarray(picture.convert("RGB"))[SIDE // 2, SIDE // 2]


@pytest.mark.parametrize("layout", ["folder", "channels last", "channels first", "fractions"])
def test_named_rows_have_their_pictures(audit, layout):
    images = np.tile(COLORS[:, None, None], (1, 20, 12, 1))
    if layout == "folder":
        for row, image in enumerate(images):
            Image.fromarray(image).save(audit / f"{row}.png")
        found = pictures(audit, {"folder": str(audit), "column": "file"})
    else:
        stored = images / 255 if layout == "fractions" else images
        np.save(audit / "images.npy", np.moveaxis(stored, 3, 1) if layout == "channels first" else stored)
        found = pictures(audit, audit / "images.npy")
    assert list(found) == ["img3", "img2"]
    assert np.abs(middle(found["img3"]).astype(int) - [250, 250, 0]).max() < 12
    assert np.abs(middle(found["img2"]).astype(int) - [0, 0, 250]).max() < 12


def test_squares_of_pixels_are_pictures_and_other_vectors_are_not(audit):
    np.save(audit / "images.npy", np.tile(np.repeat([0.0, 1.0], 32), (4, 1)))
    halves = np.asarray(pictures(audit, audit / "images.npy")["img3"].convert("L"))
    assert halves[: SIDE // 3].max() < 15
    assert halves[-SIDE // 3 :].min() > 240
    np.save(audit / "images.npy", np.ones((4, 65)))
    assert pictures(audit, audit / "images.npy") == {}
