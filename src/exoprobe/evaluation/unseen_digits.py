"""Digits that a network was not trained on, enrolled and recognized."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from exoprobe.datasets.samples import dataset_digest, read_samples
from exoprobe.embeddings.untrained import untrained_features
from exoprobe.evaluation.unseen_classes import Trial, read_float32, recognize

PIXELS, UNTRAINED = "pixels", "untrained"  # controls
UNSEEN, SEEN = "unseen", "seen"  # classes
WHEN_SEEN = "when_seen"  # the unseen classes, of a network that was trained on them
Key = tuple[str, int]  # variant, seed


def unseen_digits(
    samples: str | Path,
    runs: Mapping[Key, str | Path],
    reference: Mapping[Key, str | Path],
    *,
    trained: Sequence[int],
    enrolled: Sequence[int | None],
) -> pd.DataFrame:
    """Recognize the test digits of the unseen classes and of the seen ones, after enrolling training digits.

    Args:
        samples: the digits.
        runs: ip1 of networks trained on the seen classes only, by variant and seed.
        reference: ip1 of networks trained on all classes, on the same digits: what recognizing the unseen ones
            could be. May be empty.
        trained: the seen classes.
        enrolled: images of each class, None for all.

    Returns:
        Columns ``variant, seed, classes`` and those of :func:`exoprobe.evaluation.unseen_classes.recognize`;
        ``classes`` is ``unseen``, ``seen`` or, of the reference, ``when_seen``: the unseen classes, trained on. The
        variant ``untrained`` is there for each seed, ``pixels`` once.
    """
    columns = read_samples(samples, ["label", "group", "split"])
    seen = np.isin(columns["label"], trained)
    rows = {UNSEEN: ~seen, SEEN: seen, WHEN_SEEN: ~seen}
    gallery = min(len(np.unique(columns["label"][members])) for members in rows.values())
    tables = []
    for (variant, seed), features, class_sets in _representations(samples, runs, reference):
        for classes in class_sets:
            enrollable, queries = (rows[classes] & (columns["split"] == split) for split in ("train", "test"))
            trial = Trial(features, enrollable, queries)
            table = recognize([trial], columns["label"], columns["group"], classes=gallery, enrolled=enrolled)
            tables.append(labeled(table, variant, seed, classes))
    return pd.concat(tables, ignore_index=True)


def labeled(table: pd.DataFrame, variant: str, seed: int, classes: str) -> pd.DataFrame:
    """Put columns that name the run and its classes in front of a table."""
    columns = {"variant": variant, "seed": seed, "classes": classes}
    return pd.DataFrame(columns, index=table.index).join(table)


def _representations(
    samples: str | Path, runs: Mapping[Key, str | Path], reference: Mapping[Key, str | Path]
) -> Iterator[tuple[Key, np.ndarray, list[str]]]:
    """Yield each variant and seed with its features [N, D] and the classes to recognize."""
    digest = dataset_digest(samples)
    for key, path in runs.items():
        yield key, read_float32(path, digest), [UNSEEN, SEEN]
    for key, path in reference.items():
        yield key, read_float32(path, digest), [WHEN_SEEN]
    images, seeds = read_samples(samples, ["image"])["image"], sorted({seed for _, seed in runs})
    for seed in seeds:
        yield (UNTRAINED, seed), untrained_features(images, "ip1", seed), [UNSEEN, SEEN]
    yield (PIXELS, seeds[0]), images.reshape(len(images), -1).astype(np.float32), [UNSEEN, SEEN]
