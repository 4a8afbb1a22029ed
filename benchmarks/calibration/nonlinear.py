"""All probes of an audit, the MLP too: a linear leak, a product of two signs that no linear probe can use, nothing."""

from collections.abc import Iterator

import numpy as np
import pandas as pd
from tqdm import tqdm

from benchmarks.calibration.auditing import audit
from benchmarks.calibration.generators import Case, of_groups
from benchmarks.calibration.rates import rate
from exoprobe.probes.registry import general_probe_names

GROUPS, PER_GROUP, DIMENSION = 300, 6, 16
FOUND = "at least 0.95"


def nonlinear(datasets: int) -> Iterator[dict[str, object]]:
    """Yield how often each factor leaks, and p-values up to 0.05 of the one that does not."""
    tables = [
        audit(draw(np.random.default_rng([6, seed])), seed=seed, probes=tuple(general_probe_names()), planted=False)
        for seed in tqdm(range(datasets), "all probes")
    ]
    verdicts = pd.concat(tables).set_index("factor")
    for factor, bar in (("linear", FOUND), ("product", FOUND), ("nothing", "at most 0.05")):
        yield rate("nonlinear", factor, "leaks", verdicts.loc[[factor], "verdict"] == "leaks", bar)
    yield rate("nonlinear", "nothing", "p-values up to 0.05", verdicts.loc[["nothing"], "p"] <= 0.05, "at most 0.05")


def draw(random: np.random.Generator) -> Case:
    """Draw features that tell groups apart and encode two of three binary factors of the row."""
    group = np.repeat(np.arange(GROUPS), PER_GROUP)
    features = of_groups(random, group, DIMENSION, 0.5)
    linear, nothing, first, second = random.choice([-1, 1], (4, len(group)))
    deviation = features.std()
    features[:, :3] += deviation * np.stack([linear / 2, 2 * first, 2 * second], axis=1)
    factors = {"linear": linear > 0, "product": first * second > 0, "nothing": nothing > 0}
    return Case(features, group, factors, {}, {})
