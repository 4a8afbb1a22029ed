"""An audit that never was, in which every kind of finding occurs once.

python -m tests.unit.report.planted FOLDER    writes FOLDER/index.html
"""

import sys

import numpy as np
import pandas as pd

from exoprobe.report.tables import COLUMNS
from tests.unit.report.synthetic import Audit, write_audit

NETWORKS = {"ecapa": "ECAPA", "xvector": "x-vector", "random": "random projection"}
# kind, skills by network, half an interval, verdict, reason
FINDINGS = {
    "channel": ("categorical", (0.91, 0.55, 0.12), 0.04, "leaks", "a linear probe beats a constant"),
    "snr": ("continuous", (0.62, 0.60, 0.30), 0.04, "leaks", "a linear probe beats a constant"),
    "sex": ("binary", (0.97, 0.96, 0.10), 0.02, "leaks", "a linear probe beats a constant"),
    "pitch": ("continuous", (0.57, 0.52, 0.05), 0.05, "leaks", "a linear probe beats a constant"),
    "recording studio": ("categorical", (0.88, 0.80, 0.10), 0.05, "leaks", "a linear probe beats a constant"),
    "accent": ("categorical", (0.67, 0.60, 0.02), 0.09, "leaks", "a linear probe beats a constant"),
    "loudness": ("continuous", (0.06, 0.05, 0.04), 0.03, "trace", "the interval begins below the margin"),
    "hospital": ("categorical", (0.98, 0.97, 0.20), np.nan, "inconclusive",
                 "the rarest value is in 2 test groups; 5 are needed"),
    "age": ("continuous", (0.12, 0.09, 0.01), 0.24, "inconclusive", "the interval is too wide"),
    "weekday": ("categorical", (0.01, 0.00, 0.0), 0.04, "no evidence", "no probe beats a constant"),
    "hour": ("angle", (0.00, 0.01, 0.0), 0.03, "no evidence", "no probe beats a constant"),
}  # fmt: skip
# other columns, skill of these alone, added by network, half an interval, verdict, why these columns
BEYOND = {
    "channel": ("sex", 0.05, (0.86, 0.50, 0.08), 0.05, "encoded beyond sex", "strongest"),
    "snr": ("sex", 0.02, (0.55, 0.53, 0.25), 0.04, "encoded beyond sex", "strongest"),
    "sex": ("pitch", 0.40, (0.55, 0.52, 0.05), 0.04, "encoded beyond pitch", "strongest"),
    "pitch": ("sex", 0.55, (0.01, 0.00, 0.0), 0.03, "only through sex", "strongest"),
    "recording studio": ("channel", 0.99, (np.nan,) * 3, np.nan, "not separable from channel", "strongest"),
    "accent": ("sex", 0.10, (0.20, 0.15, 0.0), 0.25, "inconclusive", "strongest"),
}
ASSOCIATIONS = [("pitch", "sex", "correlation ratio", 0.83), ("recording studio", "channel", "Cramér's V", 1.0),
                ("accent", "sex", "Cramér's V", 0.12)]  # fmt: skip


class PlantedAudit(Audit):
    """Three networks, the last a control, and eleven factors.

    Args:
        beyond: whether there are the tables beyond and association, and what is detectable is known.
        only: names of the factors, all where empty.
        networks: names and titles, three of them.
    """

    def __init__(self, *, beyond=True, only=(), networks=NETWORKS):
        names = [name for name in FINDINGS if not only or name in only]
        super().__init__(names, networks, seeds=1)
        self.has_beyond = beyond
        self.kinds = {name: FINDINGS[name][0] for name in names}
        self.true = {
            (name, network): FINDINGS[name][1][rank] for name in names for rank, network in enumerate(networks)
        }

    def verdicts(self, scores):
        table = super().verdicts(scores)
        for index, row in table.iterrows():
            _, _, half, verdict, reason = FINDINGS[row["factor"]]
            skill = self.true[row["factor"], row["representation"]]
            significant = verdict in ("leaks", "trace") or row["factor"] == "hospital"
            faint = row["control"] and skill < 0.1
            changed = {
                "skill": skill, "skill_low": skill - half, "skill_high": min(1, skill + half),
                "verdict": "no evidence" if faint else verdict, "reason": reason,
                "how": "linearly" if verdict == "leaks" and not faint else "",
                "p": 0.001 if significant and not faint else 0.4, "p_holm": 0.011 if significant and not faint else 1.0,
                "detectable": 0.12 if self.has_beyond else np.nan,
                "groups_needed": 60 if row["factor"] in ("age", "hospital") else np.nan,
                "test_groups": 18, "smallest_groups": 2 if row["factor"] == "hospital" else 9,
            }  # fmt: skip
            table.loc[index, list(changed)] = list(changed.values())
        return table.sort_values("skill", ascending=False)

    def differences(self, scores):
        table = super().differences(scores)
        for index, row in table.iterrows():
            first, second = (self.true[row["factor"], row[side]] for side in ("representation", "other"))
            gap = first - second
            table.loc[index, ["difference", "low", "high"]] = [gap, gap - 0.05, gap + 0.05]
        return table

    def tables(self):
        tables = super().tables()
        return tables | (self._beyond_tables() if self.has_beyond else {"beyond": tables["beyond"].iloc[:0]})

    def association(self):
        return super().association().iloc[:0]

    def shift(self):
        table = super().shift()
        return table.assign(verdict=["hurts" if name == "channel" else "no drop shown" for name in table["factor"]])

    def _beyond_tables(self):
        rows = []
        for factor, (given, alone, added, half, verdict, source) in BEYOND.items():
            for rank, network in enumerate(self.representations if factor in self.names else ()):
                value = added[rank]
                rows.append({
                    "factor": factor, "kind": self.kinds[factor], "representation": network,
                    "control": network == self.control, "given": given, "source": source, "given_skill": alone,
                    "skill": alone + value, "beyond": value, "beyond_low": value - half, "beyond_high": value + half,
                    "bits": max(0, value), "p": 0.001, "p_holm": 0.006, "verdict": verdict,
                    "reason": "every channel is one studio" if "separable" in verdict else "", "groups": 18,
                })  # fmt: skip
        association = [[*row, 4000] for row in ASSOCIATIONS if row[0] in self.names]
        made = {"beyond": rows, "association": association}
        return {name: pd.DataFrame(values, columns=COLUMNS[name].split()) for name, values in made.items()}


if __name__ == "__main__":
    print(write_audit(sys.argv[1], PlantedAudit()))
