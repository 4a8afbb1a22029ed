"""Small pictures of the rows that an audit's page names."""

import base64
import io
import json
import math
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd
from PIL import Image, ImageOps

from exoprobe.datasets.samples import read_samples, sample_ids
from exoprobe.embeddings.random_projection import open_images
from exoprobe.io.files import atomic_write

SIDE = 48  # pixels
MOST = 1_500  # pictures of about a kilobyte each
QUALITY = 70  # of WebP
CHANNELS = (1, 3, 4)


def write_thumbnails(
    images: str | Path | Mapping[str, str],
    table: str | Path,
    samples: str | Path,
    extremes: str | Path,
    path: str | Path,
) -> None:
    """Write the pictures of the most and least predictable rows.

    Args:
        images: as for :func:`exoprobe.embeddings.random_projection.project_images`.
        table: the factor table.
        samples: the audit's samples.
        extremes: the audit's table extremes (CSV), whose column ``row`` names the rows.
        path: a JSON file: ``{row: "data:image/webp;base64,…"}``, of the first 1,500 rows; of none where the images are
            vectors that are no pictures.

    Raises:
        ExoprobeError: where images are missing, unreadable or not as many as the factor table's rows.
    """
    named = pd.read_csv(extremes, dtype=str, keep_default_na=False)["row"].drop_duplicates()[:MOST]
    position = dict(zip(sample_ids(samples), read_samples(samples, ["row"])["row"], strict=True))
    load = open_images(images, table, _shrunk)
    pictures = {}
    for name in named:
        picture = _picture(load(np.array([position[name]]))[0])
        if picture is not None:
            pictures[name] = _address(picture)
    with atomic_write(path) as temporary:
        temporary.write_text(json.dumps(pictures), encoding="utf-8")


def _shrunk(picture: np.ndarray) -> np.ndarray:
    return np.asarray(ImageOps.fit(Image.fromarray(picture), (SIDE, SIDE)))


def _picture(pixels: np.ndarray) -> Image.Image | None:
    """Return an image of any layout, in gray or color, as large as a thumbnail; None of what is no picture."""
    if pixels.ndim == 1 and math.isqrt(len(pixels)) ** 2 == len(pixels):
        pixels = pixels.reshape(math.isqrt(len(pixels)), -1)
    if pixels.ndim == 3 and pixels.shape[0] in CHANNELS and pixels.shape[2] not in CHANNELS:
        pixels = np.moveaxis(pixels, 0, 2)
    if pixels.ndim == 3 and pixels.shape[2] == 1:
        pixels = pixels[..., 0]
    if pixels.ndim not in (2, 3) or (pixels.ndim == 3 and pixels.shape[2] not in CHANNELS):
        return None
    if pixels.dtype != np.uint8:
        low, high = float(pixels.min()), float(pixels.max())
        pixels = ((pixels - low) * (255 / (high - low) if high > low else 0)).astype(np.uint8)
    return ImageOps.fit(Image.fromarray(pixels).convert("RGB"), (SIDE, SIDE))


def _address(picture: Image.Image) -> str:
    content = io.BytesIO()
    picture.save(content, "webp", quality=QUALITY)
    return f"data:image/webp;base64,{base64.b64encode(content.getvalue()).decode('ascii')}"
