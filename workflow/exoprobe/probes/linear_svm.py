"""Linear support vector machines, many at once.

Each minimizes ½‖w‖² + C Σ cᵢ max(0, 1 − yᵢ wᵀxᵢ)², the squared hinge loss of liblinear (Fan et al. 2008), with cᵢ
balancing the two labels and a constant 1 appended to x as the intercept, penalized like the other weights, as
liblinear does by default. All share x, so a Newton step for all
of them (Keerthi and DeCoste 2005) costs a few products with the whole matrix.
"""

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

NEWTON_STEPS, GRADIENT_STEPS, HALVINGS = 50, 60, 30
ROUNDING = 1e-6  # of a feature's mean: what varies less than this is float32's rounding, not the feature
TOLERANCE = 1e-7  # of the gradient's norm, relative to its norm at w = 0


@dataclass(frozen=True)
class Basis:
    """The training features, standardized and turned onto their principal axes.

    Turning does not change what is learned, but makes one diagonal matrix a good preconditioner for
    every problem, and drops the directions in which nothing varies.

    Attributes:
        mean: float64 [D], of the training features.
        axes: float64 [D, R]; ``(x − mean) @ axes`` are the coordinates.
        coordinates: float64 [N, R + 1], of the training features, a constant 1 last.
        curvature: float64 [R + 1], the coordinates' sums of squares.
    """

    mean: np.ndarray
    axes: np.ndarray
    coordinates: Tensor
    curvature: Tensor

    def transform(self, features: np.ndarray) -> Tensor:
        """Return the coordinates [n, R + 1] of features [n, D]."""
        turned = torch.from_numpy((features - self.mean) @ self.axes)
        return torch.cat([turned, torch.ones(len(turned), 1, dtype=turned.dtype)], dim=1)


def prepare_basis(features: np.ndarray) -> Basis:
    """Standardize training features [N, D] and turn them onto their principal axes."""
    features = features.astype(np.float64)
    mean, deviation = features.mean(0), features.std(0)
    scale = np.divide(1, deviation, out=np.zeros_like(deviation), where=deviation > ROUNDING * np.abs(mean))
    centered = (features - mean) * scale
    axes = _principal_axes(centered)
    coordinates = torch.from_numpy(centered @ axes)
    coordinates = torch.cat([coordinates, torch.ones(len(features), 1, dtype=torch.float64)], dim=1)
    return Basis(mean, scale[:, None] * axes, coordinates, coordinates.square().sum(0))


def _principal_axes(centered: np.ndarray) -> np.ndarray:
    """Return the axes [D, R] along which the rows vary; from the smaller of the two Gram matrices."""
    count, dimension = centered.shape
    tall = count >= dimension
    values, vectors = np.linalg.eigh(centered.T @ centered if tall else centered @ centered.T)
    kept = values > values.max(initial=0) * 1e-12
    return vectors[:, kept] if tall else centered.T @ vectors[:, kept] / np.sqrt(values[kept])


def fit_linear_svms(basis: Basis, labels: np.ndarray, penalties: tuple[float, ...]) -> Tensor:
    """Fit a machine per label column and penalty.

    Args:
        basis: of the training features.
        labels: bool [N, A], each column with both values.
        penalties: C, ascending; each starts from the one before.

    Returns:
        float64 [len(penalties), R + 1, A], weights in the basis's coordinates.
    """
    signs = torch.from_numpy(np.where(labels, 1.0, -1.0))
    costs = torch.from_numpy(balanced_costs(labels))
    weights = torch.zeros(basis.coordinates.shape[1], signs.shape[1], dtype=torch.float64)
    path = []
    for penalty in penalties:
        weights = _newton(basis, signs, penalty * costs, weights)
        path.append(weights)
    return torch.stack(path)


def balanced_costs(labels: np.ndarray) -> np.ndarray:
    """Return what an error on each row costs [N, A], so that both labels weigh the same: n / (2 · count)."""
    present = labels.mean(0)
    return np.where(labels, 0.5 / present, 0.5 / (1 - present))


def _newton(basis: Basis, signs: Tensor, costs: Tensor, weights: Tensor) -> Tensor:
    """Minimize for all columns at once; those that are done no longer move."""
    x = basis.coordinates
    weights = weights.clone()
    scale = (2 * x.T @ (signs * costs)).norm(dim=0)
    todo = torch.arange(weights.shape[1])
    for _ in range(NEWTON_STEPS):
        y, c, w = signs[:, todo], costs[:, todo], weights[:, todo]
        slack = (1 - y * (x @ w)).clamp_min_(0)
        gradient = w - 2 * x.T @ (y * c * slack)
        left = gradient.norm(dim=0) > TOLERANCE * scale[todo]
        todo, y, c, w, slack, gradient = (
            todo[left],
            *(t[:, left] for t in (y, c, w, slack, gradient)),
        )
        if not len(todo):
            break
        step = _conjugate_gradients(basis, 2 * c * (slack > 0), gradient)
        weights[:, todo] = w + _line_search(x, y, c, w, step, gradient) * step
    return weights


def _conjugate_gradients(basis: Basis, active: Tensor, gradient: Tensor) -> Tensor:
    """Solve (I + Xᵀ diag(active) X) step = −gradient, column by column, preconditioned by its diagonal's size."""
    x, weight = basis.coordinates.float(), active.float()  # half the work; Newton's steps are inexact anyway
    inverse = 1 / (1 + basis.curvature[:, None] * active.mean(0))
    step, residual = torch.zeros_like(gradient), -gradient
    direction = inverse * residual
    product = (residual * direction).sum(0)
    enough = 0.05 * gradient.norm(dim=0)
    for _ in range(GRADIENT_STEPS):
        if (residual.norm(dim=0) <= enough).all():
            break
        image = direction + (x.T @ (weight * (x @ direction.float()))).double()
        length = product / (direction * image).sum(0).clamp_min(1e-300)
        step += length * direction
        residual -= length * image
        preconditioned = inverse * residual
        previous, product = product, (residual * preconditioned).sum(0)
        direction = preconditioned + product / previous.clamp_min(1e-300) * direction
    return step


def _line_search(x: Tensor, y: Tensor, c: Tensor, w: Tensor, step: Tensor, gradient: Tensor) -> Tensor:
    """Halve each column's step until it lowers the objective enough (Armijo)."""
    margin, change = 1 - y * (x @ w), y * (x @ step)
    slope = (gradient * step).sum(0)

    def objective(length: Tensor) -> Tensor:
        slack = (margin - length * change).clamp_min(0)
        return (w + length * step).square().sum(0) / 2 + (c * slack.square()).sum(0)

    length = torch.ones(w.shape[1], dtype=w.dtype)
    start = objective(torch.zeros_like(length))
    for _ in range(HALVINGS):
        failed = objective(length) > start + 1e-4 * length * slope
        if not failed.any():
            break
        length = torch.where(failed, length / 2, length)
    return length
