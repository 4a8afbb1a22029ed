"""Which source digits make up train, validation and test."""

from pathlib import Path

import numpy as np

from exoprobe.datasets.samples import SPLITS
from exoprobe.errors import ExoprobeError


def take_splits(source: str | Path, counts: dict[str, int]) -> dict[str, np.ndarray]:
    """Take the digits of each split.

    Train takes the first official training digits, validation the last ones, test the first official test
    digits (the paper names a validation set; MNIST has none, so 10,000 training digits are held out).

    Args:
        source: the .npz file of :func:`exoprobe.datasets.digit_sources.save_digits`.
        counts: source digits per split.

    Returns:
        ``image`` uint8 [N, 28, 28], ``label`` int64 [N], ``group`` [N], the source digits' numbers, and ``split``
        [N], sorted by split.

    Raises:
        ExoprobeError: where more digits are wanted than there are, or so few that a split lacks a class.
    """
    digits = np.load(source)
    splits = [_take_split(digits, name, counts) for name in SPLITS]
    return {column: np.concatenate([split[column] for split in splits]) for column in splits[0]}


def _take_split(digits: dict[str, np.ndarray], split: str, counts: dict[str, int]) -> dict[str, np.ndarray]:
    source = "test" if split == "test" else "train"
    available = len(digits[f"{source}_labels"])
    wanted = counts["test"] if split == "test" else counts["train"] + counts["validation"]
    if wanted > available:
        raise ExoprobeError(f"digits.counts: {source} holds {available} digits, fewer than the {wanted} asked for")
    start = available - counts["validation"] if split == "validation" else 0
    rows = slice(start, start + counts[split])
    labels = digits[f"{source}_labels"][rows]
    if missing := sorted(set(digits["train_labels"].tolist()) - set(labels.tolist())):
        raise ExoprobeError(
            f"digits.counts.{split} is {counts[split]}: among these {split} digits there is no "
            f"{', '.join(map(str, missing))}; every class is needed in every split, so take more"
        )
    # One numbering for all source digits: the official training set first, then the test set.
    offset = len(digits["train_labels"]) if split == "test" else 0
    return {
        "image": digits[f"{source}_images"][rows],
        "label": labels.astype(np.int64),
        "group": np.arange(offset + rows.start, offset + rows.stop),
        "split": np.full(counts[split], split),
    }
