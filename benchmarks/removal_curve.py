"""What is left of an erased factor, against what is left of recognition: python -m benchmarks.removal_curve [DATASET …]

Datasets (by default those whose features are there):
    digits    PAIR-LeNet's features of rotated digits (after snakemake features); erased: the angle
    celeba    dlib's 256-d features (after snakemake results/features/celeba/dlib/penultimate.parquet, with CelebA in
              config.yaml); erased: eyeglasses, smiling and sex

Erasers are fitted on 45 % of the groups, fresh probes on another 35 %, which no eraser has seen, and everything is
measured on the last 20 %: skill by a linear model, nearest neighbors, a wide MLP and gradient-boosted trees: the best
counts; verification by cosine; label accuracy by class means. 95 % intervals are over groups. Erasers: LEACE by
shares; all but the label; and of faces the 64 or 32 dimensions that separate people best, and in them LEACE alone,
or without the two directions along which small MLPs change most, or after transport of both classes to one normal
distribution. Beside them, what the true sex alone predicts. Writes results/bench/removal_curve.csv and
removal_curve.png.
"""

import sys
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import torch
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
from sklearn.linear_model import LogisticRegressionCV, RidgeCV
from sklearn.neighbors import KNeighborsClassifier, KNeighborsRegressor
from tqdm import tqdm

from benchmarks.removal_erasers import Transform, few_dimensions, fit_network, remove_gradients, then_leace, transport
from benchmarks.removal_figure import FLOOR, draw_removal_curve, markdown
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
SEX = "Male"
SHARES = (0.45, 0.8)  # of the groups: eraser, then probes, then test
SOURCES = 4_900  # digits, in seven rotations each
SHARE = 0.5  # of an erasure
DIMENSIONS = (64, 32)  # that are kept of those that separate people
GRADIENTS = 2  # directions that are left out beside the mean difference
NEIGHBORS, WIDTH, EPOCHS = 25, 512, 15
TREES = {"max_iter": 40, "max_leaf_nodes": 15, "learning_rate": 0.15, "random_state": 0}


@dataclass(frozen=True)
class Data:
    """Features float32 [n, D], a factor, groups [n], labels int [n], sex [n] or none, and the rows of each split."""

    name: str
    features: np.ndarray
    factor: Factor
    groups: np.ndarray
    labels: np.ndarray
    sex: np.ndarray | None = None

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
    attributes = ("Eyeglasses", "Smiling", SEX)
    columns = read_samples(samples, ["group", *attributes])
    everything = gather(FileBlocks(features))
    for attribute in attributes:
        factor = Factor(attribute, "binary", (columns[attribute] > 0).astype(float), ("no", "yes"))
        yield Data("celeba", everything, factor, columns["group"], columns["group"], (columns[SEX] > 0).astype(float))


def erasers(data: Data) -> Iterator[tuple[str, float, Transform]]:
    """Yield the name of each eraser, its strength and what it does to features [n, D], fitted on its rows."""
    rows = data.split(0)
    features, values, labels = data.features[rows].astype(np.float64), data.factor.values[rows], data.labels[rows]
    erased = values if data.factor.kind == "continuous" else values.astype(int)
    yield "nothing", 0.0, lambda given: given
    yield "LEACE", 1.0, Eraser().fit(features, erased).transform
    if len(np.unique(labels)) <= data.features.shape[1]:
        yield "LEACE", SHARE, Eraser(SHARE).fit(features, erased).transform
        yield "all but the label", 1.0, Eraser().fit(features, keep=labels).transform
        return
    for count in DIMENSIONS:
        few = few_dimensions(features, labels, count)
        rest, inside = remove_gradients(few, features, erased, GRADIENTS), few.there(features)
        for name, transform in (
            ("LEACE", few.then(Eraser().fit(inside, erased).transform)),
            ("gradients", rest.then(Eraser().fit(rest.there(features), erased).transform)),
            ("transport, LEACE", few.then(then_leace(transport(inside, erased), inside, erased))),
        ):
            yield f"few dimensions, {name}", count, transform
    if data.sex is not None and data.factor.name != SEX:
        sex = data.sex[:, None]
        yield FLOOR, 0.0, lambda given: sex


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
    network = fit_network(fitted, values / deviation, data.factor.kind, WIDTH, EPOCHS)
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
