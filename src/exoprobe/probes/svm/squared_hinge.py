"""Linear problems with a squared hinge loss that share their features.

Problem p minimizes ½‖w‖² + C Σ cᵢ max(0, 1 − yᵢ wᵀxᵢ)², liblinear's L2-loss objective (Fan et al. 2008), where a
constant 1 stands at the end of x as the intercept, penalized like the other weights, and cᵢ is 0 where the label
of row i is not known. The features are passed over block by block: one pass costs two matrix products for all
problems together.
"""

from dataclasses import dataclass

import torch
from torch import Tensor

from exoprobe.probes.svm.design import CachedDesignMatrix

WORTH = 1e-6  # of an objective: less says nothing of a target


@dataclass(frozen=True)
class Problems:
    """Which problems: P pairs of a target and a C.

    Attributes:
        target: int64 [P], column of the labels.
        C: float64 [P], C.
    """

    target: Tensor
    C: Tensor

    def __len__(self) -> int:
        """Return P."""
        return len(self.target)

    def __getitem__(self, chosen: Tensor | slice) -> "Problems":
        """Return some of them."""
        return Problems(self.target[chosen], self.C[chosen])


@dataclass
class SolverState:
    """The objectives of P problems at their weights.

    Attributes:
        weights: float64 [D + 1, P], the intercept last.
        objective: float64 [P].
        gradient: float64 [D + 1, P].
        active: int64 [P], rows inside the margin.
        curvature: [N, P], cᵢ in these rows, else 0.
    """

    weights: Tensor
    objective: Tensor
    gradient: Tensor
    active: Tensor
    curvature: Tensor

    def __getitem__(self, chosen: Tensor) -> "SolverState":
        """Return the points of some problems."""
        return SolverState(*(values[..., chosen] for values in vars(self).values()))

    def put(self, chosen: Tensor, other: "SolverState") -> None:
        """Replace the points of some problems."""
        for name, values in vars(self).items():
            values[..., chosen] = getattr(other, name)


class SquaredHinge:
    """The objectives of all problems over one set of rows.

    Args:
        design: the features [N, D].
        signs: int8 [N, T], 1 where a target is present, −1 where it is not, 0 where that is not known.
        costs: float [2, T], what an error costs where a target is absent and where it is present.
        product: type of number in which products with the curvature are computed; all else is in float32.
    """

    def __init__(self, design: CachedDesignMatrix, signs: Tensor, costs: Tensor, product: torch.dtype) -> None:
        self.design, self.product = design, product
        self.signs = signs.to(design.device)
        absent, present = costs.float().to(design.device)
        self.level, self.tilt = (present + absent) / 2, (present - absent) / 2  # c = y²·level + y·tilt
        self.total = (self.signs < 0).sum(0) * absent.double() + (self.signs > 0).sum(0) * present.double()

    def scale(self, objective: Tensor, problems: Problems) -> Tensor:
        """Return what a distance from the minimum is small against: the objective, or what w ≠ 0 has won of it.

        Where nothing can be won, as after an erasure, that would be rounding: then a millionth of the objective.
        """
        won = problems.C * self.total[problems.target] - objective
        return torch.minimum(objective, torch.maximum(won, WORTH * objective))

    def evaluate(self, weights: Tensor, problems: Problems) -> SolverState:
        """Compute the objectives, gradients and curvatures at weights [D + 1, P]."""
        device, count = self.design.device, len(problems)
        narrow = weights.float()
        loss = torch.zeros(count, dtype=torch.float64, device=device)
        gradient = torch.zeros_like(narrow)
        active = torch.zeros(count, dtype=torch.int64, device=device)
        curvature = torch.empty(self.design.rows, count, dtype=self.product, device=device)
        for rows, block in self.design.blocks(torch.float32):
            known = self.signs[rows].float()
            cost = (known * (known * self.level + self.tilt)).index_select(1, problems.target)
            sign = known.index_select(1, problems.target)
            slack = (block @ narrow).mul_(sign).neg_().add_(1).clamp_min_(0)
            inside = slack > 0
            active += inside.sum(0)
            curvature[rows] = inside * cost
            weighted = cost.mul_(slack)
            loss += (weighted * slack).sum(0)
            weighted.mul_(sign)
            gradient.addmm_(block.T, weighted)
        objective = weights.square().sum(0) / 2 + problems.C * loss
        return SolverState(weights, objective, weights - 2 * problems.C * gradient.double(), active, curvature)

    def curvature_product(self, directions: Tensor, curvature: Tensor, problems: Problems) -> Tensor:
        """Multiply directions [D + 1, P] by the generalized Hessians I + 2C Xᵀ diag(curvature) X."""
        narrow = directions.to(self.product)
        image = torch.zeros(directions.shape, device=self.design.device)
        for rows, block in self.design.blocks(self.product):
            image += block.T @ (block @ narrow).mul_(curvature[rows])
        return directions + 2 * problems.C * image.double()
