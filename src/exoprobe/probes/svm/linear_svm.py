"""Linear support vector problems that share their features: every target and every C in one fit."""

import copy
import logging

import numpy as np
import torch
from torch import Tensor

from exoprobe.compute import choose_device, choose_precision, memory_left
from exoprobe.errors import ExoprobeError
from exoprobe.features.blocks import BLOCK, ArrayBlocks, Blocks
from exoprobe.probes.svm.design import CachedDesignMatrix
from exoprobe.probes.svm.direct import finish
from exoprobe.probes.svm.newton import make_preconditioner, minimize, preconditioner_memory
from exoprobe.probes.svm.squared_hinge import Problems, SquaredHinge

log = logging.getLogger(__name__)

CURVATURE_SHARE = 0.25  # of the memory, for the curvatures of the problems that are fitted together
CURVATURES = 3  # of each problem at once: of this step, of the next, and of those still at conjugate gradients
LEAST_TOGETHER = 8  # problems, however little memory there is


class LinearSVMs:
    """A linear SVM per target and C, ``sklearn.svm.LinearSVC(loss="squared_hinge", dual=False)`` each.

    All problems advance together, so that the features are read a few dozen times however many there are
    (:mod:`exoprobe.probes.svm.newton`); those that float32 cannot bring to the tolerance, such as separable ones at a
    large C, are finished one by one in float64 (:mod:`exoprobe.probes.svm.direct`).

    Args:
        C: Cs, one or several; kept in ascending order.
        class_weight: ``balanced`` (n / (2 · count), as in scikit-learn), or None.
        tolerance: how far above its minimum an objective may stay, as a share of it.
        memory_mb: what the process may hold in all, MiB; None for no limit. Features are copied as far as that
            allows, and read anew from ``X`` for each pass otherwise.
        device: ``auto``, ``cpu`` or ``cuda``.

    Attributes:
        coef_: float64 [len(C), T, D].
        intercept_: float64 [len(C), T].
    """

    def __init__(
        self,
        C: float | tuple[float, ...] = 1.0,
        *,
        class_weight: str | None = None,
        tolerance: float = 1e-7,
        memory_mb: float | None = None,
        device: str = "cpu",
    ) -> None:
        self.C = C
        self.class_weight = class_weight
        self.tolerance = tolerance
        self.memory_mb = memory_mb
        self.device = device

    def fit(self, X: np.ndarray | Blocks, y: np.ndarray, names: list[str] | None = None) -> "LinearSVMs":
        """Fit all problems.

        Args:
            X: [N, D], an array or :class:`~exoprobe.features.blocks.Blocks`.
            y: [N] or [N, T], per target two values: 0 or −1 where it is absent, 1 where it is present; NaN where
                that is not known, and the row does not count.
            names: of the targets, for messages.

        Raises:
            ExoprobeError: where a target has only one value, or something is NaN that must not be.
        """
        Cs = self._ascending_Cs()
        source = as_blocks(X)
        signs = label_signs(y, names)
        if len(signs) != source.shape[0]:
            raise ExoprobeError(f"there are {source.shape[0]} rows of features, but {len(signs)} of labels")
        device = choose_device(self.device)
        product = choose_precision("auto", device)
        memory = memory_left(self.memory_mb) - preconditioner_memory(source.shape)
        design = CachedDesignMatrix(
            source, device, memory * (1 - CURVATURE_SHARE), (product, torch.float32, torch.float64)
        )
        hinge = SquaredHinge(design, torch.from_numpy(signs), self._costs(signs), product)
        together = memory * CURVATURE_SHARE / (design.rows * CURVATURES * product.itemsize)
        solved = self._solve(hinge, Cs, int(min(max(together, LEAST_TOGETHER), len(Cs) * signs.shape[1])))
        self.coef_, self.intercept_ = solved[..., :-1], solved[..., -1]
        return self

    def _solve(self, hinge: SquaredHinge, Cs: Tensor, together: int) -> np.ndarray:
        """Return the weights [len(C), T, D + 1], fitting so many problems together."""
        device, targets = hinge.design.device, hinge.signs.shape[1]
        problems = Problems(
            torch.arange(targets).repeat(len(Cs)).to(device),
            Cs.repeat_interleave(targets).to(device),
        )
        preconditioner = make_preconditioner(hinge.design)
        weights = torch.zeros(hinge.design.columns, len(problems), dtype=torch.float64, device=device)
        converged = torch.zeros(len(problems), dtype=torch.bool, device=device)
        for start in range(0, len(problems), together):
            batch = slice(start, start + together)
            weights[:, batch], converged[batch] = minimize(
                hinge, preconditioner, problems[batch], weights[:, batch], self.tolerance
            )
        finish(hinge, preconditioner, problems, weights, converged, self.tolerance)
        return weights.T.reshape(len(Cs), targets, -1).cpu().numpy()

    def decision_function(self, X: np.ndarray | Blocks) -> np.ndarray:
        """Return signed distances, float64 [len(C), N, T], for features [N, D]."""
        coef, intercept = torch.from_numpy(self.coef_), torch.from_numpy(self.intercept_)
        outputs = [block @ coef.mT + intercept[:, None] for block in as_blocks(X).blocks(torch.float64)]
        return torch.cat(outputs, dim=1).numpy()

    def predict(self, X: np.ndarray | Blocks) -> np.ndarray:
        """Return whether each target is present, bool [len(C), N, T]."""
        return self.decision_function(X) > 0

    def select(self, chosen: np.ndarray) -> "LinearSVMs":
        """Return a problem per target, that of the C at ``chosen`` [T]; its ``coef_`` is [1, T, D]."""
        selected = copy.copy(self)
        targets = np.arange(len(chosen))
        selected.coef_, selected.intercept_ = self.coef_[chosen, targets][None], self.intercept_[chosen, targets][None]
        return selected

    def _ascending_Cs(self) -> Tensor:  # noqa: N802
        """Return C, ascending."""
        Cs = np.sort(np.atleast_1d(self.C).astype(float))
        wrong = Cs[~(np.isfinite(Cs) & (Cs > 0))]
        if len(wrong):
            raise ExoprobeError(f"C is {wrong[0]:g}; it must be above 0 and finite")
        return torch.from_numpy(Cs)

    def _costs(self, signs: np.ndarray) -> Tensor:
        """Return what an error costs where a target is absent and where it is present, [2, T]."""
        if self.class_weight is None:
            return torch.ones(2, signs.shape[1])
        if self.class_weight != "balanced":
            raise ExoprobeError(f"class_weight is {self.class_weight!r}; it must be 'balanced' or None")
        counts = np.stack([(signs < 0).sum(0), (signs > 0).sum(0)])
        return torch.from_numpy(counts.sum(0) / (2 * counts))


def as_blocks(X: np.ndarray | Blocks) -> Blocks:
    """Return what can be passed over; checks an array.

    Raises:
        ExoprobeError: where it is not a finite matrix.
    """
    if not isinstance(X, np.ndarray):
        return X
    if X.ndim != 2:
        raise ExoprobeError(f"features must be a matrix [N, D], not an array of shape {list(X.shape)}")
    for start in range(0, len(X), BLOCK):
        bad = np.argwhere(~np.isfinite(X[start : start + BLOCK]))
        if len(bad):
            raise ExoprobeError(f"features have NaN or infinity in row {start + bad[0][0]}, column {bad[0][1]}")
    return ArrayBlocks(X)


def label_signs(y: np.ndarray, names: list[str] | None = None) -> np.ndarray:
    """Turn labels [N] or [N, T] into signs, int8 [N, T]: 1 present, −1 absent, 0 not known."""
    labels = np.asarray(y, float).reshape(len(y), -1)
    signs = np.where(np.isnan(labels), 0, np.where(labels > 0, 1, -1)).astype(np.int8)
    for target in range(signs.shape[1]):
        name = f"target {target}" if names is None else names[target]
        values = np.unique(labels[~np.isnan(labels[:, target]), target])
        if len(values) != 2:
            raise ExoprobeError(f"{name} has {'no value' if not len(values) else f'only the value {values[0]:g}'}")
        if not values[0] <= 0 < values[1]:
            raise ExoprobeError(
                f"{name} has the values {values[0]:g} and {values[1]:g}; use 0 or −1 for absent and 1 for present"
            )
    return signs
