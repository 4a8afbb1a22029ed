"""Ridge regression on random Fourier features (Rahimi and Recht 2007).

Cosines of random directions through the features span, the more there are the better, what a Gaussian kernel does:
smooth functions of the features, the wider the bandwidth the closer to linear ones.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from exoprobe.embeddings.erasure import Projection
from exoprobe.errors import ExoprobeError
from exoprobe.features.blocks import Blocks
from exoprobe.features.moments import Moments, measure_moments
from exoprobe.probes.base import Probe, by_known_rows
from exoprobe.probes.linear_models import LinearModels
from exoprobe.probes.probe_data import ProbeData
from exoprobe.probes.ridge import ridge_coefficients, ridge_of
from exoprobe.probes.targets import Targets

FEATURES = 1_024  # and no more than twice the rows to learn from
BANDWIDTHS = (0.7, 1.4)  # times the median distance between training rows
ALPHAS = tuple(10.0**power for power in range(-5, 1))
MAX_ROWS = 20_000  # of train to learn from
MAX_VALIDATION = 5_000  # of validation to choose by
DISTANCE_ROWS = 1_000  # rows between which distances are measured


@dataclass(frozen=True)
class RandomFourierFeatures:
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
        features: which cosines.
    """

    def __init__(self, source: Blocks, features: RandomFourierFeatures) -> None:
        self.source, self.features = source, features
        self.shape, self.dtype = (source.shape[0], len(features.phases)), torch.float32

    def blocks(self, dtype: torch.dtype = torch.float32) -> Iterator[Tensor]:
        """Yield the rows in order, [BLOCK, M] each but the last."""
        for block in self.source.blocks(torch.float32):
            yield torch.addmm(self.features.phases, block, self.features.frequencies).cos_().to(dtype)


def draw_fourier_features(features: np.ndarray, count: int = FEATURES, seed: int = 0) -> list[RandomFourierFeatures]:
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
    return [RandomFourierFeatures(directions / (bandwidth * median or 1.0), phases) for bandwidth in BANDWIDTHS]


def fit_fourier(data: ProbeData, targets: Targets, erasers: Sequence[Projection] | None = None) -> "FourierModels":
    """Fit factors that are known for the same rows on train, at every bandwidth and alpha."""
    known = data.draw("train", MAX_ROWS) & targets.factors[0].known
    if not known.any():
        raise ExoprobeError(f"{targets.factors[0].name} is unknown in all training rows that were drawn")
    features = draw_fourier_features(data.array(data.draw("train", DISTANCE_ROWS)), min(FEATURES, 2 * int(known.sum())))
    columns = targets.columns[known]
    blocks = [FourierBlocks(data.blocks(known), cosines) for cosines in features]
    return FourierModels(features, [_fit_models(measure_moments(cosines, columns), targets) for cosines in blocks])


@dataclass(frozen=True)
class FourierModels:
    """Ridge regression on random Fourier features, at every bandwidth.

    Attributes:
        features: of each bandwidth.
        models: likewise, at every alpha.
    """

    features: Sequence[RandomFourierFeatures]
    models: Sequence[LinearModels]

    @property
    def settings(self) -> list[dict[str, float]]:
        """Each bandwidth with each alpha."""
        return [{"bandwidth": bandwidth, "alpha": alpha} for bandwidth in BANDWIDTHS for alpha in ALPHAS]

    def outputs(self, data: ProbeData, rows: np.ndarray) -> np.ndarray:
        """Return the outputs for some rows, bool [N]: [L, n, T]."""
        blocks = [FourierBlocks(data.blocks(rows), features) for features in self.features]
        return np.concatenate([models.predict(cosines) for models, cosines in zip(self.models, blocks, strict=True)])

    def select(self, chosen: np.ndarray) -> "ChosenFourierModels":
        """Return the models at one setting per target, by its index [T]."""
        bandwidths, alphas = np.divmod(chosen, len(ALPHAS))
        return ChosenFourierModels(self.features, [models.select(alphas) for models in self.models], bandwidths)


@dataclass(frozen=True)
class ChosenFourierModels:
    """Models of T targets, each at its bandwidth.

    Attributes:
        features: of each bandwidth.
        models: likewise, at each target's alpha.
        bandwidths: int [T], the index of each target's.
    """

    features: Sequence[RandomFourierFeatures]
    models: Sequence[LinearModels]
    bandwidths: np.ndarray
    settings: Sequence[dict[str, float]] = ({},)

    def outputs(self, data: ProbeData, rows: np.ndarray) -> np.ndarray:
        """Return the outputs for some rows, bool [N]: [1, n, T]."""
        outputs = np.empty((1, int(rows.sum()), len(self.bandwidths)))
        for index in np.unique(self.bandwidths):
            columns = self.bandwidths == index
            blocks = FourierBlocks(data.blocks(rows), self.features[index])
            outputs[..., columns] = self.models[index].predict(blocks)[..., columns]
        return outputs

    def select(self, chosen: np.ndarray) -> "ChosenFourierModels":
        """Return the same: the settings are chosen."""
        return self


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
    max_validation=MAX_VALIDATION,
)
