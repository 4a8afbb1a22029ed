"""Writing the page of an audit."""

from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import jinja2

from exoprobe.io.files import atomic_write
from exoprobe.report import wording
from exoprobe.report.association_figure import draw_association
from exoprobe.report.findings import EXPLAINED, STRENGTHS, VERDICTS, WEAKLY
from exoprobe.report.first_screen import make_first_screen, registered_probes, with_titles
from exoprobe.report.layer_figure import draw_layers
from exoprobe.report.map_figures import draw_maps
from exoprobe.report.packing import pack
from exoprobe.report.removal_figures import MEASURES
from exoprobe.report.representations import Representation, list_representations
from exoprobe.report.sections import MANY, draw_comparison, factor_sections, most_skilled, representation_sections
from exoprobe.report.shift_words import drop_words, worst_words
from exoprobe.report.structure_figures import NEIGHBOR_MEASURES
from exoprobe.report.tables import METRICS, Tables, read_json, read_tables
from exoprobe.report.vega import vega_bundle

TEMPLATES = Path(__file__).parent / "templates"
AXIS_LOW, AXIS_WIDTH, AXIS_MARGIN = -0.1, 130, 4  # of the small skill axes, which end at 1; skill, pixels, pixels
MOST_ROWS = 400  # of all results, shown at a time
SHORT_TITLES = 36  # characters of all titles together, up to which the page's head has them


def write_page(
    tables: Mapping[str, str | Path],
    metadata: str | Path,
    path: str | Path,
    provenance: str | Path | None = None,
    computing: Sequence[str] = (),
    thumbnails: str | Path | None = None,
) -> None:
    """Write the page of an audit: one HTML file that needs no network.

    Args:
        tables: the audit's CSV files by the names in :data:`exoprobe.report.tables.COLUMNS`.
        metadata: the JSON file of :func:`exoprobe.evaluation.audit_metadata.write_metadata`: what was audited.
        path: the HTML file.
        provenance: the JSON file of :func:`exoprobe.provenance.write_provenance`, for the page's foot.
        computing: what is still computed and missing in the tables, in words; nothing is advised before it is there.
        thumbnails: the JSON file of :func:`exoprobe.embeddings.thumbnails.write_thumbnails`: pictures of rows.

    Raises:
        ExoprobeError: where a table is missing or damaged, or contains what was not audited.
    """
    audited = read_json(metadata)
    representations = list_representations(audited["representations"])
    named = read_tables(tables)
    probes = registered_probes(named["scores"]["probe"].unique())
    titled = with_titles(named, representations, probes)
    environment = _environment()
    screen = make_first_screen(titled, representations, audited)
    shared = {
        "answer": screen.answer,
        "actions": [] if computing else screen.actions,
        "computing": computing,
        "matrix": screen.matrix,
        "anchors": screen.anchors,
        "erased": len(titled["erasure"]) > 0,
        "verdicts": [row for factor in screen.anchors for row in screen.findings if row.factor == factor],
        "found_by": {(row.factor, row.representation): row for row in screen.findings},
        "metadata": audited,
        "notes": _input_notes(audited),
        "probes": probes,
        "representations": {representation.title: representation for representation in representations},
        "indices": {representation.title: index for index, representation in enumerate(representations)},
        "files": sorted(Path(file).name for file in tables.values()),
        "provenance": None if provenance is None else read_json(provenance),
        "thumbnails": {} if thumbnails is None else read_json(thumbnails),
        "few_representations": sum(len(entry.title) for entry in representations) <= SHORT_TITLES,
    }
    packed = _packed_sections(environment, shared, titled, representations)
    html = environment.get_template("page.html").render(**shared, packed=packed, library=_library())
    with atomic_write(path) as temporary:
        temporary.write_text(html, encoding="utf-8")


@cache
def _library() -> str:
    return pack(vega_bundle())


def _packed_sections(
    environment: jinja2.Environment, shared: dict[str, Any], tables: Tables, representations: list[Representation]
) -> list[dict[str, str]]:
    """Return the sections that are unpacked when they are shown: anchor and compressed HTML."""
    sections: list[tuple[str, str, dict[str, Any]]] = [("results", "results.html", {})]
    if comparison := draw_comparison(tables, representations):
        sections.append(("compare", "compare.html", {"drawn": comparison}))
    if layers := draw_layers(tables["verdicts"], [representation.title for representation in representations]):
        sections.append(("layers", "layers.html", {"layers": layers}))
    if associations := draw_association(tables["association"]):
        sections.append(("association", "association.html", {"associations": associations}))
    shown = most_skilled(tables["verdicts"], [representation.title for representation in representations])
    if maps := draw_maps(tables, shown, list(shared["anchors"])):
        sections.append(("maps", "maps.html", {"maps": maps}))
    factors = factor_sections(tables, representations, shared["anchors"])
    for before, factor, after in zip([None, *factors], factors, [*factors[1:], None], strict=False):
        sections.append((factor.anchor, "factor.html", {"factor": factor, "before": before, "after": after}))
    for section in representation_sections(tables, representations):
        sections.append((section.representation.anchor, "representation.html", {"section": section}))
    return [
        {"anchor": anchor, "content": pack(environment.get_template(template).render(**shared, **values))}
        for anchor, template, values in sections
    ]


def _input_notes(metadata: Mapping[str, Any]) -> list[str]:
    """Return what was noted about the input, except what the page says elsewhere: the join, and columns left out."""
    elsewhere = {metadata["joined"], *metadata["left_out"]}
    return [note["message"] for note in metadata["notes"] if note["message"] not in elsewhere]


@cache
def _environment() -> jinja2.Environment:
    """Return the templates' environment, which compiles each of them once, however many pages are written."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    words = (
        *("number", "count", "share", "significant", "signed", "interval", "p_value", "listed", "counted"),
        *("holm", "first_few", "middle", "shortened"),
    )
    environment.filters |= {word: getattr(wording, word) for word in words} | {"position": _position}
    environment.filters |= {"drop_words": drop_words, "worst_words": worst_words}
    environment.globals |= {"measures": MEASURES, "metrics": METRICS, "verdict_names": VERDICTS}
    environment.globals |= {"neighbor_measures": NEIGHBOR_MEASURES, "most_shown": MANY, "most_rows": MOST_ROWS}
    environment.globals |= {"strengths": STRENGTHS, "weakly": WEAKLY, "explained": EXPLAINED}
    return environment


def _position(skill: float) -> float:
    """Return where a skill lies on a small axis, in pixels; beyond its ends at the end."""
    clipped = min(max(skill, AXIS_LOW), 1.0)
    return round(AXIS_MARGIN + (clipped - AXIS_LOW) / (1 - AXIS_LOW) * (AXIS_WIDTH - 2 * AXIS_MARGIN), 1)
