"""Tables of an audit that never was, consistent with one another, for the page's tests and for looking at it.

python -m tests.unit.report.synthetic FOLDER [factors] [representations]    writes FOLDER/index.html
"""

import json
import sys
from pathlib import Path

import numpy as np
import pandas as pd

from exoprobe.evaluation.tiers import tier_table
from exoprobe.report.page import write_page
from exoprobe.report.tables import COLUMNS
from tests.unit.report.synthetic_details import VALUES, Details

PROBES = ("linear", "knn", "fourier", "mlp")
KINDS = ("binary", "continuous", "categorical", "angle", "binary", "binary")
NAMES = ("smiling", "age", "hair color", "yaw", "glasses", "hat")
REPRESENTATIONS = {"vgg": "VGG-Face", "facenet": "FaceNet", "random": "random projection"}
BASELINES = {"binary": 0.5, "categorical": 2 / 3, "continuous": 9.5, "angle": 31.0}
MEASURES = ("label_accuracy", "verification_auc", "equal_error_rate")


class Audit(Details):
    """Draws an audit's tables; factor f leaks less the later it comes, the last representation is a control."""

    def __init__(self, names=NAMES, representations=REPRESENTATIONS, label=True, seeds=2, dimension=128):
        self.names, self.representations, self.label = list(names), dict(representations), label
        self.seeds, self.dimension, self.rng = seeds, dimension, np.random.default_rng(0)
        self.kinds = {name: KINDS[rank % len(KINDS)] for rank, name in enumerate(self.names)}
        self.control = list(self.representations)[-1] if len(self.representations) > 1 else None
        self.true = {
            (name, representation): self._skill(rank, representation)
            for rank, name in enumerate(self.names)
            for representation in self.representations
        }

    def _skill(self, rank, representation):
        index = list(self.representations).index(representation)
        fade = 0.1 if representation == self.control else 1 - 0.25 * index
        return fade * 0.85 * max(0, 1 - rank / (0.6 * len(self.names) + 1))

    def pairs(self):
        return [(name, representation) for name in self.names for representation in self.representations]

    def scores(self):
        rows = []
        for name, representation in self.pairs():
            for probe, factor in zip(PROBES, (0.9, 0.7, 0.8, 1.0), strict=True):
                skill = self.true[name, representation] * factor + self.rng.normal(0, 0.01)
                width = 0.03 + 0.05 * self.rng.random()
                rows.append(
                    {
                        "factor": name, "kind": self.kinds[name], "representation": representation,
                        "probe": probe, "skill": skill, "skill_low": skill - width, "skill_high": skill + width,
                        "skill_seed_sd": 0.011 if self.seeds > 1 else np.nan, "seeds": self.seeds,
                        "p": 0.001 if skill > width else 0.3, **self._metrics(self.kinds[name], skill, width),
                    }
                )  # fmt: skip
        return pd.DataFrame(rows)

    def _metrics(self, kind, skill, width):
        baseline = BASELINES[kind]
        found = {"baseline_error": baseline}
        if kind in ("binary", "categorical"):
            found |= _with_interval("balanced_accuracy", 1 - baseline * (1 - skill), baseline * width)
        if kind == "binary":
            found |= _with_interval("false_negative", 0.5 * (1 - skill) + 0.02, width / 2)
            found |= _with_interval("false_positive", 0.5 * (1 - skill) - 0.02, width / 2)
            found |= _with_interval("auc", 0.5 + skill / 2, width / 2)
        if kind in ("continuous", "angle"):
            found |= _with_interval("mae", baseline * (1 - skill), baseline * width)
        if kind == "continuous":
            found |= _with_interval("r2", skill, width)
        return found

    def verdicts(self, scores):
        best = scores.loc[scores.groupby(["factor", "representation"], sort=False)["skill"].idxmax()].copy()
        rows = len(best)
        leaks, narrow = best["skill_low"] > 0, best["skill_high"] < 0.1
        best["verdict"] = np.where(leaks, "leaks", np.where(narrow, "no evidence", "inconclusive"))
        best["how"] = np.where(leaks, "linearly", "")
        best["reason"] = np.where(
            leaks, "the best probe is better than a constant",
            "the interval includes 0")  # fmt: skip
        best["control"] = best["representation"] == self.control
        best["p_holm"] = np.minimum(1, best["p"] * len(self.names))
        best = best.assign(detectable=0.05, groups_needed=640, unit="person", test_rows=4000, test_groups=312)
        best["smallest_groups"] = 57
        known = best["skill"] * 0.95
        best = best.assign(known_skill=known, control_skill=0.05, selectivity=known - 0.05)
        assert len(best) == rows
        return best.sort_values("skill", ascending=False)

    def factors(self):
        rows = []
        for name, kind in self.kinds.items():
            values = ", ".join(VALUES.get(kind, ())) or ("−180 … 180" if kind == "angle" else "3 … 93.5")
            rows.append([name, kind, True, values, 19_800, 200, 11_800, 4_000, 4_000, 312, 57])
        return pd.DataFrame(rows, columns=COLUMNS["factors"].split())

    def differences(self, scores):
        rows, names = [], list(self.representations)
        wide = scores.set_index(["factor", "probe", "representation"])["skill"]
        for factor, kind in self.kinds.items():
            for probe in PROBES:
                for index, first in enumerate(names):
                    for second in names[index + 1 :]:
                        gap = wide[factor, probe, first] - wide[factor, probe, second]
                        rows.append([factor, kind, probe, first, second, gap, gap - 0.04, gap + 0.04, 0.01, 0.04])
        return pd.DataFrame(rows, columns=COLUMNS["differences"].split())

    def erasure(self, scores):
        before = scores.set_index(["factor", "representation", "probe"])["skill"]
        rows = []
        for erased, representation in self.pairs():
            for probed in self.names:
                for probe in PROBES if probed == erased else ("least squares",):
                    was = before[probed, representation, probe if probed == erased else "linear"]
                    nonlinear = 0.4 if probe in ("knn", "fourier", "mlp") else 0.0
                    skill = was * nonlinear if probed == erased else was * self.rng.uniform(0.7, 1)
                    change = skill - was
                    limits = [skill - 0.04, skill + 0.04, change, change - 0.03, change + 0.03]
                    at_baseline = probed == erased and not nonlinear
                    file = f"{representation}/{erased}.safetensors"
                    rows.append([representation, erased, probed, probe, was, skill, *limits, at_baseline, file])
        return pd.DataFrame(rows, columns=COLUMNS["erasure"].split())

    def recognition(self):
        rows = []
        for representation in self.representations if self.label else ():
            for measure, value in zip(MEASURES, (0.93, 0.98, 0.06), strict=True):
                for erased in ["", *self.names]:
                    change = self.rng.normal(-0.005, 0.004) if erased else np.nan
                    now = value + (change if erased else 0)
                    rows.append([representation, erased, measure, now, now - 0.01, now + 0.01,
                                 change, change - 0.004, change + 0.004, 4000, 312])  # fmt: skip
        return pd.DataFrame(rows, columns=COLUMNS["recognition"].split())

    def structure(self):
        label = 0.41 if self.label else np.nan
        rows = [[name, self.dimension, 11_800, 61.3, 0.52, label] for name in self.representations]
        return pd.DataFrame(rows, columns=COLUMNS["structure"].split())

    def scree(self):
        component = np.arange(1, min(100, self.dimension) + 1)
        singular = 900 / component**0.8
        share = singular**2 / np.sum(singular**2)
        spectra = [
            pd.DataFrame(
                {
                    "representation": name,
                    "component": component,
                    "singular_value": singular,
                    "variance_share": share,
                    "cumulative_share": np.cumsum(share),
                }
            )
            for name in self.representations
        ]
        return pd.concat(spectra)

    def geometry(self):
        rows = [
            [representation, name, self.kinds[name], 0.1 * self.true[name, representation], 1, 16, 32,
             self.true[name, representation], 17, 0.3 * self.true[name, representation]]
            for name, representation in self.pairs()
        ]  # fmt: skip
        return pd.DataFrame(rows, columns=COLUMNS["geometry"].split())

    def subspace(self):
        dimensions = [2**power for power in range(int(np.log2(self.dimension)) + 1)]
        rows = [
            [representation, name, basis, size, self.true[name, representation] * (1 - 0.9 / size**power)]
            for name, representation in self.pairs()
            for basis, power in (("components", 0.7), ("dimensions", 0.4))
            for size in dimensions
        ]
        return pd.DataFrame(rows, columns=COLUMNS["subspace"].split())

    def tables(self):
        """The tables by name, each with the contract's columns."""
        scores = self.scores()
        differences = self.differences(scores)
        sure = (differences["low"] > 0) | (differences["high"] < 0)
        differences = differences.assign(p_holm=np.where(sure, 0.02, 0.5))
        tiers = tier_table(differences, [self.control])
        drawn = {
            "factors": self.factors(), "scores": scores, "differences": differences,
            "verdicts": self.verdicts(scores).merge(tiers, on=["factor", "representation"], how="left"),
            "erasure": self.erasure(scores),
            "recognition": self.recognition(), "structure": self.structure(), "scree": self.scree(),
            "geometry": self.geometry(), "subspace": self.subspace(), "dimensions": self.dimensions(),
            "beyond": self.beyond(), "association": self.association(), "sensitivity": self.sensitivity(),
            "predicted": self.predicted(), "roc": self.roc(), "map": self.map(), "mapped": self.mapped(),
            "recognition_by": self.recognition_by(), "det": self.det(), "extremes": self.extremes(),
            "subgroups": self.subgroups(), "neighbors": self.neighbors(),
            "learning": self.learning(), "description_length": self.description_length(),
            "shift": self.shift(),
        }  # fmt: skip
        return {name: table.reindex(columns=COLUMNS[name].split()) for name, table in drawn.items()}

    def metadata(self):
        """What was audited."""
        return {
            "title": "Synthetic faces",
            "representations": {
                name: {"title": title, "files": [f"{name}.npy"], "dimension": self.dimension,
                       "control": name == self.control}
                for name, title in self.representations.items()
            },
            "factors_file": "factors.csv", "group": "person", "label": "identity" if self.label else None,
            "rows": {"train": 12_000, "validation": 4_000, "test": 4_000},
            "groups": {"train": 940, "validation": 311, "test": 312},
            "folds": 0,
            "left_out": ["17 rows of features have no row of factors."],
            "notes": [
                {"kind": "left_out", "column": None, "message": "17 rows of features have no row of factors."},
                {"kind": "unknown", "column": "age", "message": "age is 'NA' in 3 rows, read as unknown."},
                {"kind": "dates", "column": "taken", "message": "taken holds dates."},
            ],
            "columns": [
                {"column": name, "kind": kind, "reason": "its values", "change": f"kinds: {{{name}: continuous}}"}
                for name, kind in self.kinds.items()
            ],
            "pictures": [], "joined": "20,000 rows were joined by the column id.", "permutations": 999, "margin": 0.1,
            "version": "0.1.0", "neighbors_rows": 10_000, "label_is_group": False,
            "label_is_number": False,
        }  # fmt: skip


def _with_interval(name, value, width):
    return {name: value, f"{name}_low": value - width, f"{name}_high": value + width}


def write_audit(folder, audit=None, empty=(), **metadata):
    """Write an audit's tables and page; tables named in ``empty`` keep their header only.

    Returns:
        The page.
    """
    audit, folder = audit or Audit(), Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    paths = {}
    for name, table in audit.tables().items():
        paths[name] = folder / f"{name}.csv"
        (table.iloc[:0] if name in empty else table).to_csv(paths[name], index=False, float_format="%.6g")
    (folder / "metadata.json").write_text(json.dumps(audit.metadata() | metadata), encoding="utf-8")
    write_page(paths, folder / "metadata.json", folder / "index.html")
    return folder / "index.html"


if __name__ == "__main__":
    count, representations = (int(value) for value in (*sys.argv[2:4], "6", "3")[:2])
    names = [NAMES[rank] if rank < len(NAMES) else f"factor {rank + 1}" for rank in range(count)]
    networks = REPRESENTATIONS
    if representations > len(networks):
        networks = {f"layer{rank}": f"a network’s layer {rank + 1}" for rank in range(representations)}
    print(write_audit(sys.argv[1], Audit(names, dict(list(networks.items())[:representations]))))
