"""The idx format of MNIST and its relatives (LeCun, Cortes and Burges)."""

import struct
from pathlib import Path

import numpy as np

from exoprobe.datasets.download import unpack_gzip
from exoprobe.errors import ExoprobeError

UINT8_CODE = 0x08


def read_idx(path: str | Path) -> np.ndarray:
    """Read an idx file of unsigned bytes, gzipped or not.

    Args:
        path: the file; a name that ends in ``.gz`` is decompressed.

    Returns:
        The array, uint8, in the file's shape.

    Raises:
        ExoprobeError: where the file is not a whole idx file of bytes.
    """
    path = Path(path)
    try:
        content = path.read_bytes()
    except OSError as error:
        raise ExoprobeError(f"{path}: cannot be read ({error})") from error
    return parse_idx(unpack_gzip(content, str(path)) if path.suffix == ".gz" else content, str(path))


def parse_idx(content: bytes, name: str) -> np.ndarray:
    """Decode the bytes of an idx file; ``name`` is what errors call it."""
    if len(content) < 4 or content[:3] != bytes([0, 0, UINT8_CODE]):
        raise ExoprobeError(f"{name}: not an idx file of bytes (it starts with {content[:4].hex(' ') or 'nothing'})")
    dimensions = content[3]
    header = 4 + 4 * dimensions
    if len(content) < header:
        raise ExoprobeError(f"{name}: the idx header is cut off after {len(content)} bytes")
    shape = struct.unpack(f">{dimensions}I", content[4:header])
    expected = header + int(np.prod(shape, dtype=np.int64))
    if len(content) != expected:
        raise ExoprobeError(f"{name}: {len(content)} bytes, but its header announces {expected}")
    return np.frombuffer(content, np.uint8, offset=header).reshape(shape)


def idx_bytes(array: np.ndarray) -> bytes:
    """Encode an array of unsigned bytes as an idx file."""
    header = bytes([0, 0, UINT8_CODE, array.ndim]) + struct.pack(f">{array.ndim}I", *array.shape)
    return header + np.ascontiguousarray(array, np.uint8).tobytes()
