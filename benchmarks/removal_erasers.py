"""The erasers of benchmarks.removal_curve that the library does not have, as none of them holds."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from scipy.linalg import eigh
from sklearn.linear_model import LogisticRegression

from exoprobe import Eraser

SHRUNK = 0.15  # of a class's covariance matrix to the pooled one, where the class has a tenth of the rows
RIDGE = 0.3  # of the mean variance within a label, added to each
NETWORKS, WIDTH, EPOCHS, BATCH = 2, 128, 6, 256

Transform = Callable[[np.ndarray], np.ndarray]


@dataclass(frozen=True)
class FewDimensions:
    """The r directions that separate labels best, and nothing else: there [n, r], white where fitted, and back.

    Attributes:
        mean: float64 [D].
        measure: float64 [D, r].
        write: float64 [r, D]; write · measure is the identity.
    """

    mean: np.ndarray
    measure: np.ndarray
    write: np.ndarray

    def there(self, features: np.ndarray) -> np.ndarray:
        """Return the coordinates [n, r] of features [n, D]."""
        return (features - self.mean) @ self.measure

    def without(self, basis: np.ndarray) -> "FewDimensions":
        """Return the dimensions that are orthogonal to a basis [r, k] of the white coordinates."""
        rest = np.linalg.svd(basis)[0][:, basis.shape[1] :]
        return FewDimensions(self.mean, self.measure @ rest, rest.T @ self.write)

    def then(self, inner: Transform) -> Transform:
        """Return the map of features [n, D] that applies ``inner`` to their coordinates, and goes back."""
        return lambda given: self.mean + inner(self.there(given)) @ self.write


def few_dimensions(features: np.ndarray, labels: np.ndarray, count: int) -> FewDimensions:
    """Keep the leading Fisher directions of labels, many of which have a few rows each; they hold for other labels.

    Args:
        features: float64 [n, D].
        labels: int [n].
        count: r.
    """
    _, codes = np.unique(labels, return_inverse=True)
    rows = np.bincount(codes)
    sums = np.zeros((len(rows), features.shape[1]))
    np.add.at(sums, codes, features)
    left = features - (sums / rows[:, None])[codes]
    within = left.T @ left / (len(features) - len(rows))
    total = np.cov(features.T)
    directions = eigh(total, within + RIDGE * np.trace(within) / len(within) * np.eye(len(within)))[1][:, ::-1]
    kept = directions[:, :count]
    measure = kept @ np.linalg.cholesky(np.linalg.inv(kept.T @ total @ kept))
    return FewDimensions(features.mean(0), measure, measure.T @ total)


def remove_gradients(few: FewDimensions, features: np.ndarray, codes: np.ndarray, count: int) -> FewDimensions:
    """Leave out the factor's mean difference, and then the directions along which small MLPs change most.

    These are the leading directions of the gradients' mean outer product (Samarov 1993).

    Args:
        few: the dimensions, white in ``features``.
        features: float64 [n, D].
        codes: int [n], 0 and 1.
        count: of the directions beside the mean difference.
    """
    coordinates = few.there(features)
    rest = few.without((coordinates.T @ (codes - codes.mean()))[:, None])
    inputs, weights = rest.there(features), np.where(codes == 1, 1 / codes.mean(), 1 / (1 - codes.mean()))
    products = np.zeros((inputs.shape[1], inputs.shape[1]))
    for seed in range(NETWORKS):
        network = fit_network(inputs, codes, "binary", WIDTH, EPOCHS, seed)
        given = torch.from_numpy(inputs).float().requires_grad_(True)
        gradients = torch.autograd.grad(network(given).sum(), given)[0].double().numpy()
        products += (gradients * weights[:, None]).T @ gradients
    return rest.without(np.linalg.eigh(products)[1][:, -count:])


def transport(features: np.ndarray, codes: np.ndarray) -> Transform:
    """Return the map that moves both classes of a factor to one normal distribution, of their pooled covariance.

    Each class has its optimal transport map between normal distributions (Dowson and Landau 1982); a row goes by both,
    weighted by what a logistic regression says of its class, since the class is not known where the map is applied.
    """
    mean, deviation = features.mean(0), features.std(0)
    model = LogisticRegression(C=0.01, class_weight="balanced", max_iter=500)
    model.fit((features - mean) / deviation, codes)
    means = np.stack([features[codes == code].mean(0) for code in (0, 1)])
    pooled = np.cov((features - means[codes]).T)
    maps = []
    for code in (0, 1):
        shrunk = min(1.0, SHRUNK / 10 / (codes == code).mean())
        covariance = (1 - shrunk) * np.cov(features[codes == code].T) + shrunk * pooled
        root, inverse = _roots(covariance)
        maps.append(inverse @ _roots(root @ pooled @ root)[0] @ inverse)

    def transform(given: np.ndarray) -> np.ndarray:
        share = model.predict_proba((given - mean) / deviation)[:, 1:]
        moved = [mean + (given - center) @ matrix.T for center, matrix in zip(means, maps, strict=True)]
        return (1 - share) * moved[0] + share * moved[1]

    return transform


def then_leace(first: Transform, features: np.ndarray, codes: np.ndarray) -> Transform:
    """Return a map followed by LEACE of what it leaves of the factor."""
    linear = Eraser().fit(first(features), codes)
    return lambda given: linear.transform(first(given))


def _roots(matrix: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the square root of a covariance matrix, and its inverse; eigenvalues below 1e-6 of the mean are raised."""
    values, vectors = np.linalg.eigh(matrix)
    roots = np.sqrt(np.maximum(values, 1e-6 * values.mean()))
    return (vectors * roots) @ vectors.T, (vectors / roots) @ vectors.T


def fit_network(
    features: np.ndarray, values: np.ndarray, kind: str, width: int, epochs: int, seed: int = 0
) -> torch.nn.Module:
    """Fit an MLP of two hidden layers, classes weighing alike."""
    torch.manual_seed(seed)
    layers = [torch.nn.Linear(features.shape[1], width), torch.nn.ReLU(), torch.nn.Linear(width, width),
              torch.nn.ReLU(), torch.nn.Linear(width, 1)]  # fmt: skip
    network = torch.nn.Sequential(*layers)
    optimizer = torch.optim.AdamW(network.parameters(), 1e-3, weight_decay=0.05)
    inputs, targets = torch.from_numpy(features).float(), torch.from_numpy(values).float()
    weight = (1 - targets.mean()) / targets.mean() if kind == "binary" else None
    order = torch.Generator().manual_seed(seed)
    for batch in (chunk for _ in range(epochs) for chunk in torch.randperm(len(inputs), generator=order).split(BATCH)):
        outputs = network(inputs[batch])[:, 0]
        loss = (
            torch.nn.functional.mse_loss(outputs, targets[batch])
            if weight is None
            else torch.nn.functional.binary_cross_entropy_with_logits(outputs, targets[batch], pos_weight=weight)
        )
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return network.eval()
