"""The synthetic audit's tables of what the parts of a factor show."""

from itertools import product

import numpy as np
import pandas as pd

from exoprobe.report.tables import COLUMNS

VALUES = {"binary": ("no", "yes"), "categorical": ("black", "blond", "brown")}


class Details:
    """Draws the tables from what :class:`tests.unit.report.synthetic.Audit` has drawn: ``true``, ``kinds``, ``rng``."""

    def dimensions(self):
        rows = []
        positions = np.arange(min(200, self.dimension))
        for name, representation in self.pairs():
            values = VALUES.get(self.kinds[name], [f"{low} … {low + 20}" for low in range(0, 100, 20)])
            for index, value in enumerate(values):
                centre = (index + 0.5) / len(values) * len(positions)
                bump = self.true[name, representation] * np.exp(-(((positions - centre) / len(positions) * 4) ** 2))
                activations = bump + self.rng.normal(0, 0.05, len(positions))
                rows += [[representation, name, value, *pair] for pair in zip(positions, activations, strict=True)]
        return pd.DataFrame(rows, columns=COLUMNS["dimensions"].split())

    def beyond(self):
        verdicts = ("encoded beyond", "only through", "not separable from", "inconclusive")
        rows = []
        for index, (name, representation) in enumerate(self.pairs()):
            skill, given = self.true[name, representation], self.names[(self.names.index(name) + 1) % len(self.names)]
            rows.append([name, self.kinds[name], representation, representation == self.control, given, "strongest",
                         0.6 * skill, skill, 0.4 * skill, 0.4 * skill - 0.05, 0.4 * skill + 0.05,
                         skill / 2, skill / 2 - 0.05, skill / 2 + 0.05, 0.001, 0.01,
                         verdicts[index % len(verdicts)], f"set against {given}", 4000, 312])  # fmt: skip
        return pd.DataFrame(rows, columns=COLUMNS["beyond"].split())

    def shift(self):
        verdicts = (("hurts", 0.08), ("no drop shown", 0.01), ("inconclusive", 0.09), ("not separable", np.nan))
        rows = []
        for index, (name, representation) in enumerate(self.pairs() if self.label else ()):
            verdict, drop = verdicts[index % len(verdicts)]
            half = 0.03 if verdict != "inconclusive" else 0.1
            p = 0.001 if verdict == "hurts" else 0.4
            rows.append({
                "factor": name, "kind": self.kinds[name], "representation": representation,
                "control": representation == self.control, "levels": 4, "left_out": "", "factor_skill": 0.11,
                "label_skill": 0.81, "label_low": 0.78, "label_high": 0.84,
                "seen": 0.8, "seen_low": 0.77, "seen_high": 0.83, "unseen": 0.8 - drop, "unseen_low": 0.77 - drop,
                "unseen_high": 0.83 - drop, "drop": drop, "drop_low": drop - half, "drop_high": drop + half,
                "p": p if drop == drop else np.nan, "p_holm": p, "worst": "third", "worst_drop": 2 * drop,
                **{f"{name}{end}": -0.2 + by for name in ("apd", "nipd")
                   for end, by in (("", 0), ("_low", -0.05), ("_high", 0.05))},
                "verdict": verdict, "reason": f"it is {verdict}", "rows": 4000, "groups": 312,
            })  # fmt: skip
        return pd.DataFrame(rows, columns=COLUMNS["shift"].split())

    def association(self):
        rows = [
            [first, second, "Cramér's V", 1 / (2 + index), 20_000]
            for index, first in enumerate(self.names)
            for second in self.names[index + 1 :]
        ]
        rows += [[*row[:2], "Theil's U", *row[3:]] for row in rows]
        return pd.DataFrame(rows, columns=COLUMNS["association"].split())

    def sensitivity(self):
        rows = [
            [representation, name, direction, skill, 20, min(1.0, 10 * skill), 0.08, 640]
            for representation in self.representations
            for name in self.names
            for direction in ("largest", "middle", "smallest", "nonlinear")
            for skill in (0.05, 0.1, 0.2, 0.4)
        ]
        return pd.DataFrame(rows, columns=COLUMNS["sensitivity"].split())

    def predicted(self):
        rows = []
        for name, representation in self.pairs():
            skill, kind = self.true[name, representation], self.kinds[name]
            columns = [name, kind, representation, "mlp"]
            for true, guess in product(VALUES.get(kind, ()), repeat=2):
                share = skill * (true == guess) + (1 - skill) / 2
                rows.append([*columns, "true", true, guess, np.nan, np.nan, round(300 * share)])
            for true in () if kind in VALUES else range(-40, 41, 10):
                mean = skill * true
                rows.append([*columns, "true", f"{true}", f"{mean:.6g}", mean - 9, mean + 9, 400])
                rows.append([*columns, "predicted", f"{0.9 * mean:.6g}", f"{mean:.6g}", np.nan, np.nan, 400])
        return pd.DataFrame(rows, columns=COLUMNS["predicted"].split())

    def roc(self):
        rows = [
            [name, representation, "mlp", false, false ** (1 - self.true[name, representation] / 1.2)]
            for name, representation in self.pairs()
            if self.kinds[name] == "binary"
            for false in np.linspace(0, 1, 20)
        ]
        return pd.DataFrame(rows, columns=COLUMNS["roc"].split())

    def recognition_by(self):
        rows = []
        for name, representation in self.pairs() if self.label else ():
            for index, value in enumerate(VALUES.get(self.kinds[name], ("3 … 20", "21 … 93"))):
                error = 0.05 + 0.02 * index + 0.01 * self.true[name, representation]
                apart = 0.02 if index else -0.02
                rows.append([representation, name, value, "equal_error_rate", error, error - 0.01, error + 0.01,
                             apart, apart - 0.01, apart + 0.01, 700, 120])  # fmt: skip
        return pd.DataFrame(rows, columns=COLUMNS["recognition_by"].split())

    def det(self):
        rates = np.geomspace(1e-4, 0.5, 12)
        rows = [
            [representation, rate, missed, 0.9 * missed, 1.1 * missed]
            for index, representation in enumerate(self.representations if self.label else ())
            for rate, missed in zip(rates, 0.02 * (1 + index) * rates**-0.3, strict=True)
        ]
        return pd.DataFrame(rows, columns=COLUMNS["det"].split())

    def extremes(self):
        rows = [
            [
                representation,
                name,
                end,
                f"image{row}",
                VALUES.get(self.kinds[name], ["12.5"])[0],
                sign * (0.9 - row / 9),
            ]
            for name, representation in self.pairs()
            for end, sign in (("most", 1), ("least", -1))
            for row in range(5)
        ]
        return pd.DataFrame(rows, columns=COLUMNS["extremes"].split())

    def subgroups(self):
        rows = [
            [
                representation,
                name,
                "mlp",
                f"{other} = yes",
                skill,
                skill - 0.1,
                min(1, skill + 0.1),
                0.8 * skill,
                0.2 * skill,
                0.2 * skill - 0.1,
                0.2 * skill + 0.1,
                400,
                60,
            ]
            for (name, representation), skill in self.true.items()
            for other in [*self.names[:1], "site = B and age"]
        ]
        return pd.DataFrame(rows, columns=COLUMNS["subgroups"].split())

    def neighbors(self):
        rows = [
            [representation, name, measure, 1 - skill, 0.9 - skill, 1.1 - skill, 0.4, 20, 0.9]
            for (name, representation), skill in self.true.items()
            for measure in ("robustness_index", "mari", "croma", "ilisi", "kbet_per_label", "bras")
        ]
        return pd.DataFrame(rows, columns=COLUMNS["neighbors"].split())

    def map(self):
        places = self.rng.normal(size=(len(self.representations), 60, 2))
        return pd.concat(
            [
                pd.DataFrame(
                    {"representation": name, "method": "PCA", "sample": range(60), "x": xy[:, 0], "y": xy[:, 1]}
                )
                for name, xy in zip(self.representations, places, strict=True)
            ]
        )

    def mapped(self):
        tables = []
        for name, kind in self.kinds.items():
            values = VALUES.get(kind) or [f"{number}" for number in range(-30, 31, 7)]
            annotation = np.resize([*values, ""], 60)
            tables.append(pd.DataFrame({"factor": name, "sample": range(60), "annotation": annotation}))
        return pd.concat(tables) if tables else pd.DataFrame(columns=COLUMNS["mapped"].split())

    def learning(self):
        rows = []
        for (name, representation), skill in self.true.items():
            for groups in (30, 60, 120, 240, 470, 940, 1880, 9400):
                value = skill * (1 - (30 / groups) ** 0.7)
                kind = "extrapolated" if groups > 940 else "measured"
                rows.append(["ridge", kind, groups, 12 * groups, value, value - 0.04, value + 0.04])
                rows[-1] = [representation, name, *rows[-1]]
        return pd.DataFrame(rows, columns=COLUMNS["learning"].split())

    def description_length(self):
        rows = [
            [representation, name, "ridge", 940, 12_000, 12_000 * (1 - skill), 12_000, skill, 1 / (1 - skill)]
            for (name, representation), skill in self.true.items()
        ]
        return pd.DataFrame(rows, columns=COLUMNS["description_length"].split())
