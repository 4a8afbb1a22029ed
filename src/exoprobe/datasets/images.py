"""Image files by name, in a folder or in a zip archive."""

import io
import zipfile
from pathlib import Path

import numpy as np
from PIL import Image

from exoprobe.errors import ExoprobeError

SMALLEST_SIDE = 8  # in fewer pixels nobody sees a face


class UnreadableImageError(ExoprobeError):
    """An image file that cannot be decoded."""


class ImageFiles:
    """Image files below one root.

    Args:
        root: a folder, or a zip archive.

    Raises:
        ExoprobeError: where the root does not exist, or is a file but no zip archive.
    """

    def __init__(self, root: str | Path) -> None:
        self.root = Path(root)
        if not self.root.exists():
            raise ExoprobeError(f"{root}: no such folder of images")
        try:
            self._archive = zipfile.ZipFile(root) if self.root.is_file() else None
        except zipfile.BadZipFile as error:
            raise ExoprobeError(f"{root}: neither a folder nor a zip archive") from error

    def names(self) -> set[str]:
        """Return the names of all files directly below the root, or of all in the archive."""
        if self._archive is not None:
            return set(self._archive.namelist())
        return {path.name for path in self.root.iterdir() if path.is_file()}

    def tree(self) -> list[str]:
        """Return the names of all files below the root, in subfolders too, sorted; hidden ones are left out."""
        if self._archive is not None:
            names = [name for name in self._archive.namelist() if not name.endswith("/")]
        else:
            names = [path.relative_to(self.root).as_posix() for path in self.root.rglob("*") if path.is_file()]
        return sorted(name for name in names if not any(step.startswith(".") for step in name.split("/")))

    def content(self, name: str) -> bytes:
        """Return a file's bytes."""
        if self._archive is not None:
            return self._archive.read(name)
        return (self.root / name).read_bytes()

    def load(self, name: str) -> np.ndarray:
        """Decode an image to uint8 RGB [height, width, 3].

        Raises:
            ExoprobeError: where it cannot be read, with its name.
        """
        try:
            return decode(self.content(name))
        except Exception as error:  # of a damaged archive zipfile raises what it likes
            raise ExoprobeError(f"{self.root / name}: not a readable image ({error})") from error


def decode(content: bytes) -> np.ndarray:
    """Decode an image file's bytes to uint8 RGB [height, width, 3].

    Raises:
        UnreadableImageError: where they are not a whole image, or one too small to show anything.
    """
    try:
        with Image.open(io.BytesIO(content)) as image:
            pixels = _to_rgb(image)
    except Exception as error:  # Pillow's decoders raise what they like
        raise UnreadableImageError(str(error)) from error
    if min(pixels.shape[:2]) < SMALLEST_SIDE:
        raise UnreadableImageError(f"it has only {pixels.shape[1]} × {pixels.shape[0]} pixels")
    return pixels


def _to_rgb(image: Image.Image) -> np.ndarray:
    if image.mode == "F":
        raise ValueError("its pixels are fractions of unknown range")
    if not image.mode.startswith("I"):
        return np.asarray(image.convert("RGB"))
    gray = np.asarray(image)  # 16 bits, of which Pillow's own conversion would keep the lower 8
    if gray.min() < 0 or gray.max() > 0xFFFF:
        raise ValueError("its pixels have more than 16 bits")
    return np.repeat((gray >> 8).astype(np.uint8)[..., None], 3, axis=2)
