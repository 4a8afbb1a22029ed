"""What the page's first screen shows, and the command's last lines: the findings and what follows from them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from exoprobe.errors import ExoprobeError
from exoprobe.probes.base import Probe, find_probe
from exoprobe.probes.registry import probe_names
from exoprobe.report.actions import Action, list_actions
from exoprobe.report.answer import Answer, Circumstances, make_answer, strongest_lines
from exoprobe.report.comparison import list_pairs, lowest_by_factor
from exoprobe.report.findings import Finding, factor_order, list_findings
from exoprobe.report.matrix import Matrix, make_matrix
from exoprobe.report.representations import Representation, list_representations, make_anchors
from exoprobe.report.shift_words import first_by_factor, hurt_sizes, list_hurts
from exoprobe.report.tables import Tables
from exoprobe.report.wanted import list_wanted


@dataclass(frozen=True)
class FirstScreen:
    """What the first screen shows.

    Attributes:
        answer: in words.
        actions: what to do now.
        matrix: of factors and representations.
        findings: of each factor and representation, by what matters.
        anchors: of the factors' parts, in their order.
    """

    answer: Answer
    actions: list[Action]
    matrix: Matrix
    findings: list[Finding]
    anchors: dict[str, str]


def make_first_screen(
    tables: Tables, representations: list[Representation], metadata: Mapping[str, Any]
) -> FirstScreen:
    """Make it from the tables with titles.

    Raises:
        ExoprobeError: where the table factors lacks one that has a verdict.
    """
    findings = list_findings(tables)
    order = list(dict.fromkeys([*factor_order(findings), *tables["verdicts"]["factor"], *tables["factors"]["factor"]]))
    unknown = [name for name in order if name not in set(tables["factors"]["factor"])]
    if unknown:
        raise ExoprobeError(f"the table factors lacks {unknown[0]!r}, which the table verdicts has")
    anchors = make_anchors("factor", order)
    lowest = lowest_by_factor(tables["verdicts"], list_pairs(tables["differences"]))
    wanted = list_wanted(tables, metadata)
    hurts = list(hurt_sizes(first_by_factor(list_hurts(tables["shift"]))))
    circumstances = Circumstances(metadata["margin"], metadata["permutations"], wanted, lowest, hurts)
    return FirstScreen(
        make_answer(findings, circumstances),
        list_actions(findings, tables, lowest, wanted, metadata),
        make_matrix(findings, representations, wanted, lowest, anchors),
        findings,
        anchors,
    )


def summary_lines(tables: Tables, metadata: Mapping[str, Any]) -> list[str]:
    """Return the headline and the strongest findings, a line of text each.

    Args:
        tables: of an audit, as :func:`exoprobe.report.tables.read_tables` returns them.
        metadata: what was audited.
    """
    representations = list_representations(metadata["representations"])
    titled = with_titles(tables, representations, registered_probes(tables["scores"]["probe"].unique()))
    screen = make_first_screen(titled, representations, metadata)
    return [screen.answer.headline, *strongest_lines(screen.findings)]


def registered_probes(names: Iterable[str]) -> dict[str, Probe | None]:
    """Return the probes by name; None for a probe of which only the results are known."""
    registered = set(probe_names())
    return {name: find_probe(name) if name in registered else None for name in names}


def with_titles(tables: Tables, representations: list[Representation], probes: Mapping[str, Probe | None]) -> Tables:
    """Return the tables with the titles of representations and probes instead of their names."""
    titles = {representation.name: representation.title for representation in representations}
    for name, table in tables.items():
        unknown = set(table.get("representation", ())) - set(titles)
        if unknown:
            raise ExoprobeError(f"the table {name} has the representation {min(unknown)!r}, which was not audited")
    probe_titles = {name: probe.title for name, probe in probes.items() if probe}
    columns = {"representation": titles, "probe": probe_titles}
    return {
        name: table.assign(
            **{
                column: table[column].map(lambda name, words=words: words.get(name, name))
                for column, words in (columns | ({"other": titles} if "representation" in table else {})).items()
                if column in table
            }
        )
        for name, table in tables.items()
    }
