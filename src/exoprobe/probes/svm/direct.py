"""Finishing problems in float64, one by one, by exact Newton steps.

Where classes separate and C is large, few rows stay active, and the system is too badly conditioned for float32 and
conjugate gradients. But few rows make a small system, which is solved directly, with an exact line search, so that
the minimum of the piecewise quadratic objective is reached in finitely many steps (Mangasarian 2002); and from the
solution at a slightly smaller C they are one or two.
"""

import logging

import torch
from torch import Tensor

from exoprobe.probes.svm.design import CachedDesignMatrix
from exoprobe.probes.svm.newton import Preconditioner
from exoprobe.probes.svm.squared_hinge import Problems, SquaredHinge
from exoprobe.progress import progress

log = logging.getLogger(__name__)

STEPS, BISECTIONS = 100, 60
RUNG = 10**0.5  # between two Cs on the way up


def finish(
    hinge: SquaredHinge,
    preconditioner: Preconditioner,
    problems: Problems,
    weights: Tensor,
    converged: Tensor,
    tolerance: float,
) -> None:
    """Minimize the objectives of problems that have not converged, from those that have.

    Args:
        hinge: the objectives.
        preconditioner: of its rows.
        problems: P of them, ascending in C for each target.
        weights: float64 [D + 1, P], changed in place.
        converged: bool [P], whose weights are final.
        tolerance: see :func:`exoprobe.probes.svm.newton.minimize`.
    """
    easiest = 1 / (2 * preconditioner.values.sum())  # so little that one step from w = 0 leads to the minimum
    with progress(int((~converged).sum()), "problem", log, "finishing in float64") as bar:
        for target in problems.target[~converged].unique():
            C, solution = easiest, torch.zeros_like(weights[:, 0])
            for problem in (problems.target == target).nonzero().squeeze(1):
                goal = problems.C[problem]
                if converged[problem]:
                    solution = weights[:, problem]
                else:
                    while goal > C * RUNG:
                        C = C * RUNG
                        solution = _minimize(hinge, Problems(target, C), solution, tolerance)
                    weights[:, problem] = solution = _minimize(hinge, problems[problem], solution, tolerance)
                    bar.update()
                C = goal


def _minimize(hinge: SquaredHinge, problem: Problems, weights: Tensor, tolerance: float) -> Tensor:
    """Minimize one problem's objective from weights [D + 1]."""
    sign = hinge.signs[:, problem.target].double()
    cost = 2 * problem.C * sign * (sign * hinge.level[problem.target] + hinge.tilt[problem.target])
    slack = 1 - sign * _scores(hinge.design, weights)
    for _ in range(STEPS):
        error = cost * slack.clamp_min(0)
        objective = (weights.square().sum() + (error * slack).sum()) / 2
        direction, decrease = _newton_direction(hinge.design, weights, sign * error, cost * (slack > 0))
        if decrease <= tolerance * hinge.scale(objective, problem):
            break
        change = sign * _scores(hinge.design, direction)
        length = _exact_length(weights, direction, cost, slack, change)
        weights, slack = weights + length * direction, slack - length * change
    return weights


def _scores(design: CachedDesignMatrix, weights: Tensor) -> Tensor:
    return torch.cat([block @ weights for _, block in design.blocks(torch.float64)])


def _newton_direction(
    design: CachedDesignMatrix, weights: Tensor, error: Tensor, curvature: Tensor
) -> tuple[Tensor, Tensor]:
    """Solve (I + Xᵀ diag(curvature) X) d = −gradient over the active rows, and what d promises to win."""
    active = curvature > 0
    wide = int(active.sum()) < len(weights)
    size = 0 if wide else len(weights)
    hessian = torch.eye(size, dtype=torch.float64, device=weights.device)
    gradient, gathered = weights.clone(), [weights.new_empty(0, len(weights))]
    for rows, block in design.blocks(torch.float64):
        chosen = active[rows]
        block = block[chosen]
        gradient -= block.T @ error[rows][chosen]
        block = block * curvature[rows][chosen].sqrt()[:, None]
        if wide:
            gathered.append(block)
        else:
            hessian.addmm_(block.T, block)
    if wide:  # Woodbury: the system of the rows is the smaller one
        scaled = torch.cat(gathered)
        inner = torch.eye(len(scaled), dtype=torch.float64, device=weights.device).addmm_(scaled, scaled.T)
        direction = scaled.T @ _solve(inner, scaled @ gradient) - gradient
    else:
        direction = -_solve(hessian, gradient)
    return direction, -(gradient @ direction) / 2


def _solve(matrix: Tensor, right: Tensor) -> Tensor:
    return torch.cholesky_solve(right[:, None], torch.linalg.cholesky(matrix))[:, 0]


def _exact_length(weights: Tensor, direction: Tensor, cost: Tensor, slack: Tensor, change: Tensor) -> Tensor:
    """Return where the objective, convex along the direction, has slope zero."""

    def slope(length: Tensor) -> Tensor:
        return (
            direction @ weights
            + length * (direction @ direction)
            - (cost * change) @ (slack - length * change).clamp_min(0)
        )

    low, high = torch.zeros_like(cost[0]), torch.ones_like(cost[0])
    while slope(high) < 0:
        low, high = high, 2 * high
    for _ in range(BISECTIONS):
        middle = (low + high) / 2
        low, high = (middle, high) if slope(middle) < 0 else (low, middle)
    return (low + high) / 2
