"""What each section of the page shows: rows of the tables and the figures drawn from them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from exoprobe.report import prediction_figures, recognition_figures, removal_figures, skill_figures, structure_figures
from exoprobe.report.association_figure import both_directions
from exoprobe.report.figure import Figure
from exoprobe.report.learning import Growth, draw_learning, list_growth, strongest_growth
from exoprobe.report.removal_figures import LEAST_SQUARES, MEASURES
from exoprobe.report.representations import Representation
from exoprobe.report.tables import COLUMNS, Tables, rows_of

Rows = list[Any]  # named tuples, a table's rows

MANY = 8  # representations, from which figures and tables of a factor show the most important ones
# Tables of a factor that show the most important representations alone.
DETAILS = {"beyond", "scores", "removal", "recognition", "geometry", "shift", "extremes", "subgroups", "neighbors"}
LINEAR = ("linear", LEAST_SQUARES)  # of the erased factor, and of the others


@dataclass(frozen=True)
class FactorSection:
    """The section of one factor: its row of the table factors, rows of the other tables, and figures by name.

    ``growth`` is what more groups would give, the representation of highest skill first.
    """

    name: str
    anchor: str
    facts: Any
    rows: dict[str, Rows]
    figures: dict[str, list[Figure]]
    growth: list[Growth]


@dataclass(frozen=True)
class RepresentationSection:
    """The section of one representation: rows of the tables, and figures by name."""

    representation: Representation
    rows: dict[str, Rows]
    figures: dict[str, list[Figure]]


def factor_sections(
    tables: Tables, representations: list[Representation], anchors: Mapping[str, str]
) -> list[FactorSection]:
    """Make a section for each factor that has an anchor, in their order."""
    facts = {row.factor: row for row in rows_of(tables["factors"])}
    names = (
        *("verdicts", "scores", "differences", "geometry", "subspace", "dimensions", "beyond", "predicted"),
        *("shift", "roc", "learning", "description_length", "extremes", "subgroups", "neighbors", "recognition_by"),
    )
    by_factor = {name: dict(list(tables[name].groupby("factor", sort=False))) for name in names}
    by_factor["association"] = dict(list(both_directions(tables["association"]).groupby("factor", sort=False)))
    by_factor["erasure"] = dict(list(tables["erasure"].groupby("erased", sort=False)))
    by_factor["recognition"] = dict(list(tables["recognition"].groupby("erased", sort=False)))
    sections = []
    for name, anchor in anchors.items():
        selected = {table: rows.get(name, tables[table].iloc[:0]) for table, rows in by_factor.items()}
        selected["unerased"] = by_factor["recognition"].get("", tables["recognition"].iloc[:0])
        selected["structure"] = tables["structure"]
        sections.append(_factor_section(name, anchor, facts[name], selected, representations))
    return sections


def _factor_section(
    name: str, anchor: str, facts: tuple, selected: Tables, representations: list[Representation]
) -> FactorSection:
    titles = [representation.title for representation in representations]
    erasure = selected.pop("erasure")
    selected["removal"] = erasure[erasure["probed"] == name]
    selected["differences"] = _few_differences(selected["differences"], selected["verdicts"], len(titles))
    variance = _variance_shares(selected["geometry"], selected.pop("structure"))
    numeric = selected["scores"].dropna(subset="baseline_error")
    kind = str(facts[COLUMNS["factors"].split().index("kind")])
    most = most_skilled(selected["verdicts"], titles)
    figures = {
        "probes": _figures(_best_only(numeric, titles), skill_figures.draw_probes, kind, titles),
        "predicted": [
            prediction_figures.draw_predictions(rows, kind, str(title))
            for title, rows in _of(selected.pop("predicted"), most).groupby("representation", sort=False)
        ],
        "roc": _draw_trade_offs(_of(selected.pop("roc"), most), most),
        "recognition_by": _figures(
            _of(selected.pop("recognition_by"), most), recognition_figures.draw_recognition_by, name, most
        ),
        "variance": _figures(_of(variance, most), structure_figures.draw_variance, most),
        "subspace": _figures(_of(selected.pop("subspace"), most), structure_figures.draw_subspace, most),
        "dimensions": [
            structure_figures.draw_dimensions(rows, str(title))
            for title, rows in _of(selected.pop("dimensions"), most).groupby("representation", sort=False)
        ],
        "removal": _figures(_of(selected["removal"], most), removal_figures.draw_removal, most),
        "learning": _figures(_of(selected["learning"], most), draw_learning, most),
    }  # fmt: skip
    selected |= {table: _of(rows, most) for table, rows in selected.items() if table in DETAILS}
    growth = list_growth(selected.pop("learning"), selected.pop("description_length"))
    rows = {table: rows_of(table_rows) for table, table_rows in selected.items()}
    return FactorSection(name, anchor, facts, rows, figures, strongest_growth(growth.values()))


def _draw_trade_offs(roc: pd.DataFrame, titles: list[str]) -> list[Figure]:
    """Draw which errors of a binary factor's probe can be traded for which: the ROC curve, and the DET curve."""
    errors = roc.assign(false_negative=1 - roc["true_positive"])[["representation", "false_positive", "false_negative"]]
    what = "Detection error trade-off of the same probes."
    names = ("false_positive", "false_negative")
    return [
        *_figures(roc, prediction_figures.draw_roc, titles),
        *_figures(errors, recognition_figures.draw_det, titles, names, what),
    ]


def most_skilled(verdicts: pd.DataFrame, titles: list[str]) -> list[str]:
    """Return the representations that figures of a factor show, in their order: those of most skill, if many."""
    if len(titles) <= MANY:
        return titles
    best = set(verdicts.sort_values("skill", ascending=False)["representation"][:MANY])
    return [title for title in titles if title in best]


def _of(table: pd.DataFrame, titles: list[str]) -> pd.DataFrame:
    return table[table["representation"].isin(titles)]


def _best_only(scores: pd.DataFrame, titles: list[str]) -> pd.DataFrame:
    """Return every probe's scores, or each representation's best probe where there are many representations."""
    if len(titles) <= MANY or scores.empty:
        return scores
    return scores.loc[scores.groupby("representation", sort=False)["skill"].idxmax().dropna()]


def _few_differences(differences: pd.DataFrame, verdicts: pd.DataFrame, count: int) -> pd.DataFrame:
    """Return every pair's differences; of many representations those of the linear probe with the least skilled."""
    if count <= MANY // 2 or differences.empty:
        return differences
    linear = differences[differences["probe"] == "linear"]
    if count <= MANY or verdicts.empty:
        return linear
    least = verdicts.sort_values("skill")["representation"].iloc[0]
    return linear[(linear["representation"] == least) | (linear["other"] == least)]


def _variance_shares(geometry: pd.DataFrame, structure: pd.DataFrame) -> pd.DataFrame:
    """Return rows of (representation, explained_by, variance_explained): by this factor, identity and label."""
    selected = geometry[["representation", "variance_explained"]].assign(explained_by="this factor")
    others = [
        structure[["representation"]].assign(variance_explained=structure[f"{what}_variance"], explained_by=words)
        for what, words in (("identity", "groups (identity)"), ("label", "label"))
        if what == "identity" or not structure["label_variance"].equals(structure["identity_variance"])
    ]
    shares = pd.concat([selected, *others] if len(selected) else [selected], ignore_index=True)
    return shares[["representation", "explained_by", "variance_explained"]].dropna()


def representation_sections(tables: Tables, representations: list[Representation]) -> list[RepresentationSection]:
    """Make a section for each representation, in their order."""
    return [_representation_section(rank, tables, representations) for rank in range(len(representations))]


def _representation_section(rank: int, tables: Tables, representations: list[Representation]) -> RepresentationSection:
    titles = [representation.title for representation in representations]
    title = titles[rank]
    names = ("verdicts", "structure", "scree", "neighbors", "erasure", "recognition", "det")
    selected = {table: tables[table][tables[table]["representation"] == title] for table in names}
    removal, recognition = selected["erasure"], selected["recognition"]
    neighbors = selected["neighbors"]
    robustness = neighbors[neighbors["measure"] == "robustness_index"]
    figures = {
        "scree": _figures(selected["scree"], structure_figures.draw_scree, titles),
        "robustness": _figures(robustness, structure_figures.draw_robustness, titles),
        "erasure": _figures(
            _of(removal[removal["probe"].isin(LINEAR)], most_skilled(tables["verdicts"], titles)),
            removal_figures.draw_erasure_matrix,
        ),
        "recognition": [
            removal_figures.draw_recognition(rows, str(measure), titles)
            for measure, rows in recognition[recognition["erased"] != ""].groupby("measure", sort=False)
            if measure in MEASURES
        ],
    }
    compared = tables["det"] if len(titles) <= MANY else selected["det"]
    figures["det"] = _figures(
        compared, recognition_figures.draw_det, titles, ("false_match", "false_non_match"),
        "Verification: the share of pairs of one label that are rejected, against pairs of two that are accepted.",
    )  # fmt: skip
    selected["together"] = _erased_together(removal)
    return RepresentationSection(
        representations[rank], {table: rows_of(rows) for table, rows in selected.items()}, figures
    )


def _erased_together(erasure: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of the factors that were erased together with others, as every probe predicts them."""
    return erasure[(erasure["probe"] != LEAST_SQUARES) & (erasure["erased"] != erasure["probed"])]


def draw_comparison(tables: Tables, representations: list[Representation]) -> Figure | None:
    """Draw the linear probe's differences of every pair of representations, of which the page shows one."""
    differences = tables["differences"]
    linear = differences[differences["probe"] == "linear"]
    if len(representations) < 2 or linear.empty:
        return None
    order = linear["difference"].abs().sort_values(ascending=False).index
    return skill_figures.draw_differences(linear.loc[order])


def _figures(data: pd.DataFrame, draw: Callable[..., Figure], *options: object) -> list[Figure]:
    """Draw a figure of the data, none of no data."""
    return [] if data.empty else [draw(data, *options)]
