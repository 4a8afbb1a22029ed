"""What is left of an erased factor, against what is left of recognition: python -m benchmarks.removal_curve [DATASET …]

Datasets (by default those whose features are there):
    digits    PAIR-LeNet's features of rotated digits (after snakemake features); erased: the angle
    celeba    dlib's 256-d features (after snakemake results/features/celeba/dlib/penultimate.parquet, with CelebA in
              config.yaml); erased: eyeglasses, smiling and sex

Erasers are fitted on 45 % of the groups, fresh probes on another 35 %, which no eraser has seen, and everything is
measured on the last 20 %: skill by a linear model, nearest neighbors, a wide MLP and gradient-boosted trees: the best
counts; verification by cosine; label accuracy by class means. 95 % intervals are over groups. Erasers: LEACE by
shares; IGBP (Iskander, Radinsky and Belinkov 2023), which moves features to the boundary of one MLP after the other;
transport of both classes to one normal distribution; and all but the label. Writes results/bench/removal_curve.csv and
removal_curve.png.
"""

import sys
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import torch
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
from sklearn.linear_model import LogisticRegression, LogisticRegressionCV, RidgeCV
from sklearn.neighbors import KNeighborsClassifier, KNeighborsRegressor
from tqdm import tqdm

from benchmarks.removal_figure import draw_removal_curve, markdown
from exoprobe import Eraser
from exoprobe.datasets.factors import Factor
from exoprobe.datasets.samples import read_samples
from exoprobe.evaluation.bootstrap import Bootstrap, score
from exoprobe.evaluation.intervals import interval
from exoprobe.evaluation.recognition import Estimate, label_accuracy
from exoprobe.evaluation.verification import verification, verification_rows
from exoprobe.features.blocks import FileBlocks, gather
from exoprobe.io.files import atomic_write

OUTPUT = Path("results/bench/removal_curve.csv")
DIGITS = Path("results/data/mnist/samples.parquet"), Path("results/features/mnist/pair_lenet/seed0/ip1.parquet")
CELEBA = Path("results/data/celeba/samples.parquet"), Path("results/features/celeba/dlib/penultimate.parquet")
SHARES = (0.45, 0.8)  # of the groups: eraser, then probes, then test
SOURCES = 4_900  # digits, in seven rotations each
ALPHAS = (0.5, 1.0)
NETWORKS = 20
SHRUNK = 0.15  # of a class's covariance matrix to the pooled one, where the class has a tenth of the rows
NEIGHBORS, WIDTH, EPOCHS, BATCH, BOUNDARY_WIDTH = 25, 512, 15, 256, 128
TREES = {"max_iter": 40, "max_leaf_nodes": 15, "learning_rate": 0.15, "random_state": 0}

Transform = Callable[[np.ndarray], np.ndarray]


@dataclass(frozen=True)
class Data:
    """Features float32 [n, D], a factor of them, groups [n], labels int [n], and the rows of each split, bool [n]."""

    name: str
    features: np.ndarray
    factor: Factor
    groups: np.ndarray
    labels: np.ndarray

    def split(self, index: int) -> np.ndarray:
        """Return the rows of the erasers (0), the probes (1) or the test (2); whole groups, drawn at random."""
        names, of_rows = np.unique(self.groups, return_inverse=True)
        turns = np.random.default_rng(0).permutation(len(names)) / len(names)
        rows: np.ndarray = np.searchsorted(SHARES, turns, side="right")[of_rows] == index
        return rows


def digits() -> Iterator[Data]:
    """Yield rotated digits."""
    samples, features = DIGITS
    columns = read_samples(samples, ["label", "angle", "group"])
    drawn = np.random.default_rng(0).choice(np.unique(columns["group"]), SOURCES, replace=False)
    rows = np.isin(columns["group"], drawn)
    angle = Factor("angle", "continuous", columns["angle"][rows].astype(float))
    yield Data("digits", gather(FileBlocks(features, rows)), angle, columns["group"][rows], columns["label"][rows])


def celeba() -> Iterator[Data]:
    """Yield faces, once for each attribute; labels are identities."""
    samples, features = CELEBA
    attributes = ("Eyeglasses", "Smiling", "Male")
    columns = read_samples(samples, ["group", *attributes])
    everything = gather(FileBlocks(features))
    for attribute in attributes:
        factor = Factor(attribute, "binary", (columns[attribute] > 0).astype(float), ("no", "yes"))
        yield Data("celeba", everything, factor, columns["group"], columns["group"])


def erasers(data: Data) -> Iterator[tuple[str, float, Transform]]:
    """Yield the name of each eraser, its strength and what it does to features [n, D], fitted on its rows."""
    rows = data.split(0)
    features, values, labels = data.features[rows].astype(np.float64), data.factor.values[rows], data.labels[rows]
    erased = values if data.factor.kind == "continuous" else values.astype(int)
    yield "nothing", 0.0, lambda given: given
    for alpha in ALPHAS:
        yield "LEACE", alpha, Eraser(alpha).fit(features, erased).transform
    if data.factor.kind == "binary":
        for name, nonlinear in (
            ("IGBP", move_to_boundaries(features, values)),
            ("transport", transport(features, erased)),
        ):
            linear = Eraser().fit(nonlinear(features), erased)
            yield f"{name}, then LEACE", 1.0, lambda given, f=nonlinear, g=linear: g.transform(f(given))
    if len(np.unique(labels)) <= data.features.shape[1]:
        yield "all but the label", 1.0, Eraser().fit(features, keep=labels).transform


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


def _roots(matrix: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the square root of a covariance matrix, and its inverse; eigenvalues below 1e-6 of the mean are raised."""
    values, vectors = np.linalg.eigh(matrix)
    roots = np.sqrt(np.maximum(values, 1e-6 * values.mean()))
    return (vectors * roots) @ vectors.T, (vectors / roots) @ vectors.T


def move_to_boundaries(features: np.ndarray, values: np.ndarray) -> Transform:
    """Return IGBP: in each of 20 rounds an MLP learns the factor, and features go to its boundary by its gradient."""
    mean, deviation = features.mean(0), features.std() + 1e-12
    moved = torch.from_numpy((features - mean) / deviation).float()
    networks = []
    for seed in range(NETWORKS):
        networks.append(fit_network(moved.numpy(), values, "binary", BOUNDARY_WIDTH, seed))
        moved = _to_boundary(networks[-1], moved)

    def transform(given: np.ndarray) -> np.ndarray:
        erased = torch.from_numpy((given - mean) / deviation).float()
        for network in networks:
            erased = _to_boundary(network, erased)
        return erased.numpy() * deviation + mean

    return transform


def _to_boundary(network: torch.nn.Module, features: torch.Tensor) -> torch.Tensor:
    given = features.clone().requires_grad_(True)
    output = network(given)[:, 0]
    (gradient,) = torch.autograd.grad(output.sum(), given)
    step = output.detach() / gradient.square().sum(1).clamp_min(1e-6)
    return features - step[:, None] * gradient


def fit_network(features: np.ndarray, values: np.ndarray, kind: str, width: int, seed: int = 0) -> torch.nn.Module:
    """Fit an MLP of two hidden layers, classes weighing alike."""
    torch.manual_seed(seed)
    layers = [torch.nn.Linear(features.shape[1], width), torch.nn.ReLU(), torch.nn.Linear(width, width),
              torch.nn.ReLU(), torch.nn.Linear(width, 1)]  # fmt: skip
    network = torch.nn.Sequential(*layers)
    optimizer = torch.optim.AdamW(network.parameters(), 1e-3, weight_decay=0.05)
    inputs, targets = torch.from_numpy(features).float(), torch.from_numpy(values).float()
    weight = (1 - targets.mean()) / targets.mean() if kind == "binary" else None
    order = torch.Generator().manual_seed(seed)
    for batch in (chunk for _ in range(EPOCHS) for chunk in torch.randperm(len(inputs), generator=order).split(BATCH)):
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


def predictions(data: Data, erased: np.ndarray) -> Iterator[tuple[str, np.ndarray]]:
    """Yield each fresh probe's name and what it predicts on test [m]; above 0 is yes, for a binary factor."""
    train, test = data.split(1), data.split(2)
    center, scale = erased[train].mean(0), erased[train].std(0)
    scaled = (erased - center) / np.where(scale > 1e-9 * scale.max(), scale, np.inf)
    fitted, asked, values = scaled[train], scaled[test], data.factor.values[train]
    if data.factor.kind == "binary":
        linear = LogisticRegressionCV(Cs=[1e-4, 1e-2, 1.0], class_weight="balanced", cv=3, max_iter=300)
        yield "linear", linear.fit(fitted, values).decision_function(asked)
        near = KNeighborsClassifier(NEIGHBORS, metric="cosine").fit(fitted, values)
        yield "nearest neighbors", near.predict_proba(asked)[:, 1] - values.mean()
        trees = HistGradientBoostingClassifier(class_weight="balanced", **TREES)
        yield "trees", trees.fit(fitted, values).predict_proba(asked)[:, 1] - 0.5
    else:
        yield "linear", RidgeCV(np.logspace(-1, 5, 7)).fit(fitted, values).predict(asked)
        yield "nearest neighbors", KNeighborsRegressor(NEIGHBORS, metric="cosine").fit(fitted, values).predict(asked)
        trees = HistGradientBoostingRegressor(**TREES)
        yield "trees", trees.fit(fitted, values).predict(asked)
    deviation = values.std() if data.factor.kind == "continuous" else 1.0
    network = fit_network(fitted, values / deviation, data.factor.kind, WIDTH)
    with torch.no_grad():
        yield "wide MLP", network(torch.from_numpy(asked).float())[:, 0].numpy() * deviation


def recognition(data: Data, erased: np.ndarray) -> dict[str, Estimate]:
    """Return verification by cosine, and label accuracy where test has labels of the erasers' rows."""
    test, fitted = data.split(2), data.split(0)
    features, labels, groups = erased[test], data.labels[test], data.groups[test]
    rows, same = verification_rows(labels, groups), bool((data.labels == data.groups).all())
    measures = verification(features[rows], labels[rows], groups[rows], label_is_group=same)
    if not same:
        names = np.unique(data.labels)
        means = np.stack([erased[fitted & (data.labels == name)].mean(0) for name in names])
        measures["label_accuracy"] = label_accuracy(means, names, features, labels, groups)
    return measures


def curve(data: Data) -> Iterator[dict[str, object]]:
    """Yield a row per eraser, strength, and measure: of each probe its skill, and each measure of recognition."""
    test = data.split(2)
    bootstrap, truth = Bootstrap(data.groups[test]), data.factor.values[test]
    before: dict[str, Estimate] = {}
    for name, strength, transform in erasers(data):
        run = {"dataset": data.name, "factor": data.factor.name, "eraser": name, "strength": strength}
        erased = np.asarray(transform(data.features), np.float32)
        for probe, predicted in predictions(data, erased):
            result = score(data.factor, truth, predicted[:, None], float(np.median(truth)), bootstrap)
            for measure in ("skill",) if data.factor.kind == "binary" else ("skill", "mae"):
                yield {**run, "probe": probe, "measure": measure, "value": result.value(measure),
                       **dict(zip(("low", "high"), result.interval(measure), strict=True))}  # fmt: skip
        count = len(np.unique(data.groups[test]))
        for measure, estimate in recognition(data, erased).items():
            first = before.setdefault(measure, estimate)
            ends, change = interval(estimate.draws, count), interval(estimate.draws - first.draws, count)
            yield {**run, "probe": "", "measure": measure, "value": estimate.value, "low": ends[0], "high": ends[1],
                   "change": estimate.value - first.value, "change_low": change[0], "change_high": change[1],
                   }  # fmt: skip


def main() -> None:
    """Measure the datasets that are named, or all, and print and write the curves."""
    warnings.simplefilter("ignore")
    known = {"digits": (digits, DIGITS), "celeba": (celeba, CELEBA)}
    rows = []
    for name in sys.argv[1:] or [name for name, (_, files) in known.items() if all(file.exists() for file in files)]:
        for data in known[name][0]():
            for row in tqdm(curve(data), f"{name}, {data.factor.name}"):
                rows.append(row)
                print(*(f"{value:.3f}" if isinstance(value, float) else value for value in row.values()), flush=True)
    table = pd.DataFrame(rows)
    if OUTPUT.exists():
        before = pd.read_csv(OUTPUT, keep_default_na=False, na_values=[""])
        before["probe"] = before["probe"].fillna("")
        table = pd.concat([before[~before["dataset"].isin(table["dataset"])], table], ignore_index=True)
    with atomic_write(OUTPUT) as temporary:
        table.to_csv(temporary, index=False)
    draw_removal_curve(table, OUTPUT.with_suffix(".png"))
    print(*markdown(table), sep="\n")


if __name__ == "__main__":
    main()
