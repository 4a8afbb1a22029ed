"""How decodable each factor is from each representation, how certain that is, and a verdict in words."""

import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import cast

import numpy as np
import pandas as pd

from exoprobe.datasets.factors import Factor
from exoprobe.evaluation.bootstrap import BootstrapResult
from exoprobe.evaluation.evaluator import Evaluator
from exoprobe.evaluation.permutation import holm
from exoprobe.evaluation.permutation_count import count_tests, permutation_count
from exoprobe.evaluation.probe_files import ProbeFiles, best_on_validation, read_predictions, read_selectivity
from exoprobe.evaluation.rare_categories import smallest_groups
from exoprobe.evaluation.sensitivity import NONLINEAR
from exoprobe.evaluation.sign_flips import sign_flip_tests
from exoprobe.evaluation.significance import p_values
from exoprobe.evaluation.tiers import TIER_COLUMNS, tier_table
from exoprobe.evaluation.verdicts import Evidence, judge, unit_fault
from exoprobe.progress import progress

log = logging.getLogger(__name__)

MEASURES = ("skill", "balanced_accuracy", "false_negative", "false_positive", "auc", "mae", "r2")
SCORE_COLUMNS = [
    *("factor", "kind", "representation", "probe", "p", "seeds", "skill_seed_sd", "baseline_error"),
    *(f"{measure}{end}" for measure in MEASURES for end in ("", "_low", "_high")),
]
VERDICT_COLUMNS = [
    *("factor", "kind", "representation", "control", "verdict", "how", "reason", "probe"),
    *("skill", "skill_low", "skill_high", "skill_seed_sd", "seeds", "p", "p_holm"),
    *("detectable", "detectable_nonlinear", "groups_needed", "unit", "test_rows", "test_groups", "smallest_groups"),
    *("known_skill", "control_skill", "selectivity", *TIER_COLUMNS),
]
UNKNOWN = {"detectable": np.nan}
DIFFERENCE_COLUMNS = ["factor", "kind", "probe", "representation", "other", "difference", "low", "high", "p", "p_holm"]


def audit_scores(
    samples: str | Path,
    factors: str | Path,
    representations: Mapping[str, ProbeFiles],
    sensitivity: pd.DataFrame | None = None,
    *,
    margin: float,
    permutations: int | None = None,
) -> dict[str, pd.DataFrame]:
    """Score every probe of every factor and representation, and judge.

    Args:
        samples: the dataset.
        factors: of its samples.
        representations: what was computed of each.
        sensitivity: table of :mod:`exoprobe.evaluation.sensitivity` with a column ``representation``, without rows of
            what is not known yet; None where "no evidence" does not ask for it.
        margin: skill below which a leak is none that matters.
        permutations: how many; None for as many as factors and representations ask for.

    Raises:
        ExoprobeError: where so few permutations cannot give a corrected p-value of 0.05.

    Returns:
        ``scores``: a row per factor, representation and probe: skill, p and measures with their intervals;
        ``verdicts``: a row per factor and representation, the highest skill first;
        ``differences``: a row per factor, probe and pair of representations.
    """
    evaluator = Evaluator(samples, factors, rare=False)
    tests = count_tests(len(evaluator.factors), [files.control for files in representations.values()])
    count = permutation_count(tests, permutations)
    results = {}
    with progress(len(representations), "representation", log, f"scoring {len(evaluator.factors)} factors") as bar:
        for name, files in representations.items():
            results[name] = _results(evaluator, files, count)
            bar.update()
    scores = [{"representation": name, **row} for name in results for row in _score_rows(results[name])]
    verdicts = [
        {"representation": name, "control": control, **row}
        for control in (False, True)
        for name, row in _verdict_rows(
            {name: results[name] for name, files in representations.items() if files.control == control},
            None if sensitivity is None else _sensitivities(sensitivity),
            margin,
        )
    ]
    controls = pd.concat(
        [read_selectivity(files).assign(representation=name) for name, files in representations.items()]
    )
    differences, keys = _differences(results), ["representation", "factor"]
    tiers = tier_table(differences, [name for name, files in representations.items() if files.control])
    judged = pd.DataFrame(verdicts).merge(controls, on=keys).merge(tiers, on=keys, how="left")
    return {
        "scores": pd.DataFrame(scores).reindex(columns=SCORE_COLUMNS),
        "verdicts": judged[VERDICT_COLUMNS].sort_values("skill", ascending=False, kind="stable", ignore_index=True),
        "differences": differences,
    }


@dataclass(frozen=True)
class _Result:
    """The scores of one factor in one representation: bootstrap results and p-values by probe, p of any of them."""

    factor: Factor
    left_out: tuple[str, ...]  # of its categories
    groups: np.ndarray  # [n], what it varies between
    unit: str  # the column that names these; empty of the groups
    fault: str
    best: str  # the probe of most skill on validation
    by_probe: dict[str, BootstrapResult]
    p_of: dict[str, float]
    p: float


def _results(evaluator: Evaluator, files: ProbeFiles, count: int) -> list[_Result]:
    predicted, best = read_predictions(files, evaluator.factors), best_on_validation(files)
    results: list[_Result] = []
    for index, (p, each) in enumerate(p_values(evaluator, predicted, count, files.features)):
        by_probe = {probe: evaluator.score(index, values, auc=True) for probe, values in predicted[index].items()}
        factor, unit = evaluator.factors[index], evaluator.units[index]
        fault = unit_fault(factor.name, unit, evaluator.units_seen[index]) if unit else ""
        varies = evaluator.groups_of(index), unit.name if unit else "", fault
        p_of = dict(zip(by_probe, each, strict=True))
        results.append(_Result(factor, evaluator.left_out[index], *varies, best[factor.name], by_probe, p_of, p))
    return results


def _score_rows(results: Sequence[_Result]) -> Iterator[dict[str, object]]:
    """Yield a row per factor and probe."""
    for result in results:
        columns = {"factor": result.factor.name, "kind": result.factor.kind}
        for probe, scores in result.by_probe.items():
            yield {**columns, "probe": probe, "p": result.p_of[probe], **scores.row()}


def _sensitivities(table: pd.DataFrame) -> dict[tuple[str, str], dict[str, float]]:
    """Return the arguments of :class:`Evidence` on planted leaks, by representation and factor."""
    keys, is_nonlinear = ["representation", "factor"], table["direction"] == NONLINEAR
    linear, nonlinear = (table[kind].drop_duplicates(keys).set_index(keys) for kind in (~is_nonlinear, is_nonlinear))
    planted = linear[["detectable", "groups_needed"]].assign(detectable_nonlinear=nonlinear["detectable"])
    return cast(dict[tuple[str, str], dict[str, float]], planted.to_dict("index"))


def _verdict_rows(
    results: Mapping[str, list[_Result]],
    sensitivities: Mapping[tuple[str, str], dict[str, float]] | None,
    margin: float,
) -> Iterator[tuple[str, dict[str, object]]]:
    """Yield a row per representation and factor; p-values are corrected over all of them."""
    flat = [(name, result) for name, entries in results.items() for result in entries]
    corrected = holm(np.array([result.p for _, result in flat]))
    linear = holm(np.array([result.p_of["linear"] for _, result in flat]))
    for (name, result), p, p_linear in zip(flat, corrected, linear, strict=True):
        factor, best = result.factor, result.by_probe[result.best]
        planted = {} if sensitivities is None else sensitivities.get((name, factor.name), UNKNOWN)
        evidence = _evidence(result, p, p_linear, planted)
        yield (
            name,
            {
                "factor": factor.name,
                "kind": factor.kind,
                **judge(evidence, margin),
                "probe": result.best,
                **{name: value for name, value in best.row().items() if name.startswith("skill") or name == "seeds"},
                "p": result.p,
                "p_holm": p,
                **{name: planted.get(name, np.nan) for name in ("detectable", "detectable_nonlinear", "groups_needed")},
                "unit": result.unit,
                "test_rows": int(factor.known.sum()),
                "test_groups": best.groups,
                "smallest_groups": evidence.smallest_groups,
            },
        )


def _evidence(result: _Result, p: float, p_linear: float, planted: Mapping[str, float]) -> Evidence:
    """Collect what a verdict rests on; p-values are corrected."""
    best, factor = result.by_probe[result.best], result.factor
    return Evidence(
        {probe: (scores.value("skill"), *scores.interval("skill")) for probe, scores in result.by_probe.items()},
        result.best,
        best.change(result.by_probe["linear"])[1],
        p,
        p_linear,
        best.groups,
        smallest_groups(factor, factor.values, result.groups, result.left_out),
        result.fault,
        left_out=result.left_out,
        **planted,
    )


def _differences(results: Mapping[str, list[_Result]]) -> pd.DataFrame:
    """Return the difference in skill between each two representations, on the same test groups.

    Holm's correction is over the factors and pairs of one probe.
    """
    rows, losses = [], []
    for (name, ours), (other, theirs) in combinations(results.items(), 2):
        for our, their in zip(ours, theirs, strict=True):
            for probe, scores in our.by_probe.items():
                change = scores.change(their.by_probe[probe])
                rows.append((our.factor.name, our.factor.kind, probe, name, other, *change))
                losses.append(their.by_probe[probe].losses - scores.losses)
    table = pd.DataFrame(rows, columns=DIFFERENCE_COLUMNS[:-2]).assign(p=sign_flip_tests(losses))
    corrected = table.groupby("probe", sort=False)["p"].transform(lambda p: holm(p.to_numpy()))
    return table.assign(p_holm=corrected.astype(float))[DIFFERENCE_COLUMNS]
