"""Writing the page of an audit."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import jinja2

from exoprobe.errors import ExoprobeError
from exoprobe.io.files import atomic_write
from exoprobe.probes.base import Probe, find_probe
from exoprobe.probes.registry import probe_names
from exoprobe.report import wording
from exoprobe.report.answer import VERDICTS, answer, tally
from exoprobe.report.association_figure import draw_association
from exoprobe.report.removal_figures import MEASURES
from exoprobe.report.representations import Representation, list_representations
from exoprobe.report.sections import Tables, draw_comparisons, factor_sections, representation_sections
from exoprobe.report.tables import METRICS, read_json, read_tables
from exoprobe.report.vega import vega_bundle

TEMPLATES = Path(__file__).parent / "templates"
AXIS_LOW, AXIS_WIDTH, AXIS_MARGIN = -0.1, 130, 4  # of the small skill axes, which end at 1; skill, pixels, pixels


def write_page(
    tables: Mapping[str, str | Path], metadata: str | Path, path: str | Path, provenance: str | Path | None = None
) -> None:
    """Write the page of an audit: one HTML file that needs no network.

    Args:
        tables: the audit's CSV files by the names in :data:`exoprobe.report.tables.COLUMNS`.
        metadata: the JSON file of :func:`exoprobe.evaluation.audit_metadata.write_metadata`: what was audited.
        path: the HTML file.
        provenance: the JSON file of :func:`exoprobe.provenance.write_provenance`, for the page's foot.

    Raises:
        ExoprobeError: where a table is missing or damaged, or contains what was not audited.
    """
    audited = read_json(metadata)
    representations = list_representations(audited["representations"])
    named = read_tables(tables)
    probes = _registered_probes(named["scores"]["probe"].unique())
    titled = _with_titles(named, representations, probes)
    tallies = tally(titled["verdicts"], representations)
    factors = factor_sections(titled, representations)
    html = _environment().get_template("page.html").render(
        metadata=audited,
        notes=_input_notes(audited),
        answer=answer(titled["verdicts"], tallies),
        comparisons=draw_comparisons(titled, representations),
        associations=draw_association(named["association"]),
        anchors={factor.name: factor.anchor for factor in factors},
        factors=factors,
        library=vega_bundle(),
        provenance=None if provenance is None else read_json(provenance),
        sections=representation_sections(titled, representations),
        tallies=tallies,
        verdicts=list(titled["verdicts"].itertuples(index=False)),
        representations={representation.title: representation for representation in representations},
        indices={representation.title: index for index, representation in enumerate(representations)},
        probes=probes,
    )  # fmt: skip
    with atomic_write(path) as temporary:
        temporary.write_text(html, encoding="utf-8")


def _registered_probes(names: Iterable[str]) -> dict[str, Probe | None]:
    """Return the probes by name; None for a probe of which only the results are known."""
    registered = set(probe_names())
    return {name: find_probe(name) if name in registered else None for name in names}


def _input_notes(metadata: Mapping[str, Any]) -> list[str]:
    """Return what was noted about the input, except what the page says elsewhere: the join, and columns left out."""
    elsewhere = {metadata["joined"], *metadata["left_out"]}
    return [note["message"] for note in metadata["notes"] if note["message"] not in elsewhere]


def _with_titles(tables: Tables, representations: list[Representation], probes: Mapping[str, Probe | None]) -> Tables:
    """Return the tables with the titles of representations and probes instead of their names."""
    titles = {representation.name: representation.title for representation in representations}
    for name, table in tables.items():
        unknown = set(table.get("representation", ())) - set(titles)
        if unknown:
            raise ExoprobeError(f"the table {name} has the representation {min(unknown)!r}, which was not audited")
    probe_titles = {name: probe.title for name, probe in probes.items() if probe}
    columns = {"representation": titles, "other": titles, "probe": probe_titles}
    return {
        name: table.assign(
            **{column: table[column].replace(words) for column, words in columns.items() if column in table}
        )
        if "representation" in table
        else table
        for name, table in tables.items()
    }


def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    words = ("number", "count", "share", "significant", "signed", "interval", "p_value", "listed", "counted")
    environment.filters |= {word: getattr(wording, word) for word in words} | {"position": _position}
    environment.globals |= {"measures": MEASURES, "metrics": METRICS, "verdict_names": VERDICTS}
    return environment


def _position(skill: float) -> float:
    """Return where a skill lies on a small axis, in pixels; beyond its ends at the end."""
    clipped = min(max(skill, AXIS_LOW), 1.0)
    return round(AXIS_MARGIN + (clipped - AXIS_LOW) / (1 - AXIS_LOW) * (AXIS_WIDTH - 2 * AXIS_MARGIN), 1)
