"""How much of each factor each representation tells, how sure that is, and a verdict in words."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, islice
from pathlib import Path

import numpy as np
import pandas as pd

from exoprobe.analysis.permutation import Read, holm, permutation_count, permutation_tests
from exoprobe.analysis.scored import Resampling, Scored, score
from exoprobe.analysis.verdicts import Evidence, judge, smallest_groups
from exoprobe.data.factors import Factor, read_factors
from exoprobe.data.samples import dataset_digest, read_samples
from exoprobe.probes.factors import READOUTS, column
from exoprobe.probes.skill import best_constant
from exoprobe.progress import progress

log = logging.getLogger(__name__)

MEASURES = ("balanced_accuracy", "false_negative", "false_positive", "auc", "mae", "r2")  # beside the skill


@dataclass(frozen=True)
class Probed:
    """What was computed of one representation.

    Attributes:
        predictions: the files of :func:`exoprobe.probes.factors.probe_factors`, one per training seed.
        controls: its control tasks' files, likewise.
        control: whether the representation has learned nothing.
    """

    predictions: Sequence[str | Path]
    controls: Sequence[str | Path]
    control: bool


def by_representation(
    seeds: Mapping[str, int],
    predictions: Sequence[str | Path],
    controls: Sequence[str | Path],
    learned_nothing: Sequence[str],
) -> dict[str, Probed]:
    """Sort files, of each representation so many as it has training seeds, by representation.

    Args:
        seeds: how many, by representation.
        predictions: all files, in this order.
        controls: likewise.
        learned_nothing: representations that are controls.
    """
    files = iter(zip(predictions, controls, strict=True))
    sorted_files = {name: list(islice(files, count)) for name, count in seeds.items()}
    return {
        name: Probed([own for own, _ in some], [task for _, task in some], name in learned_nothing)
        for name, some in sorted_files.items()
    }


class Tested:
    """The test samples of a dataset with their factors.

    Args:
        samples: the dataset.
        factors: of its samples.
        rows: bool [N], which samples to score on; None for all of test.

    Attributes:
        factors: F of them, of the n test samples.
        constants: the best constant of each.
        groups: [n].
        resampling: of the groups.
    """

    def __init__(self, samples: str | Path, factors: str | Path, rows: np.ndarray | None = None) -> None:
        columns = read_samples(samples, ["group", "split"])
        every = read_factors(factors, dataset_digest(samples))
        train = columns["split"] == "train"
        test = columns["split"] == "test" if rows is None else rows
        self.constants = [best_constant(factor, train) for factor in every]
        self.factors = [
            Factor(factor.name, factor.kind, factor.values[test], factor.categories) for factor in every
        ]
        self.groups = columns["group"][test]
        self.resampling = Resampling(self.groups)

    def score(self, place: int, predicted: np.ndarray, *, auc: bool = False) -> Scored:
        """Score predictions [n, S] of the factor at a place."""
        factor = self.factors[place]
        return score(factor, factor.values, predicted, self.constants[place], self.resampling, auc=auc)


def leakage_tables(
    samples: str | Path,
    factors: str | Path,
    representations: Mapping[str, Probed],
    *,
    margin: float,
    permutations: int | None = None,
) -> dict[str, pd.DataFrame]:
    """Score every readout of every factor and representation, and judge.

    Args:
        samples: the dataset.
        factors: of its samples.
        representations: what was computed of each.
        margin: skill below which a leak is none that matters.
        permutations: how many; None for as many as the number of factors asks for.

    Returns:
        ``leakage``: a row per factor, representation and readout: skill, p and measures with their intervals;
        ``verdicts``: a row per factor and representation, the highest skill first;
        ``differences``: a row per factor, readout and pair of representations.
    """
    tested = Tested(samples, factors)
    count = permutations or permutation_count(len(tested.factors))
    leakage, verdicts, scores = [], [], {}
    with progress(len(representations), "representation", log, f"scoring {len(tested.factors)} factors") as bar:
        for name, probed in representations.items():
            predicted = _predictions(probed, tested.factors)
            scores[name] = _scores(tested, predicted)
            tests = _p_values(tested, predicted, count)
            leakage += _leakage_rows(name, tested.factors, scores[name], tests)
            known = pd.concat([pd.read_parquet(path) for path in probed.controls]).groupby("factor").mean()
            verdicts.append(_verdicts(name, probed.control, tested, scores[name], tests, known, margin))
            bar.update()
    return {
        "leakage": pd.DataFrame(leakage).reindex(columns=_leakage_columns()),
        "verdicts": pd.concat(verdicts).sort_values("skill", ascending=False, kind="stable", ignore_index=True),
        "differences": _differences(tested.factors, scores),
    }


def _predictions(probed: Probed, factors: Sequence[Factor]) -> list[dict[str, np.ndarray]]:
    """Return for each factor the predictions [n, S] by readout."""
    tables = [pd.read_parquet(path) for path in probed.predictions]
    return [
        {
            readout: np.stack([table[column(readout, factor.name)].to_numpy() for table in tables], axis=1)
            for readout in READOUTS
        }
        for factor in factors
    ]


def _scores(tested: Tested, predicted: list[dict[str, np.ndarray]]) -> list[dict[str, Scored]]:
    return [
        {readout: tested.score(place, values, auc=True) for readout, values in of_factor.items()}
        for place, of_factor in enumerate(predicted)
    ]


def _p_values(tested: Tested, predicted: list[dict[str, np.ndarray]], count: int) -> list[tuple[float, np.ndarray]]:
    """Return for each factor the p-value of its best readout and those of all, see permutation_tests."""
    together: dict[bytes, list[int]] = {}
    for place, factor in enumerate(tested.factors):
        together.setdefault(factor.known.tobytes(), []).append(place)
    found: dict[int, tuple[float, np.ndarray]] = {}
    for places in together.values():
        known = tested.factors[places[0]].known
        reads = [
            Read(
                tested.factors[place],
                tested.factors[place].values[known],
                tuple(values[known] for values in predicted[place].values()),
                tested.constants[place],
            )
            for place in places
        ]
        found |= dict(zip(places, permutation_tests(reads, tested.groups[known], count), strict=True))
    return [found[place] for place in range(len(tested.factors))]


def _leakage_rows(
    name: str,
    factors: Sequence[Factor],
    scores: list[dict[str, Scored]],
    tests: list[tuple[float, np.ndarray]],
) -> list[dict[str, object]]:
    rows = []
    for factor, scored, (_, each) in zip(factors, scores, tests, strict=True):
        for (readout, one), p in zip(scored.items(), each, strict=True):
            about = {"factor": factor.name, "kind": factor.kind, "representation": name, "readout": readout}
            rows.append({**about, "p": p, **one.row()})
    return rows


def _leakage_columns() -> list[str]:
    """Return all columns, also of measures that none of the factors has."""
    measured = [f"{name}{end}" for name in ("skill", *MEASURES) for end in ("", "_low", "_high")]
    return [
        "factor",
        "kind",
        "representation",
        "readout",
        "p",
        "seeds",
        "skill_seed_sd",
        "baseline_error",
        *measured,
    ]


def _verdicts(
    name: str,
    control: bool,
    tested: Tested,
    scores: list[dict[str, Scored]],
    tests: list[tuple[float, np.ndarray]],
    known: pd.DataFrame,
    margin: float,
) -> pd.DataFrame:
    """Return a row per factor of one representation; p-values are corrected over its factors."""
    corrected = holm(np.array([p for p, _ in tests]))
    linear = holm(np.array([each[READOUTS.index("linear")] for _, each in tests]))
    rows = []
    for place, factor in enumerate(tested.factors):
        rows_of = {readout: one.row() for readout, one in scores[place].items()}
        best = max(rows_of, key=lambda readout: rows_of[readout]["skill"])
        evidence = Evidence(
            skills={
                readout: (row["skill"], row["skill_low"], row["skill_high"]) for readout, row in rows_of.items()
            },
            p=corrected[place],
            p_linear=linear[place],
            groups=scores[place][best].groups,
            smallest_groups=smallest_groups(factor, factor.values, tested.groups),
        )
        own = {key: rows_of[best][key] for key in ("skill", "skill_low", "skill_high", "skill_seed_sd", "seeds")}
        rows.append(
            {
                "factor": factor.name,
                "kind": factor.kind,
                "representation": name,
                "control": control,
                **judge(evidence, margin),
                "readout": best,
                **own,
                "p": tests[place][0],
                "p_holm": corrected[place],
                "test_rows": int(factor.known.sum()),
                "test_groups": evidence.groups,
                "smallest_groups": evidence.smallest_groups,
                **known.loc[factor.name, ["known_skill", "control_skill", "selectivity"]],
            }
        )
    return pd.DataFrame(rows)


def _differences(factors: Sequence[Factor], scores: Mapping[str, list[dict[str, Scored]]]) -> pd.DataFrame:
    """Return how much more each representation tells than each other, on the same test groups."""
    rows = []
    for (name, ours), (other, theirs) in combinations(scores.items(), 2):
        for place, factor in enumerate(factors):
            for readout in READOUTS:
                difference, low, high = ours[place][readout].change(theirs[place][readout])
                rows.append(
                    {
                        "factor": factor.name,
                        "kind": factor.kind,
                        "readout": readout,
                        "representation": name,
                        "other": other,
                        "difference": difference,
                        "low": low,
                        "high": high,
                    }
                )
    return pd.DataFrame(
        rows, columns=["factor", "kind", "readout", "representation", "other", "difference", "low", "high"]
    )
