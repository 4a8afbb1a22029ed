"""People whom a network was not trained on, enrolled and recognized."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from exoprobe.datasets.open_set_split import deal_people
from exoprobe.datasets.samples import dataset_digest, read_samples
from exoprobe.evaluation.unseen_classes import Trial, read_float32, recognize
from exoprobe.evaluation.unseen_digits import SEEN, UNSEEN, labeled


def unseen_people(
    samples: str | Path,
    runs: Mapping[tuple[str, int], Sequence[str | Path]],
    *,
    rounds: int,
    deal_seed: int,
    enrolled: Sequence[int | None],
) -> pd.DataFrame:
    """Recognize unseen people, of whom other images are enrolled, and held-out images of the people trained on.

    Args:
        samples: the faces.
        runs: by variant and seed, the feature files of :func:`exoprobe.training.identity_networks.embed_people`, one
            per round, or a single one of a representation that is not trained here.
        rounds: see :func:`exoprobe.datasets.open_set_split.deal_people`.
        deal_seed: of the deal.
        enrolled: images of each person, None for all but one.

    Returns:
        Columns ``variant, seed, classes`` and those of :func:`exoprobe.evaluation.unseen_classes.recognize`.
    """
    columns = read_samples(samples, ["group", "split"])
    people, digest = columns["group"], dataset_digest(samples)
    deals = deal_people(people, columns["split"], rounds=rounds, seed=deal_seed)
    gallery = min(len(np.unique(people[rows])) for deal in deals for rows in (deal.unseen, deal.held_out))
    tables = []
    for (variant, seed), paths in runs.items():
        features = [read_float32(path, digest) for path in paths]
        features = features * len(deals) if len(features) == 1 else features
        networks = list(zip(features, deals, strict=True))
        trials = {
            UNSEEN: [Trial(some, deal.unseen, deal.unseen) for some, deal in networks],
            SEEN: [Trial(some, deal.fitted, deal.held_out) for some, deal in networks],
        }
        for classes, tried in trials.items():
            table = recognize(tried, people, people, classes=gallery, enrolled=enrolled)
            tables.append(labeled(table, variant, seed, classes))
    return pd.concat(tables, ignore_index=True)
