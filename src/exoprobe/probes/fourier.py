"""Reading factors by ridge regression on random Fourier features (Rahimi and Recht 2007).

Cosines of random directions through the features span, the more there are the better, what a Gaussian kernel does:
smooth functions of the features, the wider the bandwidth the closer to linear ones.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from exoprobe.embeddings.erasure import ErasedBlocks, Eraser
from exoprobe.features.blocks import Blocks
from exoprobe.features.moments import Moments, measure_moments
from exoprobe.probes.least_squares import ridge_coefficients, ridge_of
from exoprobe.probes.linear_readouts import LinearReadouts
from exoprobe.probes.reading import Reading, skills_on
from exoprobe.probes.scaled_splits import ScaledSplits
from exoprobe.probes.targets import Targets, join_targets

WAVES = 1_024  # and no more than twice the rows to learn from
BANDWIDTHS = (0.7, 1.4)  # times the median distance between training rows
PENALTIES = tuple(10.0**power for power in range(-5, 1))
MOST_ROWS = 20_000  # of train to learn from
MOST_TUNED = 5_000  # of validation to choose by
MEASURED = 1_000  # rows between which distances are measured


@dataclass(frozen=True)
class Waves:
    """Random cosines of one bandwidth.

    Attributes:
        frequencies: float32 [D, M].
        phases: float32 [M], radians.
    """

    frequencies: Tensor
    phases: Tensor


class FourierBlocks:
    """The cosines of features, block by block.

    Args:
        source: the features.
        waves: which cosines.
    """

    def __init__(self, source: Blocks, waves: Waves) -> None:
        self.source, self.waves = source, waves
        self.shape, self.dtype = (source.shape[0], len(waves.phases)), torch.float32

    def blocks(self, dtype: torch.dtype = torch.float32) -> Iterator[Tensor]:
        """Yield the rows in order, [BLOCK, M] each but the last."""
        for block in self.source.blocks(torch.float32):
            yield torch.addmm(self.waves.phases, block, self.waves.frequencies).cos_().to(dtype)


def read_fourier(splits: ScaledSplits, targets: Targets, erasers: Sequence[Eraser] | None = None) -> Reading:
    """Fit on train, choose each factor's bandwidth and penalty on validation, and read test.

    Args:
        splits: the features.
        targets: of all N samples.
        erasers: of each factor, of the scaled features; it is then read from them after that erasure.
    """
    trained, tuned = splits.draw("train", MOST_ROWS), splits.draw("validation", MOST_TUNED)
    sampled = splits.array(splits.draw("train", MEASURED))
    settings = len(BANDWIDTHS) * len(PENALTIES)
    values = np.zeros((splits.rows["test"].sum(), len(targets.factors)), np.float32)
    skills = np.full((settings, len(targets.factors)), -np.inf)
    for places, eraser in _read_together(targets, erasers):
        some = join_targets([targets.factors[place] for place in places])
        known = trained & some.factors[0].known
        if known.any():
            seen = sampled if eraser is None else eraser.apply(sampled).astype(np.float32)
            reader = _Reader(splits, eraser, draw_waves(seen, min(WAVES, 2 * known.sum())))
            readouts = reader.fit(some, known)
            skills[:, places] = reader.skills(readouts, some, tuned)
            values[:, places] = reader.read(readouts, some, skills[:, places].argmax(0))
    penalties, bandwidths = np.tile(PENALTIES, len(BANDWIDTHS)), np.repeat(BANDWIDTHS, len(PENALTIES))
    return Reading(targets, values, tuple(penalties), skills, skills.argmax(0), tuple(bandwidths))


def draw_waves(features: np.ndarray, count: int = WAVES, seed: int = 0) -> list[Waves]:
    """Draw the cosines of every bandwidth; all have the same directions and phases.

    Args:
        features: some of train, float32 [n, D], between which distances are measured.
        count: how many cosines.
        seed: of the draw.
    """
    random = np.random.default_rng(seed)
    directions = torch.from_numpy(random.normal(size=(features.shape[1], count))).float()
    phases = torch.from_numpy(random.uniform(0, 2 * np.pi, count)).float()
    distances = torch.pdist(torch.from_numpy(features))
    median = distances.median().item() if len(distances) else 0.0
    return [Waves(directions / (one * median or 1.0), phases) for one in BANDWIDTHS]


class _Reader:
    """Readouts from the cosines of one representation, as it is or after an erasure."""

    def __init__(self, splits: ScaledSplits, eraser: Eraser | None, waves: Sequence[Waves]) -> None:
        self.splits, self.eraser, self.waves = splits, eraser, waves

    def fit(self, targets: Targets, rows: np.ndarray) -> list[LinearReadouts]:
        """Fit factors that are known for all of some rows, bool [N], at every penalty; one for each bandwidth."""
        columns = targets.columns[rows]
        return [_fit_readouts(measure_moments(self._seen(rows, one), columns), targets) for one in self.waves]

    def skills(self, readouts: Sequence[LinearReadouts], targets: Targets, rows: np.ndarray) -> np.ndarray:
        """Return the skill on some rows, bool [N], of each bandwidth and penalty, [settings, F]."""
        train = self.splits.rows["train"]
        outputs = [one.outputs(self._seen(rows, waves)) for one, waves in zip(readouts, self.waves, strict=True)]
        return np.concatenate([skills_on(targets, rows, train, one) for one in outputs])

    def read(self, readouts: Sequence[LinearReadouts], targets: Targets, chosen: np.ndarray) -> np.ndarray:
        """Read each factor from test at its chosen setting [F]: values [n, F]."""
        rows = self.splits.rows["test"]
        values = np.empty((rows.sum(), len(chosen)))
        bandwidths, penalties = np.divmod(chosen, len(PENALTIES))
        for place in np.unique(bandwidths):
            at_penalties = readouts[place].at(penalties[targets.owner])
            (outputs,) = at_penalties.outputs(self._seen(rows, self.waves[place]))
            own = bandwidths == place
            values[:, own] = targets.read(outputs)[:, own]
        return values

    def _seen(self, rows: np.ndarray, waves: Waves) -> FourierBlocks:
        features = self.splits.blocks(rows)
        return FourierBlocks(features if self.eraser is None else ErasedBlocks(features, self.eraser), waves)


def _read_together(targets: Targets, erasers: Sequence[Eraser] | None) -> Iterator[tuple[list[int], Eraser | None]]:
    """Yield the places of factors that share their fit: known for the same rows, and after no erasure."""
    if erasers is not None:
        yield from (([place], eraser) for place, eraser in enumerate(erasers))
        return
    together: dict[bytes, list[int]] = {}
    for place, factor in enumerate(targets.factors):
        together.setdefault(factor.known.tobytes(), []).append(place)
    yield from ((places, None) for places in together.values())


def _fit_readouts(moments: Moments, targets: Targets) -> LinearReadouts:
    ridges = [ridge_of(moments.gram, penalty) for penalty in PENALTIES]
    coef = np.stack([ridge_coefficients(moments.gram, moments.cross, ridge) for ridge in ridges])
    scale, offset = _balance(coef, moments, targets)
    coef = coef * scale[:, None]
    return LinearReadouts(coef, offset - coef @ moments.mean, PENALTIES)


def _balance(coef: np.ndarray, moments: Moments, targets: Targets) -> tuple[np.ndarray, np.ndarray]:
    """Return what outputs about their mean are multiplied by [T], and what is then added [L, T].

    Numbers get their mean. A binary factor's outputs are 0 midway between both classes' mean output; a category's
    are taken relative to half of its own mean and its share, so that the nearest class mean wins (as
    :func:`exoprobe.probes.nested_readouts.predict_factor` has it): rare classes count as much as others.
    """
    share = moments.target_mean
    own = np.einsum("ltd,dt->lt", coef, moments.cross) / (moments.count * np.where(share > 0, share, 1))
    binary = np.array([targets.factors[place].kind == "binary" for place in targets.owner])
    middle = own * np.where(binary, (1 - 2 * share) / (2 * np.maximum(1 - share, 1e-9)), 0.5)
    scale = np.where(targets.is_class & ~binary & (share > 0), 1 / np.where(share > 0, share, 1), 1)
    offset = np.where(targets.is_class, -middle * scale, share)
    return scale, np.where(targets.is_class & (share <= 0), -np.inf, offset)
