"""The golden tables: one function per table, from the library's stages to tidy rows (:data:`COLUMNS`).

Only these functions know the stages. Where a stage is replaced, its function here changes, and the tables stay.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import cache

import pandas as pd

from exoprobe.datasets.sample_factors import write_sample_factors
from exoprobe.evaluation.attribute_errors import attribute_errors
from exoprobe.evaluation.audit_scores import audit_scores
from exoprobe.evaluation.erasure_effect import erasure_tables
from exoprobe.evaluation.factor_geometry import geometry_tables
from exoprobe.evaluation.pose_errors import EDGES, TOTAL, pose_errors
from exoprobe.evaluation.probe_files import ProbeFiles
from exoprobe.evaluation.score import Run, read_scores, score_runs
from exoprobe.probes.probe_data import open_representation
from exoprobe.probes.registry import general_probe_names
from exoprobe.probes.run import probe
from tests.golden.datasets import ATTRIBUTES, Dataset, Golden

COLUMNS = ["representation", "factor", "probe", "measure", "value"]
ENDS = {"value": "", "low": "_low", "high": "_high"}  # of a measure's name, by column
FIRST = 5  # singular values
POSES = ("abs_yaw", "yaw", "roll")
DIGIT_PROBES = {
    "nearest_mean": ["label"],
    "per_angle_mean": ["label"],
    "linear": ["angle"],
    "linear_per_label": ["angle"],
    "fourier": ["angle"],
    "mlp": ["angle"],
}
FACE_PROBES = {"linear": [*ATTRIBUTES, *POSES], "fourier": POSES, "mlp": POSES}


def label_and_angle(golden: Golden) -> pd.DataFrame:
    """Section 4.1: the digit and its rotation, from one split."""
    scores = _digits(golden)
    chosen = scores[(scores["eraser"] == "") & ~scores["probe"].isin(["fourier", "mlp"])]
    measure = chosen["factor"].map({"label": "accuracy", "angle": "rmse"})
    chosen = chosen[chosen["measure"] == measure].copy()
    chosen.loc[chosen["factor"] == "label", [*ENDS]] *= 100
    return _ends(chosen)


def attributes(golden: Golden) -> pd.DataFrame:
    """Section 3.1: attributes by linear SVMs, over folds."""
    table = attribute_errors(_faces(golden), ATTRIBUTES).rename(columns={"attribute": "factor"})
    table = table.drop(columns=["samples", "identities"]).assign(probe="linear")
    return _melt(table.replace({"factor": {"(mean)": "mean"}}))


def pose(golden: Golden) -> pd.DataFrame:
    """Section 3.2: numbers, linearly and not, over folds, some of them unknown for some rows."""
    ranges = pose_errors(_faces(golden)).rename(columns={"target": "factor"})
    total = ranges[ranges["range"] == TOTAL].drop(columns="range")
    linear, others = total[total["probe"] == "linear"], total[total["probe"] != "linear"]
    within = ranges[(ranges["range"] != TOTAL) & (ranges["probe"] == "linear")]
    within = within.assign(measure="mae " + within["range"], value=within["mae"])[COLUMNS]
    return pd.concat([_melt(linear), within, _melt(others.drop(columns=["count", "r2"]))], ignore_index=True)


def scores(golden: Golden) -> pd.DataFrame:
    """The audit's scores of every factor and probe, and the differences between representations."""
    tables = _audit(golden)
    differences = tables["differences"].assign(
        representation=lambda table: table["representation"] + " − " + table["other"]
    )
    selectivity = tables["verdicts"][["representation", "factor", "known_skill", "control_skill", "selectivity"]]
    return pd.concat(
        [
            _melt(tables["scores"].drop(columns=["kind", "seeds"])),
            _melt(differences.drop(columns=["kind", "other"])),
            _melt(selectivity.assign(probe="linear, groups seen")),
        ],
        ignore_index=True,
    )


def verdicts(golden: Golden) -> pd.DataFrame:
    """The audit's verdicts, in words, and the counts that they rest on."""
    table = _audit(golden)["verdicts"]
    named = table[["representation", "factor", "verdict", "how", "test_rows", "test_groups", "smallest_groups"]]
    return _melt(named.assign(probe="any"))


def erasure(golden: Golden) -> pd.DataFrame:
    """What is left of each factor, and of recognition, after erasing a factor."""
    dataset, found = golden.digits, []
    for name, features in dataset.features.items():
        source = open_representation(dataset.samples, dataset.factors, features)
        tables = erasure_tables(source, dataset.samples, dataset.factors, general_probe_names())
        factors = (
            tables["erasure"].drop(columns=["skill_before", "at_baseline", "file"]).rename(columns={"probed": "factor"})
        )
        recognition = tables["recognition"].assign(factor="label", probe=tables["recognition"]["measure"])
        recognition = recognition.drop(columns=["measure", "rows", "groups"]).rename(columns={"value": "score"})
        for table in (factors, recognition):
            melted = _melt(table.assign(representation=name), "erased")
            melted["measure"] += ", without " + melted.pop("erased").replace("", "nothing")
            found.append(melted)
    return pd.concat(found, ignore_index=True)


def geometry(golden: Golden) -> pd.DataFrame:
    """How the factors lie in each representation: variance, dimensions, neighbors."""
    found = []
    for name, features in golden.digits.features.items():
        tables = geometry_tables(golden.digits.samples, golden.digits.factors, features, label_is_group=False)
        subspace, scree = tables["subspace"], tables["scree"].query("component <= @FIRST")
        subspace = subspace.assign(measure="skill from " + subspace["dimensions"].astype(str), probe=subspace["basis"])
        components = "singular value " + scree["component"].astype(str)
        scree = scree.assign(measure=components, value=scree["singular_value"])
        found += [
            _melt(tables["structure"].assign(representation=name, factor="", probe="")),
            _melt(tables["geometry"].drop(columns="kind").assign(representation=name, probe="")),
            tables["neighbors"].assign(representation=name, probe="")[COLUMNS],
            subspace.rename(columns={"skill": "value"}).assign(representation=name)[COLUMNS],
            scree.assign(representation=name, factor="", probe="")[COLUMNS],
        ]
    return pd.concat(found, ignore_index=True)


def invariance(golden: Golden) -> pd.DataFrame:
    """The open questions' scores of the angle, before and after it is erased."""
    table = _digits(golden)
    label = table[(table["probe"] == "nearest_mean") & (table["measure"] == "accuracy")]
    wrong = {"value": 100 - 100 * label["value"], "low": 100 - 100 * label["high"], "high": 100 - 100 * label["low"]}
    errors = table[(table["factor"] == "angle") & (table["measure"] == "rmse")]
    constant = table[(table["measure"] == "baseline_rmse")].drop_duplicates(["representation", "eraser"])
    found = pd.concat(
        [
            label.assign(measure="error", **wrong),
            errors,
            errors[errors["best"]].assign(probe="best"),
            constant.assign(measure="rmse", probe="constant"),
        ]
    )
    return _ends(found, found["eraser"].map({"": "", "all": ", without angle"}))


TABLES: dict[str, Callable[[Golden], pd.DataFrame]] = {
    adapter.__name__: adapter
    for adapter in (label_and_angle, attributes, pose, scores, verdicts, erasure, geometry, invariance)
}


@cache
def _digits(golden: Golden) -> pd.DataFrame:
    """Score the label and the angle as a number, as they are and after the angle was erased."""
    factors = golden.path("digits", "factors")
    write_sample_factors(golden.digits.samples, factors, numbers=["angle"])
    dataset = Dataset(golden.digits.samples, factors, golden.digits.features)
    return _score(golden, "digits", dataset, DIGIT_PROBES, ["angle"])


@cache
def _faces(golden: Golden) -> pd.DataFrame:
    """Score attributes and poses over folds."""
    factors = golden.path("faces", "factors")
    write_sample_factors(golden.faces.samples, factors, attributes=ATTRIBUTES, poses=golden.faces.factors)
    subsets = [{"column": "abs_yaw", "edges": EDGES, "factors": ["abs_yaw"]}]
    dataset = Dataset(golden.faces.samples, factors, golden.faces.features)
    return _score(golden, "faces", dataset, FACE_PROBES, [], subsets)


def _score(
    golden: Golden,
    name: str,
    dataset: Dataset,
    probes: Mapping[str, Sequence[str]],
    erase: Sequence[str],
    subsets: Sequence[Mapping[str, object]] = (),
) -> pd.DataFrame:
    runs = []
    for representation, features in dataset.features.items():
        paths = {what: golden.path(name, f"{representation}_{what}") for what in ("predictions", "search")}
        source = open_representation(dataset.samples, dataset.factors, features)
        probe(source, paths, probes=probes, erase=erase)
        runs.append(Run((name, representation, "", 0), dataset.samples, dataset.factors, *paths.values()))
    score_runs(runs, golden.path(name, "scores"), subsets=subsets)
    return read_scores(golden.path(name, "scores"))


@cache
def _audit_probes(golden: Golden) -> dict[str, ProbeFiles]:
    """Probe the digits' factors; what the tables of the audit share."""
    found = {}
    for name, features in golden.digits.features.items():
        paths = {what: golden.path("audit", f"{name}_{what}") for what in ("predictions", "search", "selectivity")}
        source = open_representation(golden.digits.samples, golden.digits.factors, features)
        probe(source, paths, probes=dict.fromkeys(general_probe_names()))
        found[name] = ProbeFiles(*([path] for path in paths.values()), name == "projection")
    return found


@cache
def _audit(golden: Golden) -> dict[str, pd.DataFrame]:
    return audit_scores(golden.digits.samples, golden.digits.factors, _audit_probes(golden), margin=0.1)


def _ends(scores: pd.DataFrame, suffix: pd.Series | str = "") -> pd.DataFrame:
    """Give the value and the ends of each interval a row."""
    rows = [
        scores.assign(measure=scores["measure"] + end + suffix, value=scores[column])[COLUMNS]
        for column, end in ENDS.items()
    ]
    return pd.concat(rows, ignore_index=True)


def _melt(table: pd.DataFrame, *kept: str) -> pd.DataFrame:
    """Turn every other column into rows: its name is the measure; what is missing has no row."""
    names = ["representation", "factor", "probe", *kept]
    return table.melt(names, var_name="measure").dropna(subset="value")[[*names, *COLUMNS[3:]]]
