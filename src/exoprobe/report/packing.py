"""Compressed parts of the page, which its script unpacks when they are first shown."""

import base64
import zlib


def pack(text: str) -> str:
    """Return the text compressed (zlib) and in base64."""
    return base64.b64encode(zlib.compress(text.encode("utf-8"), 9)).decode("ascii")


def unpack(packed: str) -> str:
    """Return the text of :func:`pack`."""
    return zlib.decompress(base64.b64decode(packed)).decode("utf-8")
