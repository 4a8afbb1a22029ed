"""The golden tables: one function per table, from the library's stages to tidy rows (:data:`COLUMNS`).

Only these functions know the stages. Where a stage is replaced, its function here changes, and the tables stay.
"""

from collections.abc import Callable, Iterable, Sequence
from functools import cache

import pandas as pd

from exoprobe.evaluation.attribute_errors import attribute_errors
from exoprobe.evaluation.digit_intervals import digit_intervals
from exoprobe.evaluation.erasure_effect import erasure_tables
from exoprobe.evaluation.factor_geometry import carrier_tables
from exoprobe.evaluation.leakage import leakage_tables
from exoprobe.evaluation.pose_errors import TOTAL, pose_errors, pose_errors_by_readout
from exoprobe.evaluation.probe_files import Probed
from exoprobe.evaluation.trade_off import trade_off
from exoprobe.probes.attributes import probe_attributes
from exoprobe.probes.factors import probe_factors
from exoprobe.probes.invariance import probe_invariance
from exoprobe.probes.pose import probe_pose
from exoprobe.probes.rotated_digits import probe_rotated_digits
from tests.golden.datasets import ATTRIBUTES, Golden

COLUMNS = ["representation", "factor", "probe", "measure", "value"]
PROBES = {"neighbors": "knn"}
VERDICTS = {"cannot tell": "inconclusive"}
ENDS = {"value": "", "low": "_low", "high": "_high"}  # of a measure's name, by column
# What the digits' probes measure: factor, probe and measure by the end of a quantity's name.
QUANTITIES = {
    "mav_accuracy": ("label", "nearest_mean", "accuracy"),
    "label_angle_mav_accuracy": ("label", "nearest_label_angle_mean", "accuracy"),
    "per_angle_mav_accuracy": ("label", "per_angle_mean", "accuracy"),
    "per_angle_mav_pooled_accuracy": ("label", "per_angle_mean, one angle regressor", "accuracy"),
    "per_angle_mav_label_matched_accuracy": ("label", "per_angle_mean, true label's regressor", "accuracy"),
    "per_angle_mav_true_angle_accuracy": ("label", "per_angle_mean, true angle", "accuracy"),
    "angle_rmse": ("angle", "linear_per_label", "rmse"),
    "angle_rmse_pooled": ("angle", "linear", "rmse"),
}
FIRST = 5  # singular values, and units in the order of equation (1)
POSE_TARGETS = ("abs_yaw", "yaw", "roll")


def label_and_angle(golden: Golden) -> pd.DataFrame:
    """Section 4.1: the digit and its rotation, from one split."""
    paths = {}
    for name, features in golden.digits.features.items():
        paths[name, 0] = golden.path("label_and_angle", name)
        grid = golden.path("label_and_angle", f"{name}_grid")
        probe_rotated_digits(golden.digits.samples, features, paths[name, 0], grid, head=None)
    rows = []
    for row in digit_intervals(paths).itertuples():
        representation, _, quantity = row.quantity.partition("_")
        factor, probe, measure = QUANTITIES[quantity]
        rows += [(representation, factor, probe, measure + end, getattr(row, column)) for column, end in ENDS.items()]
    return _table(rows)


def attributes(golden: Golden) -> pd.DataFrame:
    """Section 3.1: attributes by linear SVMs, over folds."""
    paths = {}
    for name, features in golden.faces.features.items():
        paths[name] = golden.path("attributes", name)
        grid = golden.path("attributes", f"{name}_grid")
        probe_attributes(golden.faces.samples, features, paths[name], grid, attributes=ATTRIBUTES)
    table = attribute_errors(paths).rename(columns={"attribute": "factor"}).drop(columns=["samples", "people"])
    return _melt(table.assign(probe="linear"))


def pose(golden: Golden) -> pd.DataFrame:
    """Section 3.2: numbers, linearly and not, over folds, some of them unknown for some rows."""
    paths = {}
    for name, features in golden.faces.features.items():
        paths[name] = golden.path("pose", name)
        grid = golden.path("pose", f"{name}_grid")
        probe_pose(golden.faces.samples, golden.faces.factors, features, paths[name], grid)
    ranges = pose_errors(paths).rename(columns={"target": "factor"})
    ranges = ranges[ranges["factor"].isin(POSE_TARGETS)].assign(probe="linear")
    total = ranges[ranges["range"] == TOTAL].drop(columns=["range", "estimator"])
    others = [
        pose_errors_by_readout(paths, target)
        .assign(factor=target)
        .rename(columns={"readout": "probe"})
        .query("probe != 'linear'")
        for target in POSE_TARGETS
    ]
    within = ranges[ranges["range"] != TOTAL]
    within = within.assign(measure="mae " + within["range"], value=within["mae"])[COLUMNS]
    return pd.concat([_melt(total), within.dropna(), *map(_melt, others)], ignore_index=True)


def leakage(golden: Golden) -> pd.DataFrame:
    """The audit's scores of every factor and probe, and the differences between representations."""
    tables = _leakage(golden)
    scores = tables["leakage"].drop(columns=["kind", "seeds"])
    differences = tables["differences"].assign(
        representation=lambda table: table["representation"] + " − " + table["other"]
    )
    controls = tables["verdicts"][["representation", "factor", "known_skill", "control_skill", "selectivity"]]
    return pd.concat(
        [
            _melt(scores.rename(columns={"readout": "probe"})),
            _melt(differences.drop(columns=["kind", "other"]).rename(columns={"readout": "probe"})),
            _melt(controls.assign(probe="linear, groups seen")),
        ],
        ignore_index=True,
    )


def verdicts(golden: Golden) -> pd.DataFrame:
    """The audit's verdicts, in words, and the counts that they rest on."""
    table = _leakage(golden)["verdicts"]
    named = table[["representation", "factor", "verdict", "how", "test_rows", "test_groups", "smallest_groups"]]
    return _melt(named.assign(probe="any")).replace({"value": VERDICTS})


def erasure(golden: Golden) -> pd.DataFrame:
    """What is left of each factor, and of recognition, after erasing a factor."""
    parts = []
    for name, features in golden.digits.features.items():
        (predictions,) = _probed(golden)[name].predictions
        tables = erasure_tables(golden.digits.samples, golden.digits.factors, features, predictions)
        renamed = {"probed": "factor", "readout": "probe"}
        factors = tables["erasure"].drop(columns=["skill_before", "at_baseline"]).rename(columns=renamed)
        recognition = tables["recognition"].assign(factor="label", probe=tables["recognition"]["measure"])
        recognition = recognition.drop(columns=["measure", "rows", "groups"]).rename(columns={"value": "score"})
        for table in (factors, recognition):
            melted = _melt(table.assign(representation=name), "erased")
            melted["measure"] += ", without " + melted.pop("erased").replace("", "nothing")
            parts.append(melted)
    return pd.concat(parts, ignore_index=True)


def geometry(golden: Golden) -> pd.DataFrame:
    """How the factors lie in each representation: variance, dimensions, neighbors."""
    parts = []
    for name, features in golden.digits.features.items():
        tables = carrier_tables(golden.digits.samples, golden.digits.factors, features, label_is_group=False)
        subspace = tables["subspace"]
        subspace = subspace.assign(
            measure="skill from " + subspace["dimensions"].astype(str), probe=subspace["basis"]
        )
        scree, units = tables["scree"].query("component <= @FIRST"), tables["elements"].query("position < @FIRST")
        units = units.assign(measure="activation for " + units["value"] + " at " + units["position"].astype(str))
        parts += [
            _melt(tables["structure"].assign(representation=name, factor="", probe="")),
            _melt(tables["carriers"].drop(columns="kind").assign(representation=name, probe="")),
            subspace.rename(columns={"skill": "value"}).assign(representation=name)[COLUMNS],
            scree.assign(
                measure="singular value " + scree["component"].astype(str), value=scree["singular_value"]
            ).assign(representation=name, factor="", probe="")[COLUMNS],
        ]
    return pd.concat(parts, ignore_index=True)


def invariance(golden: Golden) -> pd.DataFrame:
    """The open questions' scores of the angle, before and after it is erased."""
    paths, grids = {}, {}
    for name, features in golden.digits.features.items():
        run = (name, 0)
        paths[run], grids[run] = (golden.path("invariance", name + end) for end in ("", "_grid"))
        probe_invariance(golden.digits.samples, features, paths[run], grids[run], factors=["angle"])
    rows = []
    for row in trade_off(paths, grids).itertuples():
        measure, _, probe = row.measure.partition("_")
        factor = "label" if measure == "mav" else "angle"
        measure, probe = ("error", "nearest_mean") if measure == "mav" else (measure, probe)
        erased = ", without angle" if row.erased else ""
        rows += [
            (row.variant, factor, probe, measure + end + erased, getattr(row, column)) for column, end in ENDS.items()
        ]
    return _table(rows)


TABLES: dict[str, Callable[[Golden], pd.DataFrame]] = {
    adapter.__name__: adapter
    for adapter in (label_and_angle, attributes, pose, leakage, verdicts, erasure, geometry, invariance)
}


@cache
def _probed(golden: Golden) -> dict[str, Probed]:
    """Probe the digits' factors; what the tables of the audit share."""
    probed = {}
    for name, features in golden.digits.features.items():
        paths = {what: golden.path("factors", f"{name}_{what}") for what in ("predictions", "grid", "control")}
        probe_factors(golden.digits.samples, golden.digits.factors, features, paths)
        probed[name] = Probed([paths["predictions"]], [paths["grid"]], [paths["control"]], name == "projection")
    return probed


@cache
def _leakage(golden: Golden) -> dict[str, pd.DataFrame]:
    return leakage_tables(golden.digits.samples, golden.digits.factors, _probed(golden), margin=0.1)


def _melt(table: pd.DataFrame, *kept: str) -> pd.DataFrame:
    """Turn every other column into rows: its name is the measure; what is missing has no row."""
    names = ["representation", "factor", "probe", *kept]
    melted = table.melt(names, var_name="measure").dropna(subset="value").replace({"probe": PROBES})
    return melted[[*names, *COLUMNS[3:]]]


def _table(rows: Iterable[Sequence[object]]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=COLUMNS)
