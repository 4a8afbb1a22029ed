"""Checking every image of a dataset before it is used: refusing, or leaving out, those with a fault."""

import hashlib
import logging
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from exoprobe.datasets.images import ImageFiles, UnreadableImageError, decode
from exoprobe.errors import ExoprobeError
from exoprobe.progress import progress

log = logging.getLogger(__name__)

EXAMPLES = 3


def image_digests(images: ImageFiles, names: Sequence[str], threads: int) -> dict[str, bytes | None]:
    """Decode every image.

    Args:
        images: where they are.
        names: of their files.
        threads: that decode.

    Returns:
        The SHA-256 of each file, or None where it cannot be read, in the order of the names.
    """

    def digest(name: str) -> bytes | None:
        try:
            content = images.content(name)
            decode(content)
        except (OSError, UnreadableImageError):
            return None
        return hashlib.sha256(content).digest()

    digests = {}
    with ThreadPoolExecutor(threads) as pool, progress(len(names), "image", log, "checking images") as bar:
        for name, value in zip(names, pool.map(digest, names), strict=True):
            digests[name] = value
            bar.update()
    return digests


def refuse_or_leave_out(faults: Mapping[str, Sequence[str]], root: str | Path, bad_images: str, key: str) -> str:
    """Refuse a folder with faulty images, or return which of them are left out.

    Args:
        faults: names of images by what is wrong with them.
        root: the folder.
        bad_images: ``refuse`` or ``leave_out``.
        key: the configuration key of ``bad_images``, for the message.

    Returns:
        What is left out, empty if nothing is.

    Raises:
        ExoprobeError: with counts and examples, where such images are refused.
    """
    text = "; ".join(f"{len(names)} {fault} ({examples(names)})" for fault, names in faults.items() if names)
    if text and bad_images == "refuse":
        raise ExoprobeError(f"{root}: {text}. Mend the folder, or set {key} to leave_out")
    if text:
        log.warning("%s: left out: %s", root, text)
    return text


def examples(names: Sequence[str]) -> str:
    """Return the first few names."""
    return ", ".join(names[:EXAMPLES]) + (" …" if len(names) > EXAMPLES else "")
