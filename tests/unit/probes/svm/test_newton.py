import numpy as np
import pytest
import torch

from exoprobe.features.blocks import ArrayBlocks
from exoprobe.probes.svm.design import CachedDesignMatrix
from exoprobe.probes.svm.newton import Preconditioner, make_preconditioner
from exoprobe.probes.svm.squared_hinge import Problems, SquaredHinge


@pytest.fixture
def hinge(rng):
    """Two targets over 300 rows; some labels of the second are not known."""
    design = CachedDesignMatrix(ArrayBlocks(rng.normal(size=(300, 7))), torch.device("cpu"), 1e9, (torch.float32,))
    signs = torch.from_numpy(np.where(rng.random((300, 2)) < 0.3, 1, -1).astype(np.int8))
    signs[:50, 1] = 0
    return SquaredHinge(design, signs, torch.tensor([[0.5, 2.0], [3.0, 1.0]]), torch.float32)


@pytest.fixture
def problems():
    return Problems(torch.tensor([0, 1, 1]), torch.tensor([0.1, 1.0, 10.0], dtype=torch.float64))


def objectives(hinge, problems, weights):
    """What the docstring says, written out with automatic derivatives."""
    ((_, features),) = hinge.design.blocks(torch.float64)
    signs = hinge.signs[:, problems.target].double()
    costs = torch.where(signs > 0, torch.tensor([3.0, 1.0])[problems.target], torch.tensor([0.5, 2.0])[problems.target])
    slack = (1 - signs * (features @ weights)).clamp_min(0)
    return weights.square().sum(0) / 2 + problems.C * (signs.abs() * costs * slack.square()).sum(0)


def test_objective_gradient_and_curvature_are_those_of_the_formula(hinge, problems, rng):
    weights = torch.from_numpy(rng.normal(size=(8, 3)) / 3).requires_grad_()
    expected = objectives(hinge, problems, weights)
    (gradient,) = torch.autograd.grad(expected.sum(), weights, create_graph=True)
    direction = torch.from_numpy(rng.normal(size=(8, 3)))
    (product,) = torch.autograd.grad((gradient * direction).sum(), weights)
    point = hinge.evaluate(weights.detach(), problems)
    torch.testing.assert_close(point.objective, expected.detach(), rtol=1e-5, atol=0)
    torch.testing.assert_close(point.gradient, gradient.detach(), rtol=1e-4, atol=1e-3)
    torch.testing.assert_close(
        hinge.curvature_product(direction, point.curvature, problems), product, rtol=1e-4, atol=1e-3
    )


def test_the_scale_is_the_least_of_the_objective_and_what_it_has_won(hinge, problems):
    at_zero = objectives(hinge, problems, torch.zeros(8, 3, dtype=torch.float64))
    torch.testing.assert_close(hinge.scale(0.9 * at_zero, problems), 0.1 * at_zero)
    torch.testing.assert_close(hinge.scale(0.1 * at_zero, problems), 0.1 * at_zero)


@pytest.mark.parametrize(("rows", "columns"), [(300, 7), (20, 60)])
def test_the_preconditioner_solves_the_system_of_the_moments(rng, rows, columns):
    design = CachedDesignMatrix(ArrayBlocks(rng.normal(size=(rows, columns))), torch.device("cpu"), 1e9)
    moments = make_preconditioner(design)
    ((_, features),) = design.blocks(torch.float64)
    residual, weight = torch.from_numpy(rng.normal(size=(columns + 1, 2))), torch.tensor([0.3, 5.0])
    solved = moments.solve(residual, weight.double())
    for column in range(2):
        system = torch.eye(columns + 1).double() + weight[column] * features.T @ features
        torch.testing.assert_close(system @ solved[:, column], residual[:, column], rtol=1e-3, atol=1e-3)


def test_dimensions_count_where_the_moments_outweigh_c():
    preconditioner = Preconditioner(torch.eye(3).double(), torch.tensor([1e9, 1.0, 1e-9], dtype=torch.float64))
    torch.testing.assert_close(preconditioner.dimensions(torch.tensor([1.0, 1e-30])), torch.tensor([1.5, 0.0]).double())


def test_moments_of_many_rows_are_estimated_from_some(rng):
    features = rng.normal(size=(70_000, 3)) * [1, 2, 3]
    moments = make_preconditioner(CachedDesignMatrix(ArrayBlocks(features), torch.device("cpu"), 1e9))
    np.testing.assert_allclose(moments.values, 70_000 * np.array([1, 1, 4, 9]), rtol=0.1)
