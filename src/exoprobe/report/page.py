"""Writing the page of an audit."""

from collections.abc import Mapping
from pathlib import Path

import jinja2

from exoprobe.errors import ExoprobeError
from exoprobe.io.files import atomic_write
from exoprobe.probes.base import find_probe
from exoprobe.probes.registry import probe_names
from exoprobe.report import wording
from exoprobe.report.answer import VERDICTS, answer, tally
from exoprobe.report.parts import Tables, draw_comparisons, factor_parts, representation_parts
from exoprobe.report.removal_figures import MEASURES
from exoprobe.report.representations import Representation, list_representations
from exoprobe.report.tables import METRICS, read_about, read_tables
from exoprobe.report.vega import vega_bundle

TEMPLATES = Path(__file__).parent / "templates"
AXIS_LOW, AXIS_WIDTH, AXIS_MARGIN = -0.1, 130, 4  # of the small skill axes, which end at 1; skill, pixels, pixels


def write_page(
    tables: Mapping[str, str | Path], about: str | Path, path: str | Path, provenance: str | Path | None = None
) -> None:
    """Write the page of an audit: one HTML file that needs no network.

    Args:
        tables: the audit's CSV files by the names in :data:`exoprobe.report.tables.COLUMNS`.
        about: the JSON file that says what was audited.
        path: the HTML file.
        provenance: the JSON file of :func:`exoprobe.provenance.write_provenance`, for the page's foot.

    Raises:
        ExoprobeError: where a table is missing or damaged, or contains what was not audited.
    """
    stated = read_about(about)
    representations = list_representations(stated["representations"])
    found = read_tables(tables)
    probes = [find_probe(name) for name in found["scores"]["probe"].unique()]
    read = _with_titles(found, representations)
    tallies = tally(read["verdicts"], representations)
    factors = factor_parts(read, representations)
    html = _environment().get_template("page.html").render(
        about=stated,
        answer=answer(read["verdicts"], tallies),
        comparisons=draw_comparisons(read, representations),
        anchors={part.name: part.anchor for part in factors},
        factors=factors,
        library=vega_bundle(),
        provenance=None if provenance is None else read_about(provenance),
        parts=representation_parts(read, representations),
        tallies=tallies,
        verdicts=list(read["verdicts"].itertuples(index=False)),
        looks={representation.title: representation for representation in representations},
        indices={representation.title: index for index, representation in enumerate(representations)},
        probes=probes,
    )  # fmt: skip
    with atomic_write(path) as temporary:
        temporary.write_text(html, encoding="utf-8")


def _with_titles(tables: Tables, representations: list[Representation]) -> Tables:
    """Return the tables with the titles of representations and probes instead of their names."""
    titles = {representation.name: representation.title for representation in representations}
    for name, table in tables.items():
        unknown = set(table.get("representation", ())) - set(titles)
        if unknown:
            raise ExoprobeError(f"the table {name} has the representation {min(unknown)!r}, which was not audited")
    probes = {name: find_probe(name).title for name in probe_names()}
    columns = {"representation": titles, "other": titles, "probe": probes}
    return {
        name: table.assign(
            **{column: table[column].replace(words) for column, words in columns.items() if column in table}
        )
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
    held = min(max(skill, AXIS_LOW), 1.0)
    return round(AXIS_MARGIN + (held - AXIS_LOW) / (1 - AXIS_LOW) * (AXIS_WIDTH - 2 * AXIS_MARGIN), 1)
