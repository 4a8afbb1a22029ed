"""Cutting a face out of an image, as a network wants it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from PIL import Image

from exoprobe.datasets.landmarks import BOX_COLUMNS, POINT_COLUMNS

# Where the five landmarks lie in an aligned crop, as fractions of its side. dlib: the mean over dlib's own
# 150-pixel chips (padding 0.25), made symmetric. arcface: the template that InsightFace's networks share.
TEMPLATES = {
    "dlib": ((0.311, 0.310), (0.670, 0.310), (0.4905, 0.503), (0.335, 0.672), (0.646, 0.672)),
    "arcface": ((0.3419, 0.4616), (0.6565, 0.4598), (0.5002, 0.6405), (0.3709, 0.8247), (0.6315, 0.8232)),
}


@dataclass(frozen=True)
class Crop:
    """The input region of a network.

    Attributes:
        size: side of the square crop in pixels.
        align: a key of :data:`TEMPLATES`: turned, scaled and moved so that the five landmarks lie there best;
            or ``box``: a square around the face's box, enlarged by ``margin``; or ``image``: the whole image.
        margin: added to the box on every side, as a fraction of its longer side.
        gray: one channel instead of three.
    """

    size: int
    align: str
    margin: float = 0.0
    gray: bool = False

    @property
    def described(self) -> str:
        """What becomes of a picture, as text."""
        what = {"image": "the whole picture resized, whatever its aspect ratio,", "box": "the face's box resized"}
        cut = what.get(self.align, f"the face aligned by its landmarks ({self.align})")
        return f"{cut} to {self.size} × {self.size} pixels{', gray' if self.gray else ''}"


def crop_face(image: np.ndarray, landmarks: Mapping[Any, float], crop: Crop) -> np.ndarray:
    """Cut one face out.

    Args:
        image: uint8 RGB [height, width, 3].
        landmarks: a row of the landmarks table.
        crop: how.

    Returns:
        uint8 [3, size, size], or [1, size, size] if gray; black where the crop leaves the image.
    """
    picture = Image.fromarray(image)
    if crop.align == "image":
        picture = picture.resize((crop.size, crop.size), Image.Resampling.BILINEAR)
    elif crop.align == "box":
        box = np.array([landmarks[name] for name in BOX_COLUMNS])
        picture = _sample(picture, _box_transform(box, crop), crop.size)
    else:
        points = np.array([landmarks[name] for name in POINT_COLUMNS]).reshape(5, 2)
        picture = _sample(picture, similarity(np.array(TEMPLATES[crop.align]) * crop.size, points), crop.size)
    pixels = np.asarray(picture.convert("L" if crop.gray else "RGB"))
    return np.ascontiguousarray(pixels.reshape(crop.size, crop.size, -1).transpose(2, 0, 1))


def similarity(source: np.ndarray, target: np.ndarray) -> np.ndarray:
    """Return the rotation, scaling and shift that carries points onto others with least squared error.

    Args:
        source: [P, 2].
        target: [P, 2].

    Returns:
        [2, 3]; ``matrix @ (x, y, 1)`` carries a source point onto its target (Umeyama 1991, without
        reflections: in the plane, complex least squares).
    """
    a, b = source @ (1, 1j), target @ (1, 1j)
    centered = a - a.mean()
    turn = np.vdot(centered, b - b.mean()) / np.vdot(centered, centered)
    shift = b.mean() - turn * a.mean()
    return np.array([[turn.real, -turn.imag, shift.real], [turn.imag, turn.real, shift.imag]])


def _box_transform(box: np.ndarray, crop: Crop) -> np.ndarray:
    """Carry the crop's pixels onto a square around the box."""
    center, side = (box[:2] + box[2:]) / 2, (box[2:] - box[:2]).max() * (1 + 2 * crop.margin)
    scale = side / crop.size
    return np.array([[scale, 0, center[0] - side / 2], [0, scale, center[1] - side / 2]])


def _sample(picture: Image.Image, matrix: np.ndarray, size: int) -> Image.Image:
    """Sample bilinearly, after averaging pixels where the crop is much coarser than the image."""
    shrink = max(1, int(np.hypot(*matrix[:, 0])))
    if shrink > 1:
        picture, matrix = picture.reduce(shrink), matrix / shrink
    return picture.transform((size, size), Image.Transform.AFFINE, matrix.ravel().tolist(), Image.Resampling.BILINEAR)
