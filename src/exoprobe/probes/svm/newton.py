"""Newton's method for many problems at once.

The generalized Hessian of a squared hinge (Mangasarian 2002, Keerthi and DeCoste 2005) is solved by conjugate
gradients, whose products all problems share. One preconditioner serves all of them: the features' second
moments, scaled to each problem's share of active rows. Who has converged drops out.
"""

import logging
from dataclasses import dataclass

import torch
from torch import Tensor

from exoprobe.probes.svm.design import CachedDesignMatrix
from exoprobe.probes.svm.squared_hinge import Problems, SolverState, SquaredHinge
from exoprobe.progress import progress

log = logging.getLogger(__name__)

STEPS, GRADIENT_STEPS, HALVINGS = 25, 30, 12
FEW = 3  # active rows per dimension that counts; with fewer the moments say little of a problem's curvature
PATIENCE = 3  # steps in which a gap has not halved; then float32 can do no more
FORCING = 0.1  # a Newton step is solved until its preconditioned residual has fallen to this
SUFFICIENT = 1e-4  # of what the slope promises must be won (Armijo)
NOISE = 1e-7  # of an objective: what float32 may hide
SAMPLE = 16_384  # rows, or four per dimension, that the preconditioner is made of


@dataclass(frozen=True)
class Preconditioner:
    """What all problems' Hessians are about: I plus a weight times the design's second moments.

    Attributes:
        axes: float64 [D + 1, R], the moments' principal axes.
        values: float64 [R], the sum of squares along each, over all rows.
    """

    axes: Tensor
    values: Tensor

    def dimensions(self, weight: Tensor) -> Tensor:
        """Return along how many axes the moments outweigh the C, each counted by how much; weight [P]."""
        return (1 - 1 / (1 + weight * self.values[:, None])).sum(0)

    def solve(self, residual: Tensor, weight: Tensor) -> Tensor:
        """Solve (I + weightₚ · moments) x = residual for each column p; weight [P]."""
        shrinkage = 1 / (1 + weight * self.values[:, None]) - 1
        return residual + self.axes @ (shrinkage * (self.axes.T @ residual))


def preconditioner_memory(shape: tuple[int, int]) -> int:
    """Return the bytes that :func:`make_preconditioner` takes for features of this shape."""
    rows, columns = shape[0], shape[1] + 1
    sample = min(rows, max(SAMPLE, 4 * columns))
    return 4 * sample * columns + 4 * 8 * min(sample, columns) ** 2


def make_preconditioner(design: CachedDesignMatrix) -> Preconditioner:
    """Estimate the second moments from rows spread evenly over the design."""
    stride = max(1, design.rows // max(SAMPLE, 4 * design.columns))
    sampled = [block[-rows.start % stride :: stride].clone() for rows, block in design.blocks(torch.float32)]
    sample = torch.cat(sampled)
    del sampled
    tall = len(sample) >= sample.shape[1]
    gram = (sample.T @ sample if tall else sample @ sample.T).double()
    values, vectors = torch.linalg.eigh(gram)
    kept = values > values[-1] * 1e-7
    values, vectors = values[kept], vectors[:, kept]
    axes = vectors if tall else sample.T.double() @ vectors / values.sqrt()
    return Preconditioner(axes, values * (design.rows / len(sample)))


def minimize(
    hinge: SquaredHinge, preconditioner: Preconditioner, problems: Problems, weights: Tensor, tolerance: float
) -> tuple[Tensor, Tensor]:
    """Minimize the problems' objectives.

    Args:
        hinge: the objectives.
        preconditioner: of its rows.
        problems: P of them.
        weights: float64 [D + 1, P], where to start.
        tolerance: how far above its minimum an objective may stay, as a share of
            :meth:`~exoprobe.probes.svm.squared_hinge.SquaredHinge.scale`.

    Returns:
        The weights [D + 1, P], and which of the problems have converged, bool [P].
    """
    weights = weights.clone()
    unfinished = torch.arange(len(problems), device=weights.device)
    converged = torch.zeros(len(problems), dtype=torch.bool, device=weights.device)
    best = torch.full((len(problems),), torch.inf, dtype=torch.float64, device=weights.device)
    trust, stale = torch.ones_like(best), torch.zeros_like(unfinished)
    point = hinge.evaluate(weights, problems)
    with progress(len(problems), "problem", log, "fitting") as bar:
        for step in range(STEPS):
            current = problems[unfinished]
            weight = 2 * current.C * point.curvature.sum(0, dtype=torch.float32) / hinge.design.rows
            distance = (point.gradient * preconditioner.solve(point.gradient, weight)).sum(0) / 2
            scale = hinge.scale(point.objective, current).clamp_min(torch.finfo(torch.float64).tiny)
            gap = trust[unfinished] * distance / scale
            log.debug("step %d: %d problems left, the largest gap %.1e", step, len(unfinished), gap.max())
            hard = point.active < FEW * preconditioner.dimensions(weight)
            converged[unfinished] = (gap <= tolerance) & ~hard
            stale[unfinished] = torch.where(gap < best[unfinished] / 2, 0, stale[unfinished] + 1)
            best[unfinished] = torch.minimum(best[unfinished], gap)
            left = (gap > tolerance) & (stale[unfinished] < PATIENCE) & ~hard
            bar.update(len(left) - int(left.sum()))
            if not left.any():
                break
            if not left.all():
                unfinished, current, point = unfinished[left], current[left], point[left]
                weight, distance = weight[left], distance[left]
            direction = _conjugate_gradients(hinge, preconditioner, current, point, weight)
            trust[unfinished] = (-(point.gradient * direction).sum(0) / 2 / distance).clamp_min(1)
            point = _line_search(hinge, current, point, direction)
            weights[:, unfinished] = point.weights
    return weights, converged


def _conjugate_gradients(
    hinge: SquaredHinge, preconditioner: Preconditioner, problems: Problems, point: SolverState, weight: Tensor
) -> Tensor:
    """Solve Hessian · step = −gradient for every problem; who is accurate enough drops out."""
    solution, residual = torch.zeros_like(point.gradient), -point.gradient
    direction = preconditioner.solve(residual, weight)
    product = (residual * direction).sum(0)
    enough = FORCING**2 * product
    live, curvature = torch.arange(len(problems), device=product.device), point.curvature
    for _ in range(GRADIENT_STEPS):
        image = hinge.curvature_product(direction, curvature, problems[live])
        length = product[live] / (direction * image).sum(0)
        solution[:, live] += length * direction
        residual[:, live] -= length * image
        preconditioned = preconditioner.solve(residual[:, live], weight[live])
        previous, product[live] = product[live], (residual[:, live] * preconditioned).sum(0)
        left = product[live] > enough[live]
        if not left.any():
            break
        direction = (preconditioned + product[live] / previous * direction)[:, left]
        live = live[left]
        if not left.all():
            curvature = curvature[:, left]
    return solution


def _line_search(hinge: SquaredHinge, problems: Problems, point: SolverState, direction: Tensor) -> SolverState:
    """Take each problem's whole step, or as much of it as lowers the objective enough."""
    slope = (point.gradient * direction).sum(0)
    length = torch.ones_like(slope)
    trial = hinge.evaluate(point.weights + direction, problems)
    for _ in range(HALVINGS):
        promised = SUFFICIENT * length * slope + NOISE * point.objective
        failed = (trial.objective > point.objective + promised).nonzero().squeeze(1)
        if not len(failed):
            break
        ahead = (trial.gradient * direction).sum(0)  # where the slope between both ends reaches zero
        secant = torch.where(ahead > 0, length * slope / (slope - ahead), length / 2)
        length[failed] = secant.clamp(length / 20, length / 2)[failed]
        shorter = point.weights[:, failed] + length[failed] * direction[:, failed]
        trial.put(failed, hinge.evaluate(shorter, problems[failed]))
    return trial
