"""What each section of the page shows: rows of the tables and the figures drawn from them."""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import combinations

import pandas as pd

from exoprobe.errors import ExoprobeError
from exoprobe.report import removal_figures, skill_figures, structure_figures
from exoprobe.report.figure import Figure
from exoprobe.report.removal_figures import MEASURES
from exoprobe.report.representations import Representation, make_anchors

Rows = list[tuple]  # named tuples, a table's rows
Tables = dict[str, pd.DataFrame]

LINEAR = ("linear", "least squares")  # of the erased factor, and of the others


@dataclass(frozen=True)
class FactorSection:
    """The section of one factor: its row of the table factors, rows of the other tables, and figures by name."""

    name: str
    anchor: str
    facts: tuple
    rows: dict[str, Rows]
    figures: dict[str, list[Figure]]


@dataclass(frozen=True)
class RepresentationSection:
    """The section of one representation: rows of the tables, and figures by name."""

    representation: Representation
    rows: dict[str, Rows]
    figures: dict[str, list[Figure]]


def factor_sections(tables: Tables, representations: list[Representation]) -> list[FactorSection]:
    """Make a section for each factor, those that leak most first.

    Raises:
        ExoprobeError: where the table factors lacks one that has a verdict.
    """
    shown = tables["verdicts"][~tables["verdicts"]["control"]]
    order = list(dict.fromkeys([*shown["factor"], *tables["verdicts"]["factor"], *tables["factors"]["factor"]]))
    anchors = make_anchors("factor", order)
    facts = {row.factor: row for row in tables["factors"].itertuples(index=False)}
    unknown = [name for name in order if name not in facts]
    if unknown:
        raise ExoprobeError(f"the table factors lacks {unknown[0]!r}, which the table verdicts has")
    return [_factor_section(name, anchors[name], facts[name], tables, representations) for name in order]


def _factor_section(
    name: str, anchor: str, facts: tuple, tables: Tables, representations: list[Representation]
) -> FactorSection:
    titles = [representation.title for representation in representations]
    names = ("verdicts", "scores", "differences", "geometry", "subspace", "dimensions")
    selected = {table: tables[table][tables[table]["factor"] == name] for table in names}
    erased = tables["erasure"][tables["erasure"]["erased"] == name]
    selected["removal"] = erased[erased["probed"] == name]
    selected["recognition"] = tables["recognition"][tables["recognition"]["erased"].isin(["", name])]
    variance = _variance_shares(selected["geometry"], tables["structure"])
    kind = str(tables["factors"].set_index("factor")["kind"][name])
    numeric = selected["scores"].dropna(subset="baseline_error")
    figures = {
        "probes": _figures(numeric, skill_figures.draw_probes, kind, titles),
        "variance": _figures(variance, structure_figures.draw_variance, titles),
        "subspace": _figures(selected["subspace"], structure_figures.draw_subspace, titles),
        "dimensions": [
            structure_figures.draw_dimensions(rows, str(title))
            for title, rows in selected["dimensions"].groupby("representation", sort=False)
        ],
        "removal": _figures(selected["removal"], removal_figures.draw_removal, titles),
    }  # fmt: skip
    return FactorSection(name, anchor, facts, {table: _rows(rows) for table, rows in selected.items()}, figures)


def _variance_shares(geometry: pd.DataFrame, structure: pd.DataFrame) -> pd.DataFrame:
    """Return rows of (representation, explained_by, variance_explained): by this factor, identity and label."""
    selected = geometry[["representation", "variance_explained"]].assign(explained_by="this factor")
    others = [
        structure[["representation"]].assign(variance_explained=structure[f"{what}_variance"], explained_by=words)
        for what, words in (("identity", "groups (identity)"), ("label", "label"))
    ]
    shares = pd.concat([selected, *others] if len(selected) else [selected], ignore_index=True)
    return shares[["representation", "explained_by", "variance_explained"]].dropna()


def representation_sections(tables: Tables, representations: list[Representation]) -> list[RepresentationSection]:
    """Make a section for each representation, in their order."""
    return [_representation_section(rank, tables, representations) for rank in range(len(representations))]


def _representation_section(rank: int, tables: Tables, representations: list[Representation]) -> RepresentationSection:
    titles = [representation.title for representation in representations]
    title = titles[rank]
    names = ("verdicts", "structure", "scree", "geometry", "erasure", "recognition")
    selected = {table: tables[table][tables[table]["representation"] == title] for table in names}
    removal, recognition = selected["erasure"], selected["recognition"]
    numeric = selected["geometry"].dropna(subset="robustness_index")
    figures = {
        "scree": _figures(selected["scree"], structure_figures.draw_scree, titles),
        "robustness": _figures(numeric, structure_figures.draw_robustness, titles),
        "erasure": _figures(removal[removal["probe"].isin(LINEAR)], removal_figures.draw_erasure_matrix),
        "recognition": [
            removal_figures.draw_recognition(rows, str(measure), titles)
            for measure, rows in recognition[recognition["erased"] != ""].groupby("measure", sort=False)
            if measure in MEASURES
        ],
    }
    return RepresentationSection(
        representations[rank], {table: _rows(rows) for table, rows in selected.items()}, figures
    )


def draw_comparisons(tables: Tables, representations: list[Representation]) -> dict[str, Figure]:
    """Draw all representations side by side, then each pair's differences, by title; nothing where there is one."""
    titles = [representation.title for representation in representations]
    if len(titles) < 2 or tables["verdicts"].empty:
        return {}
    differences = tables["differences"]
    linear = differences[differences["probe"] == "linear"].sort_values("difference", ascending=False)
    figures = {"all": skill_figures.draw_skills(tables["verdicts"], titles)}
    for first, second in combinations(titles, 2):
        pair = linear[(linear["representation"] == first) & (linear["other"] == second)]
        if len(pair):
            figures[f"{first} − {second}"] = skill_figures.draw_differences(pair, first, second)
    return figures


def _figures(data: pd.DataFrame, draw: Callable[..., Figure], *options: object) -> list[Figure]:
    """Draw a figure of the data, none of no data."""
    return [] if data.empty else [draw(data, *options)]


def _rows(table: pd.DataFrame) -> Rows:
    return list(table.itertuples(index=False))
