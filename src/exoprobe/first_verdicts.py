"""Pages of an audit while it is computed: the linear probes' verdicts first."""

import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import pandas as pd
from threadpoolctl import threadpool_limits

from exoprobe.evaluation.association import association_table
from exoprobe.evaluation.audit_scores import audit_scores
from exoprobe.evaluation.predicted_values import predicted_table
from exoprobe.evaluation.probe_files import ProbeFiles
from exoprobe.evaluation.roc import roc_table
from exoprobe.evaluation.tables import write_tables
from exoprobe.report.page import write_page
from exoprobe.report.tables import COLUMNS, empty_table

REST = (
    *("other probes than the linear one", "planted leaks", "what other columns explain", "learning curves"),
    *("structure", "harm to the label", "erasures"),
)


def write_first_verdicts(
    samples: str | Path,
    factors: str | Path,
    probes: Mapping[str, ProbeFiles],
    described: Path,
    page: str | Path,
    *,
    margin: float,
    permutations: int | None,
    label: str | None,
    group: str | None,
) -> None:
    """Score and judge what the linear probes alone predicted, and write a page of it.

    Nothing is called absent yet: which leaks would have been found is not known.

    Args:
        samples: the audit's dataset.
        factors: of its samples.
        probes: what the linear probe predicted of each representation.
        described: the folder of metadata.json, factors.csv and provenance.json.
        page: the HTML file.
        margin: skill that would matter.
        permutations: how many; None for as many as factors and representations ask for.
        label: the name of the column that the features are meant to encode.
        group: of the column of groups.
    """
    with threadpool_limits(1):
        unknown = empty_table("sensitivity")
        tables = audit_scores(samples, factors, probes, unknown, margin=margin, permutations=permutations)
    tables |= predicted_table(samples, factors, probes)
    tables |= roc_table(samples, factors, probes)
    tables |= association_table(samples, factors, label=label, group=group)
    write_early_page(tables, described, page, REST)


def write_early_page(
    tables: Mapping[str, pd.DataFrame], described: Path, page: str | Path, computing: Sequence[str]
) -> None:
    """Write the page of the tables that there are.

    Args:
        tables: by name; those that are missing have no rows.
        described: the folder of metadata.json, factors.csv and provenance.json.
        page: the HTML file.
        computing: what is still missing, in words.
    """
    with tempfile.TemporaryDirectory() as folder:
        paths = {name: Path(folder, f"{name}.csv") for name in COLUMNS if name != "factors"}
        write_tables({name: tables.get(name, empty_table(name)) for name in paths}, dict(paths))
        paths["factors"] = described / "factors.csv"
        write_page(paths, described / "metadata.json", page, described / "provenance.json", computing=computing)
