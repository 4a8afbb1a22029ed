"""Do intervals of the neighbors' measures cover what the measures are on average, for as many groups?"""

from collections.abc import Iterator

import numpy as np
import pandas as pd
from tqdm import tqdm

from benchmarks.calibration.rates import rate
from exoprobe.evaluation.neighbor_table import neighbor_table

GROUPS, PER_GROUP, DIMENSION = 60, 8, 16
BAR = "0.93 to 0.97"


def neighbors(datasets: int) -> Iterator[dict[str, object]]:
    """Yield the share of intervals that cover, by whose the factor is and by measure."""
    for level in ("row", "group"):
        tables = [measured(level, seed) for seed in tqdm(range(datasets), f"a factor of the {level}")]
        for measure, rows in pd.concat(tables).groupby("measure", sort=False):
            truth = rows["value"].mean()
            covered = rows["low"].le(truth) & rows["high"].ge(truth)
            yield rate("neighbors", f"a factor of the {level}, {measure}", f"covers {truth:.3f}", covered, BAR)


def measured(level: str, seed: int) -> pd.DataFrame:
    """Measure made-up cells of 60 donors: types, and batches of the row or of the donor."""
    world, random = np.random.default_rng(0), np.random.default_rng(seed)
    of_types, of_batches = world.normal(size=(3, DIMENSION)), world.normal(size=(3, DIMENSION))
    group = np.repeat(np.arange(GROUPS), PER_GROUP)
    label = random.integers(0, 3, len(group))
    batch = random.integers(0, 3, len(group)) if level == "row" else random.integers(0, 3, GROUPS)[group]
    features = random.normal(size=(len(group), DIMENSION)) + 0.5 * random.normal(size=(GROUPS, DIMENSION))[group]
    features += 0.7 * of_types[label] + 0.7 * of_batches[batch]
    return neighbor_table(features, [("batch", batch)], group, label, label_is_group=False)
