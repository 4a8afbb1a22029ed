"""Reading factors from nearest neighbors: what lies together in the feature space, however it is folded."""

from collections.abc import Iterator

import numpy as np
import torch
from torch import Tensor

from exoprobe.features.blocks import Blocks, gather
from exoprobe.features.erasure import ErasedBlocks, Eraser
from exoprobe.probes.reading import Reading, skills_on
from exoprobe.probes.scaled_splits import ScaledSplits
from exoprobe.probes.targets import Targets

NEIGHBORS = (5, 15, 50)
MOST_ROWS = 10_000  # of train to search
MOST_TUNED = 2_000  # of validation to choose by


def read_neighbors(splits: ScaledSplits, targets: Targets, eraser: Eraser | None = None) -> Reading:
    """Choose each factor's number of neighbors on validation, and read test.

    Args:
        splits: the features.
        targets: of all N samples.
        eraser: if given, of the scaled features; they are read after it.
    """
    trained = splits.draw("train", MOST_ROWS)

    def features(rows: np.ndarray) -> Blocks:
        return splits.blocks(rows) if eraser is None else ErasedBlocks(splits.blocks(rows), eraser)

    train = gather(features(trained))
    rows, tuned = splits.rows, splits.draw("validation", MOST_TUNED)
    skills = skills_on(targets, tuned, rows["train"], neighbor_outputs(train, targets, trained, features(tuned)))
    chosen = skills.argmax(0)
    found = targets.read(neighbor_outputs(train, targets, trained, features(rows["test"])))
    values = found[chosen, :, np.arange(len(chosen))].T
    return Reading(targets, values, NEIGHBORS, skills, chosen)


def neighbor_outputs(train: np.ndarray, targets: Targets, trained: np.ndarray, features: Blocks) -> np.ndarray:
    """Read every target from the nearest training rows, by the cosine of the angle between them.

    Args:
        train: the training rows, [n, D].
        targets: of all N rows.
        trained: bool [N], which of them ``train`` holds.
        features: m rows to read from.

    Returns:
        [len(NEIGHBORS), m, T]: the neighbors' mean, of classes each neighbor weighing as much as its class is rare
        and 0 where both values weigh the same; the training mean where no neighbor is known.
    """
    known, votes = _votes(targets, trained)
    bank = torch.nn.functional.normalize(torch.from_numpy(train))
    found = [_mean_votes(known[nearest], votes[nearest]) for nearest in _nearest(bank, features, max(NEIGHBORS))]
    return torch.cat(found, dim=1).numpy()


def _votes(targets: Targets, trained: np.ndarray) -> tuple[Tensor, Tensor]:
    """Return how much each training row's targets weigh and what they say, both [n, T], 0 where unknown."""
    columns = targets.columns[trained]
    known = ~np.isnan(columns)
    values = np.where(known, columns, 0)
    weights, classes = known.astype(np.float64), targets.is_class
    share = np.clip(values[:, classes].sum(0) / np.maximum(known[:, classes].sum(0), 1), 1e-9, 1 - 1e-9)
    weights[:, classes] *= np.where(values[:, classes] > 0, 0.5 / share, 0.5 / (1 - share))
    values[:, classes] = 2 * values[:, classes] - 1
    return torch.from_numpy(weights).float(), torch.from_numpy(values).float()


def _nearest(bank: Tensor, features: Blocks, count: int) -> Iterator[Tensor]:
    """Yield the places of the nearest rows of the bank, nearest first, [m, count] a block."""
    for block in features.blocks():
        for part in torch.nn.functional.normalize(block).split(1024):
            yield (part @ bank.T).topk(min(count, len(bank)), dim=1).indices


def _mean_votes(weights: Tensor, values: Tensor) -> Tensor:
    """Average the first 5, 15 … neighbors' votes [m, count, T]: [len(NEIGHBORS), m, T]."""
    sums, totals = (weights * values).cumsum(1), weights.cumsum(1)
    last = [min(count, weights.shape[1]) - 1 for count in NEIGHBORS]
    return torch.stack([sums[:, place] / totals[:, place].clamp_min(1e-9) for place in last])
