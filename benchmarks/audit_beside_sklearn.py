"""An audit beside a script of scikit-learn with the same questions: python -m benchmarks.audit_beside_sklearn [COUNT].

20,000 × 512 features with 40 binary factors, whole groups in train, validation and test. Of each factor: a linear SVM
(seven values of C), nearest neighbors (three numbers of them) and a perceptron, each chosen on validation by balanced
accuracy; of each on test 1,000 bootstraps over groups, and 999 permutations of the groups' predictions for a p-value.
Every probe of scikit-learn has its fastest exact settings here: the primal of LinearSVC, brute-force neighbors that are
searched once for all three numbers, a perceptron that stops early; the resampling is NumPy on sums over groups. It is
measured on a few factors (2, or COUNT) and scaled to 40; both in user time of one thread. Balanced errors of the same
factors stand beside the times. Writes results/bench/audit_sklearn.csv.
"""

import os
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.metrics import balanced_accuracy_score
from sklearn.neighbors import NearestNeighbors
from sklearn.neural_network import MLPClassifier
from sklearn.svm import LinearSVC
from threadpoolctl import threadpool_limits

from benchmarks.audit_speed import AUDITS, write_files
from benchmarks.timing import cpu_seconds, report
from exoprobe.audit_stages import write_dataset
from exoprobe.audit_steps import AuditSteps
from exoprobe.compute import prepare
from exoprobe.config.audit_settings import AuditedRepresentation, AuditSettings
from exoprobe.datasets.column_roles import Roles
from exoprobe.datasets.samples import read_samples
from exoprobe.evaluation.audit_scores import audit_scores

COUNT = 2  # factors
CS = tuple(10.0**power for power in range(-5, 2))
NEIGHBORS, HIDDEN = (5, 15, 50), 32
PERMUTATIONS, BOOTSTRAPS = 999, 1_000
PROBES = ("linear", "knn", "mlp")


class PeerAudit:
    """The script of scikit-learn.

    Args:
        features: float32 [N, D].
        groups: [N].
        splits: [N], train, validation or test.
    """

    def __init__(self, features: np.ndarray, groups: np.ndarray, splits: np.ndarray) -> None:
        train = features[splits == "train"]
        scaled = (features - train.mean(0)) / train.std(0)
        self.sides = {split: scaled[splits == split] for split in ("train", "validation", "test")}
        self.rows = {split: splits == split for split in self.sides}
        self.groups = np.unique(groups[self.rows["test"]], return_inverse=True)[1]
        normed = {split: side / np.linalg.norm(side, axis=1, keepdims=True) for split, side in self.sides.items()}
        search = NearestNeighbors(n_neighbors=max(NEIGHBORS), algorithm="brute").fit(normed["train"])
        self.neighbors = {
            split: search.kneighbors(normed[split], return_distance=False) for split in ("validation", "test")
        }

    def factor(self, values: np.ndarray, seed: int) -> dict[str, float]:
        """Return the balanced error of each probe of a factor, bool [N], after its resampling."""
        true = {split: values[rows] for split, rows in self.rows.items()}
        predicted = {"linear": self._linear(true), "knn": self._knn(true), "mlp": self._mlp(true)}
        random = np.random.default_rng(seed)
        for guess in predicted.values():
            self._bootstrap(true["test"], guess, random)
            self._permute(true["test"], guess, random)
        return {probe: 1 - balanced_accuracy_score(true["test"], guess) for probe, guess in predicted.items()}

    def _linear(self, true: dict[str, np.ndarray]) -> np.ndarray:
        models = [LinearSVC(C=C, class_weight="balanced", dual=False) for C in CS]
        fitted = [model.fit(self.sides["train"], true["train"]) for model in models]
        return self._best(
            true, [{split: model.predict(side) for split, side in self.sides.items()} for model in fitted]
        )

    def _knn(self, true: dict[str, np.ndarray]) -> np.ndarray:
        share = true["train"].mean()
        votes = np.where(true["train"], 1 / share, -1 / (1 - share))
        return self._best(
            true,
            [
                {split: votes[nearest[:, :count]].sum(1) > 0 for split, nearest in self.neighbors.items()}
                for count in NEIGHBORS
            ],
        )

    def _mlp(self, true: dict[str, np.ndarray]) -> np.ndarray:
        random = np.random.default_rng(0)
        present, absent = (np.flatnonzero(true["train"] == value) for value in (True, False))
        most = max(len(present), len(absent))
        rows = np.concatenate([np.resize(random.permutation(rows), most) for rows in (present, absent)])  # balanced
        model = MLPClassifier((HIDDEN,), early_stopping=True, n_iter_no_change=3, batch_size=256, random_state=0)
        return model.fit(self.sides["train"][rows], true["train"][rows]).predict(self.sides["test"])

    @staticmethod
    def _best(true: dict[str, np.ndarray], candidates: Sequence[dict[str, np.ndarray]]) -> np.ndarray:
        skills = [balanced_accuracy_score(true["validation"], each["validation"]) for each in candidates]
        return candidates[int(np.argmax(skills))]["test"]

    def _bootstrap(self, true: np.ndarray, guess: np.ndarray, random: np.random.Generator) -> np.ndarray:
        """Return the 95 % interval of the balanced accuracy over groups."""
        columns = [true, ~true, true & guess, ~true & ~guess]
        sums = np.stack([np.bincount(self.groups, column) for column in columns], axis=1)
        count = len(sums)
        weights = random.multinomial(count, np.full(count, 1 / count), BOOTSTRAPS)
        present, absent, hits, rejections = (weights @ sums).T
        return np.quantile((hits / present + rejections / absent) / 2, [0.025, 0.975])

    def _permute(self, true: np.ndarray, guess: np.ndarray, random: np.random.Generator) -> float:
        """Return the p-value of predictions that are permuted between groups of the same size."""
        order = np.argsort(self.groups, kind="stable")
        size = len(order) // (self.groups.max() + 1)  # the same of all groups
        true, guesses = true[order], guess[order].reshape(-1, size)
        drawn = np.stack([guesses[random.permutation(len(guesses))].ravel() for _ in range(PERMUTATIONS)])
        observed, permuted = (
            (each[:, true].mean(1) + (~each[:, ~true]).mean(1)) / 2 for each in (guess[order][None], drawn)
        )
        return float((1 + (permuted >= observed).sum()) / (1 + PERMUTATIONS))


def audit(
    settings: AuditSettings, files: dict[str, list[Path]], table: Path, work: Path
) -> tuple[AuditSteps, pd.DataFrame]:
    """Probe every factor with all general probes, one more than the peer has, and score them; return the scores."""
    dataset = write_dataset(settings, files, table, work)
    steps = AuditSteps(settings, "features", dataset, files["features"])
    steps.import_features()
    steps.probe_first()
    steps.probe_rest()
    tables = audit_scores(
        dataset.samples, dataset.factors, {"features": steps.probes}, margin=0.1, permutations=PERMUTATIONS
    )
    return steps, tables["scores"]


def main() -> None:
    """Measure both, and print the ratio."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else COUNT
    rows, dimension, binary, _ = AUDITS["small"]
    prepare(threads=1)
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    with tempfile.TemporaryDirectory(dir="results") as name, threadpool_limits(1):
        folder = Path(name)
        write_files(folder, rows, dimension, binary, 0)
        settings = AuditSettings(
            {"features": AuditedRepresentation("features", ("features.npy",))},
            "factors.csv",
            Roles(group="person", label="person"),
            device="cpu",
        )
        files = {"features": [folder / "features.npy"]}
        ours, (steps, scores) = cpu_seconds(lambda: audit(settings, files, folder / "factors.csv", folder))
        columns = read_samples(steps.dataset.samples, ["group", "split"])
        values = pd.read_csv(folder / "factors.csv").drop(columns="person") == "yes"
        features = np.load(folder / "features.npy")
        shared, peer = cpu_seconds(lambda: PeerAudit(features, columns["group"], columns["split"]))
        chosen = np.linspace(0, binary - 1, count).round().astype(int)
        each, errors = cpu_seconds(lambda: [peer.factor(values.iloc[:, index].to_numpy(), index) for index in chosen])
    theirs = shared + each / count * binary
    table = pd.DataFrame(
        {
            "comparison": "audit beside scikit-learn",
            "side": ["exoprobe", f"scikit-learn, scaled from {count} factors"],
            "cpu_seconds": [ours, theirs],
            "ours_by_this": [1.0, theirs / ours],
        }
    )
    balanced = scores.set_index(["factor", "probe"])["balanced_accuracy"]
    for probe in PROBES:
        table[f"{probe}_error"] = [
            np.mean([1 - balanced[values.columns[index], probe] for index in chosen]),
            np.mean([error[probe] for error in errors]),
        ]
    report("audit_sklearn", table)


if __name__ == "__main__":
    main()
