"""Ridge regression on random Fourier features (Rahimi and Recht 2007).

Cosines of random directions through the features span, the more there are the better, what a Gaussian kernel does:
smooth functions of the features, the wider the bandwidth the closer to linear ones.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import Tensor

from exoprobe.embeddings.erasure import Projection
from exoprobe.errors import ExoprobeError
from exoprobe.features.blocks import ArrayBlocks
from exoprobe.features.moments import Moments
from exoprobe.probes.base import Probe, by_eraser, by_known_rows
from exoprobe.probes.linear_models import LinearModels
from exoprobe.probes.probe_data import ProbeData
from exoprobe.probes.ridge import ridge_coefficients, ridge_of
from exoprobe.probes.targets import Targets

FEATURES = 1_024  # and no more than twice the rows to learn from
BANDWIDTHS = (0.7, 1.4)  # times the median distance between training rows
ALPHAS = tuple(10.0**power for power in range(-5, 1))
SETTINGS = tuple({"bandwidth": bandwidth, "alpha": alpha} for bandwidth in BANDWIDTHS for alpha in ALPHAS)
MAX_ROWS = 20_000  # of train to learn from
MAX_VALIDATION = 5_000  # of validation to choose by
DISTANCE_ROWS = 1_000  # rows between which distances are measured
ERASED = 1e-3  # of the features' deviation: where an erasure leaves less, float32 does not know what
ROWS = 1_024  # that are held in float64 at once


@dataclass(frozen=True)
class RandomFourierFeatures:
    """Random cosines, of every bandwidth with the same directions and phases.

    Attributes:
        directions: float32 [D, M].
        phases: float32 [M], radians.
        scales: of each bandwidth, what projections along the directions are multiplied by.
    """

    directions: Tensor
    phases: Tensor
    scales: Sequence[float]

    def cosines(self, projected: Tensor, bandwidth: int) -> Tensor:
        """Return the cosines of projections [n, M] at a bandwidth, by its index: [n, M]."""
        return torch.add(self.phases, projected, alpha=self.scales[bandwidth]).cos_()


def draw_fourier_features(
    features: np.ndarray, count: int = FEATURES, eraser: Projection | None = None, seed: int = 0
) -> RandomFourierFeatures:
    """Draw the cosines of every bandwidth.

    Args:
        features: some of train, float32 [n, D], between which distances are measured.
        count: how many cosines.
        eraser: what the features are seen after. Where it leaves next to nothing, all cosines are constant.
        seed: of the draw.
    """
    random = np.random.default_rng(seed)
    directions = torch.from_numpy(random.normal(size=(features.shape[1], count))).float()
    phases = torch.from_numpy(random.uniform(0, 2 * np.pi, count)).float()
    is_left = True
    if eraser is not None:
        whole, features = features, eraser.apply(features.astype(np.float64)).astype(np.float32)
        is_left = np.linalg.norm(features - eraser.mean) > ERASED * np.linalg.norm(whole - eraser.mean)
    distances = torch.pdist(torch.from_numpy(features))
    median = distances.median().item() if len(distances) else 0.0
    scales = [float(is_left) / (bandwidth * median or 1.0) for bandwidth in BANDWIDTHS]
    return RandomFourierFeatures(directions, phases, scales)


def fit_fourier(data: ProbeData, targets: Targets, erasers: Sequence[Projection] | None = None) -> "FourierModels":
    """Fit factors on train, at every bandwidth and alpha.

    Without erasers, all factors are known for the same rows. With erasers, those that share one and are known for the
    same rows are fitted in one go.
    """
    drawn, near = data.draw("train", MAX_ROWS), data.array(data.draw("train", DISTANCE_ROWS))
    features, projections = torch.from_numpy(data.array(drawn)), _Projections()
    models = []
    for indices, eraser in by_eraser(targets, erasers):
        for members in by_known_rows(targets.subset(indices)):
            chosen = [indices[member] for member in members]
            factors, columns = targets.subset(chosen), np.flatnonzero(np.isin(targets.owner, chosen))
            known = factors.factors[0].known[drawn]
            if not known.any():
                raise ExoprobeError(f"{factors.factors[0].name} is unknown in all training rows that were drawn")
            cosines = draw_fourier_features(near, min(FEATURES, 2 * int(known.sum())), eraser)
            erasure = None if eraser is None else _Erasure(eraser, cosines.directions)
            projected = projections.of(features, cosines, erasure)[torch.from_numpy(known)]
            wanted = factors.columns[drawn][known]
            moments = (_moments(cosines.cosines(projected, index), wanted) for index in range(len(BANDWIDTHS)))
            models.append(_FittedCosines(columns, cosines, erasure, [_fit_models(each, factors) for each in moments]))
    return FourierModels(models)


class _Erasure:
    """What an erasure x − L Rᵀ(x − mean) takes of projections x W: Rᵀ(x − mean) times LᵀW, a matrix of low rank."""

    def __init__(self, eraser: Projection, directions: Tensor) -> None:
        self.right, left, mean = (torch.from_numpy(array).float() for array in (eraser.right, eraser.left, eraser.mean))
        self.taken, self.offset = left.T @ directions, mean @ self.right

    def apply(self, features: Tensor, projected: Tensor) -> Tensor:
        """Return the projections [n, M] of features [n, D] after the erasure."""
        return torch.addmm(projected, features @ self.right - self.offset, self.taken, alpha=-1)


class _Projections:
    """Projections of some rows, computed once for all factors with as many cosines, whose directions are the same."""

    def __init__(self) -> None:
        self._by_count: dict[int, Tensor] = {}

    def of(self, features: Tensor, cosines: RandomFourierFeatures, erasure: _Erasure | None) -> Tensor:
        """Return the projections [n, M] of these rows' features [n, D], after an erasure if there is one."""
        count = len(cosines.phases)
        if count not in self._by_count:
            self._by_count[count] = features @ cosines.directions
        projected = self._by_count[count]
        return projected if erasure is None else erasure.apply(features, projected)


@dataclass(frozen=True)
class _FittedCosines:
    """Ridge regression of t targets on the same cosines.

    Attributes:
        columns: int [t], which of all targets these are.
        cosines: of every bandwidth.
        erasure: before which they are taken; None for none.
        models: at each bandwidth.
        bandwidths: int [t], the index of each target's, where it is chosen.
    """

    columns: np.ndarray
    cosines: RandomFourierFeatures
    erasure: _Erasure | None
    models: Sequence[LinearModels]
    bandwidths: np.ndarray | None = None

    def outputs(self, features: Tensor, projections: _Projections) -> np.ndarray:
        """Return the outputs for features [n, D]: [L, n, t]."""
        projected = projections.of(features, self.cosines, self.erasure)
        if self.bandwidths is None:
            return np.concatenate([self._at(index, projected) for index in range(len(BANDWIDTHS))])
        outputs = np.empty((1, len(features), len(self.columns)))
        for index in np.unique(self.bandwidths):
            chosen = self.bandwidths == index
            outputs[..., chosen] = self._at(index, projected)[..., chosen]
        return outputs

    def select(self, chosen: np.ndarray) -> "_FittedCosines":
        """Return the models at one setting per target, by its index [t]."""
        bandwidths, alphas = np.divmod(chosen, len(ALPHAS))
        models = [models.select(alphas) for models in self.models]
        return replace(self, models=models, bandwidths=bandwidths)

    def _at(self, bandwidth: int, projected: Tensor) -> np.ndarray:
        return self.models[bandwidth].predict(ArrayBlocks(self.cosines.cosines(projected, bandwidth).numpy()))


@dataclass(frozen=True)
class FourierModels:
    """Ridge regression on random Fourier features.

    Attributes:
        fitted: of all targets together.
        settings: each bandwidth with each alpha, or one where they are chosen.
    """

    fitted: Sequence[_FittedCosines]
    settings: Sequence[dict[str, float]] = SETTINGS

    def outputs(self, data: ProbeData, rows: np.ndarray) -> np.ndarray:
        """Return the outputs for some rows, bool [N]: [L, n, T]."""
        outputs = np.empty((len(self.settings), int(rows.sum()), sum(len(fitted.columns) for fitted in self.fitted)))
        start = 0
        for block in data.blocks(rows).blocks():
            projections, stop = _Projections(), start + len(block)
            for fitted in self.fitted:
                outputs[:, start:stop, fitted.columns] = fitted.outputs(block, projections)
            start = stop
        return outputs

    def select(self, chosen: np.ndarray) -> "FourierModels":
        """Return the models at one setting per target, by its index [T]."""
        if len(self.settings) == 1:
            return self
        return FourierModels([fitted.select(chosen[fitted.columns]) for fitted in self.fitted], ({},))


def _moments(cosines: Tensor, targets: np.ndarray) -> Moments:
    """Return the moments of cosines, float32 [n, M], which are overwritten, and targets [n, T].

    Products are summed in float64: after an erasure the features may have one dimension left, and of its cosines
    the error of float32 exceeds the smallest ridge.
    """
    mean, target_mean = cosines.mean(0), targets.mean(0)
    features, columns = cosines.sub_(mean).numpy(), targets - target_mean
    gram, cross = np.zeros((len(mean), len(mean))), np.zeros((len(mean), columns.shape[1]))
    for start in range(0, len(features), ROWS):
        block = features[start : start + ROWS].astype(np.float64)
        gram += block.T @ block  # numpy computes one half of it only, torch both
        cross += block.T @ columns[start : start + ROWS]
    return Moments(len(features), mean.double().numpy(), target_mean, gram, cross)


def _fit_models(moments: Moments, targets: Targets) -> LinearModels:
    ridges = [ridge_of(moments.gram, alpha) for alpha in ALPHAS]
    coef = np.stack([ridge_coefficients(moments.gram, moments.cross, ridge) for ridge in ridges])
    scale, offset = balance(coef, moments, targets)
    coef = coef * scale[:, None]
    return LinearModels(coef, offset - coef @ moments.mean, [{"alpha": alpha} for alpha in ALPHAS])


def balance(coef: np.ndarray, moments: Moments, targets: Targets) -> tuple[np.ndarray, np.ndarray]:
    """Return what outputs about their mean are multiplied by [T], and what is then added [L, T].

    Numbers get their mean. A binary factor's outputs are 0 midway between both classes' mean output; a category's
    are taken relative to half of its own mean and its share, so that the nearest class mean wins (as
    :func:`exoprobe.probes.nested_models.predict_values` has it): rare classes count as much as others.
    """
    share = moments.target_mean
    class_mean = np.einsum("ltd,dt->lt", coef, moments.cross) / (moments.count * np.where(share > 0, share, 1))
    binary = np.array([targets.factors[index].kind == "binary" for index in targets.owner])
    middle = class_mean * np.where(binary, (1 - 2 * share) / (2 * np.maximum(1 - share, 1e-9)), 0.5)
    scale = np.where(targets.is_class & ~binary & (share > 0), 1 / np.where(share > 0, share, 1), 1)
    offset = np.where(targets.is_class, -middle * scale, share)
    return scale, np.where(targets.is_class & (share <= 0), -np.inf, offset)


PROBE = Probe(
    title="Fourier features",
    phrase="the probe on Fourier features",
    description="Ridge regression on random Fourier features, which approximates a Gaussian kernel; bandwidth and "
    "alpha are chosen on validation.",
    fit=fit_fourier,
    partition=by_known_rows,
    general=True,
    rank=20,
    joint_erasure=True,
    max_validation=MAX_VALIDATION,
)
