"""The stages of an audit one after the other, in one process: from files to tables and a page."""

import logging
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from itertools import chain
from pathlib import Path
from typing import Any

import pandas as pd
import torch
from threadpoolctl import threadpool_limits

from exoprobe.audit_result import ERASERS, GROUP_ERRORS, ROWS
from exoprobe.audit_steps import AuditSteps, Dataset
from exoprobe.compute import choose_device, prepare
from exoprobe.config.audit_settings import AuditSettings
from exoprobe.datasets.user_dataset import build_audit, write_audit
from exoprobe.datasets.user_inputs import without_folder
from exoprobe.evaluation.association import association_table
from exoprobe.evaluation.audit_metadata import write_metadata
from exoprobe.evaluation.audit_scores import audit_scores
from exoprobe.evaluation.beyond_verdicts import judge_beyond
from exoprobe.evaluation.erasure_choice import NONE, check_erase
from exoprobe.evaluation.maps import mapped_values
from exoprobe.evaluation.permutation_count import count_tests, permutation_count
from exoprobe.evaluation.predictable_rows import row_tables
from exoprobe.evaluation.predicted_values import predicted_table
from exoprobe.evaluation.release_change import group_errors
from exoprobe.evaluation.roc import roc_table
from exoprobe.evaluation.shift_verdicts import judge_shift
from exoprobe.evaluation.subgroups import subgroup_table
from exoprobe.evaluation.tables import join_tables, write_tables
from exoprobe.first_verdicts import write_early_page, write_first_verdicts
from exoprobe.probes.given_columns import check_given
from exoprobe.provenance import write_provenance
from exoprobe.report.page import write_page
from exoprobe.report.tables import COLUMNS

log = logging.getLogger(__name__)

ERASURE = ("erasure", "recognition")
SENSITIVITY = "sensitivity"


def run_stages(
    settings: AuditSettings,
    files: Mapping[str, Sequence[Path]],
    factors: Path,
    work: Path,
    folder: Path,
    *,
    threads: int,
    early_page: Path | None = None,
) -> None:
    """Compute an audit.

    Args:
        settings: what to compute.
        files: the feature files of each representation, one per training seed.
        factors: the table of factors.
        work: a temporary folder, which may hold inputs; for what lies between the stages.
        folder: where the tables, metadata.json, provenance.json and index.html go.
        threads: that compute.
        early_page: where a page of what is known goes while the rest is computed; None for none.

    Raises:
        ExoprobeError: where an input is refused, in one line that names file, column or row.
    """
    if settings.device == "cuda":
        choose_device("cuda")  # refused before anything is computed
    dataset = write_dataset(settings, files, factors, work)
    steps = {name: AuditSteps(settings, name, dataset, sources) for name, sources in files.items()}
    with _threads(threads):
        _probe_first(steps)
    _describe_inputs(settings, dataset, steps, {**files, "": [factors]}, folder, threads)
    if early_page is not None:
        probes = {name: step.first_probes for name, step in steps.items()}
        write_first_verdicts(
            dataset.samples, dataset.factors, probes, folder, early_page,
            margin=settings.margin, permutations=settings.permutations,
            label=settings.roles.label, group=settings.roles.group_name,
        )  # fmt: skip
        log.info("first verdicts, by the linear probes alone: %s", early_page)
    with _threads(threads):
        _compute(steps)
    log.info("scoring")
    tables = _score(settings, dataset, steps)
    if early_page is not None and settings.erase != NONE:
        write_early_page(tables, folder, early_page, computing=["what erasing factors costs"])
    with _threads(threads):
        for name, step in steps.items():
            log.info("%s: erasing factors", name)
            step.erase(folder / ERASERS)
    tables |= _described(steps, ERASURE)
    paths = {name: folder / f"{name}.csv" for name in COLUMNS}
    paths |= {name: folder / f"{name}.parquet" for name in (ROWS, GROUP_ERRORS)}
    write_tables(tables, {name: path for name, path in paths.items() if name != "factors"})
    log.info("writing the page")
    write_page(paths, folder / "metadata.json", folder / "index.html", folder / "provenance.json")


def write_dataset(settings: AuditSettings, files: Mapping[str, Sequence[Path]], factors: Path, work: Path) -> Dataset:
    """Join and split the inputs; refuse what the settings ask of them before anything is computed."""
    stages = work / "stages"
    dataset = Dataset(stages, *(stages / name for name in ("samples.parquet", "factors.parquet", "notes.json")))
    data = build_audit(factors, files, settings.roles, rows=settings.rows, seed=settings.seed)
    tests = count_tests(len(data.factors), [name in settings.controls for name in files])
    permutation_count(tests, settings.permutations)
    names = [factor.name for factor in data.factors]
    check_given(settings.given or (), names, settings.known_label)
    check_erase(settings.erase, names)
    notes = _without_folder(data.notes, work)
    write_audit(replace(data, notes=notes), dataset.samples, dataset.factors, dataset.notes)
    return dataset


def _probe_first(steps: Mapping[str, AuditSteps]) -> None:
    """Import all features, and fit the first probe."""
    for name, step in steps.items():
        step.import_features()
        log.info("%s: probing the factors linearly", name)
        step.probe_first()


def _describe_inputs(
    settings: AuditSettings,
    dataset: Dataset,
    steps: Mapping[str, AuditSteps],
    files: Mapping[str, Sequence[Path]],
    folder: Path,
    threads: int,
) -> None:
    """Write metadata.json, factors.csv and provenance.json."""
    write_metadata(
        dataset.samples, dataset.factors, dataset.notes, {name: step.features[0] for name, step in steps.items()},
        folder / "metadata.json", folder / "factors.csv", settings=settings.metadata(),
    )  # fmt: skip
    write_provenance(
        folder / "provenance.json",
        settings=settings.described(),
        inputs=dict(zip(settings.input_names, chain(*files.values()), strict=True)),
        seeds=[settings.seed],
        threads=threads,
    )


def _compute(steps: Mapping[str, AuditSteps]) -> None:
    """Compute what describes one representation each, but for erasures."""
    for name, step in steps.items():
        for what, compute in (
            ("probing the factors otherwise", step.probe_rest),
            ("planting factors", step.plant),
            ("fitting fewer groups", step.learn),
            ("describing its structure", step.describe_structure),
            ("setting factors against what is known", step.compare_with_given),
            ("asking whether factors hurt the label", step.measure_shift),
        ):
            log.info("%s: %s", name, what)
            compute()


def _described(steps: Mapping[str, AuditSteps], names: Collection[str] = ()) -> dict[str, pd.DataFrame]:
    """Return the tables that describe one representation each: those with some names, or all that there are."""
    paths = chain(*(step.described for step in steps.values()))
    return join_tables(steps, [path for path in paths if not names or path.stem in names])


def _score(settings: AuditSettings, dataset: Dataset, steps: Mapping[str, AuditSteps]) -> dict[str, pd.DataFrame]:
    """Return the tables of each representation and those of all together."""
    samples, known = dataset.samples, dataset.factors
    probes, tables = {name: step.probes for name, step in steps.items()}, _described(steps)
    with threadpool_limits(1):
        tables |= audit_scores(
            samples, known, probes, tables[SENSITIVITY],
            margin=settings.margin, permutations=settings.permutations,
        )  # fmt: skip
    tables |= predicted_table(samples, known, probes)
    tables |= roc_table(samples, known, probes)
    tables |= row_tables(samples, known, tables[ROWS])
    tables |= group_errors(samples, known, probes)
    tables |= subgroup_table(samples, known, probes)
    tables |= mapped_values(samples, known)
    tables |= association_table(samples, known, label=settings.roles.label, group=settings.roles.group_name)
    tables["beyond"] = judge_beyond(tables["beyond"], tables["verdicts"], settings.controls, settings.margin)
    tables["shift"] = judge_shift(tables["shift"], settings.controls, settings.margin)
    return tables


def _without_folder(notes: Any, folder: Path) -> Any:  # noqa: ANN401 texts, within lists and dicts
    """Return notes that name inputs as the user does, not by the paths of temporary files."""
    if isinstance(notes, str):
        return without_folder(notes, folder)
    if isinstance(notes, Mapping):
        return {key: _without_folder(value, folder) for key, value in notes.items()}
    return [_without_folder(value, folder) for value in notes] if isinstance(notes, list) else notes


@contextmanager
def _threads(threads: int) -> Iterator[None]:
    """Compute with so many threads, reproducibly; leave torch as it was."""
    before = torch.get_num_threads(), torch.get_deterministic_debug_mode()
    prepare(threads)
    try:
        with threadpool_limits(threads), torch.random.fork_rng(devices=[]):
            yield
    finally:
        torch.set_num_threads(before[0])
        torch.set_deterministic_debug_mode(before[1])
        torch.set_flush_denormal(False)
