"""Identities that a network was not trained on, enrolled and recognized."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from exoprobe.datasets.open_set_split import split_identities
from exoprobe.datasets.samples import dataset_digest, read_samples
from exoprobe.evaluation.unseen_classes import Trial, read_float32, recognize
from exoprobe.evaluation.unseen_digits import SEEN, UNSEEN, labeled


def unseen_identities(
    samples: str | Path,
    runs: Mapping[tuple[str, int], Sequence[str | Path]],
    *,
    folds: int,
    split_seed: int,
    enrolled: Sequence[int | None],
) -> pd.DataFrame:
    """Recognize unseen identities, of which other images are enrolled, and held-out images of those trained on.

    Args:
        samples: the faces.
        runs: by network and seed, the feature files of
            :func:`exoprobe.training.identity_networks.embed_identities`, one per fold, or a single one of a
            representation that is not trained here.
        folds: see :func:`exoprobe.datasets.open_set_split.split_identities`.
        split_seed: of the split.
        enrolled: images of each identity, None for all but one.

    Returns:
        Columns ``variant, seed, classes`` and those of :func:`exoprobe.evaluation.unseen_classes.recognize`.
    """
    columns = read_samples(samples, ["group", "split"])
    identities, digest = columns["group"], dataset_digest(samples)
    splits = split_identities(identities, columns["split"], folds=folds, seed=split_seed)
    gallery = min(len(np.unique(identities[rows])) for split in splits for rows in (split.unseen, split.held_out))
    tables = []
    for (variant, seed), paths in runs.items():
        features = [read_float32(path, digest) for path in paths]
        features = features * len(splits) if len(features) == 1 else features
        networks = list(zip(features, splits, strict=True))
        trials = {
            UNSEEN: [Trial(vectors, split.unseen, split.unseen) for vectors, split in networks],
            SEEN: [Trial(vectors, split.fitted, split.held_out) for vectors, split in networks],
        }
        for classes, fold_trials in trials.items():
            table = recognize(fold_trials, identities, identities, classes=gallery, enrolled=enrolled)
            tables.append(labeled(table, variant, seed, classes))
    return pd.concat(tables, ignore_index=True)
