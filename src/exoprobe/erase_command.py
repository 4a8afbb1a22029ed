"""The command ``exoprobe erase``: apply an eraser to a file of features."""

import argparse
from pathlib import Path

from exoprobe.errors import ExoprobeError

EXAMPLE = """\
example:
  exoprobe erase my.npy --eraser exoprobe-audit/erasers/features/sex.safetensors --out without_sex.npy"""


def add_erase(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to a parser's."""
    erase = commands.add_parser(
        "erase",
        help="remove from features what an eraser of an audit erases",
        description="Apply an eraser (of an audit, or saved by exoprobe.Eraser) to features, row by row.",
        epilog=EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    erase.add_argument("features", metavar="FEATURES", help="a file, or FILE:WHERE in a container")
    erase.add_argument("--eraser", required=True, metavar="FILE", help="the eraser, .safetensors")
    erase.add_argument("--out", required=True, metavar="FILE", help="the features after the erasure, .npy")
    erase.add_argument("--id", help="the column of FEATURES that names the samples, and is no feature")


def erase(given: argparse.Namespace) -> None:
    """Run the command: a file that is mapped into memory, as .npy is, is never held as a whole.

    Args:
        given: its arguments.

    Raises:
        ExoprobeError: where a file is not what it should be.
    """
    import numpy as np  # takes its time, which --help need not

    from exoprobe.datasets.user_features import open_features
    from exoprobe.embeddings.eraser import Eraser
    from exoprobe.features.blocks import BLOCK
    from exoprobe.io.files import atomic_write

    if Path(given.out).suffix != ".npy":
        raise ExoprobeError(f"out is {given.out!r}; its name must end in .npy")
    eraser = Eraser.load(given.eraser)
    features = open_features(given.features, given.id).load()
    dtype = features.dtype if features.dtype.kind == "f" else np.dtype(np.float64)
    with atomic_write(given.out) as temporary:
        erased = np.lib.format.open_memmap(temporary, "w+", dtype, features.shape)
        for start in range(0, len(features), BLOCK):
            erased[start : start + BLOCK] = eraser.transform(features[start : start + BLOCK])
        erased.flush()
