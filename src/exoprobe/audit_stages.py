"""The stages of an audit one after the other, in one process: from files to tables and a page."""

import logging
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path
from typing import Any

import pandas as pd
import psutil
import torch
from threadpoolctl import threadpool_limits

from exoprobe.audit_result import ERASERS, ROWS
from exoprobe.compute import prepare
from exoprobe.config.audit_settings import AuditSettings
from exoprobe.datasets.user_dataset import build_audit, write_audit
from exoprobe.datasets.user_inputs import without_folder
from exoprobe.embeddings.import_features import import_features
from exoprobe.evaluation.association import association_table
from exoprobe.evaluation.audit_metadata import write_metadata
from exoprobe.evaluation.audit_scores import audit_scores
from exoprobe.evaluation.beyond import beyond_table
from exoprobe.evaluation.beyond_verdicts import judge_beyond
from exoprobe.evaluation.erasure_choice import check_erase, choose_erasures
from exoprobe.evaluation.erasure_effect import erasure_tables
from exoprobe.evaluation.factor_geometry import geometry_tables
from exoprobe.evaluation.learning import learning_tables
from exoprobe.evaluation.maps import mapped_values
from exoprobe.evaluation.permutation_count import count_tests, permutation_count
from exoprobe.evaluation.predictable_rows import row_tables
from exoprobe.evaluation.predicted_values import predicted_table
from exoprobe.evaluation.probe_files import ProbeFiles
from exoprobe.evaluation.roc import roc_table
from exoprobe.evaluation.sensitivity import sensitivity_table
from exoprobe.evaluation.shift import shift_table
from exoprobe.evaluation.shift_verdicts import judge_shift
from exoprobe.evaluation.subgroups import subgroup_table
from exoprobe.evaluation.tables import join_tables, write_tables
from exoprobe.probes.given_columns import check_given
from exoprobe.probes.probe_data import Representation, open_representation
from exoprobe.probes.registry import general_probe_names
from exoprobe.probes.run import probe
from exoprobe.provenance import exoprobe_version, write_provenance
from exoprobe.report.page import write_page
from exoprobe.report.tables import COLUMNS

log = logging.getLogger(__name__)

PROBE_FILES = ("predictions", "search", "selectivity")
STRUCTURE = ("structure", "scree", "geometry", "subspace", "dimensions", "map")
ERASURE = ("erasure", "recognition")
SENSITIVITY = "sensitivity"
BEYOND = ("beyond", ROWS)
LEARNING = ("learning", "description_length")


def run_stages(
    settings: AuditSettings,
    files: Mapping[str, Sequence[Path]],
    factors: Path,
    work: Path,
    folder: Path,
    *,
    threads: int,
) -> None:
    """Compute an audit.

    Args:
        settings: what to compute.
        files: the feature files of each representation, one per training seed.
        factors: the table of factors.
        work: a temporary folder, which may hold inputs; for what lies between the stages.
        folder: where the tables, metadata.json, provenance.json and index.html go.
        threads: that compute.

    Raises:
        ExoprobeError: where an input is refused, in one line that names file, column or row.
    """
    dataset = _write_dataset(settings, files, factors, work)
    with _threads(threads):
        probe_files, described = _compute(settings, files, dataset, folder / ERASERS)
    log.info("scoring")
    tables = _score(settings, dataset, probe_files, join_tables(files, described))
    paths = {name: folder / f"{name}.csv" for name in COLUMNS} | {ROWS: folder / f"{ROWS}.parquet"}
    write_tables(tables, {name: path for name, path in paths.items() if name != "factors"})
    first = {name: dataset.folder / name / "features_0.parquet" for name in files}
    write_metadata(
        dataset.samples, dataset.factors, dataset.notes, first, folder / "metadata.json", paths["factors"],
        settings=settings.metadata(),
    )  # fmt: skip
    write_provenance(
        folder / "provenance.json",
        settings=settings.described(),
        inputs=dict(zip(settings.input_names, [*chain(*files.values()), factors], strict=True)),
        seeds=[settings.seed],
        threads=threads,
    )
    log.info("writing the page")
    write_page(paths, folder / "metadata.json", folder / "index.html", folder / "provenance.json")


@dataclass(frozen=True)
class _Dataset:
    """The files of an audit's dataset, and the folder for what is computed of it."""

    folder: Path
    samples: Path
    factors: Path
    notes: Path


def _write_dataset(settings: AuditSettings, files: Mapping[str, Sequence[Path]], factors: Path, work: Path) -> _Dataset:
    """Join and split the inputs; refuse what the settings ask of them before anything is computed."""
    stages = work / "stages"
    dataset = _Dataset(stages, *(stages / name for name in ("samples.parquet", "factors.parquet", "notes.json")))
    data = build_audit(factors, files, settings.roles, rows=settings.rows, seed=settings.seed)
    tests = count_tests(len(data.factors), [name in settings.controls for name in files])
    permutation_count(tests, settings.permutations)
    names = [factor.name for factor in data.factors]
    check_given(settings.given or (), names, settings.known_label)
    check_erase(settings.erase, names)
    notes = _without_folder(data.notes, work)
    write_audit(replace(data, notes=notes), dataset.samples, dataset.factors, dataset.notes)
    return dataset


def _compute(
    settings: AuditSettings, files: Mapping[str, Sequence[Path]], dataset: _Dataset, erasers: Path
) -> tuple[dict[str, ProbeFiles], list[Path]]:
    """Return what was probed of each representation, and the tables that describe one representation each."""
    probe_files: dict[str, ProbeFiles] = {}
    described: list[Path] = []
    samples, known = dataset.samples, dataset.factors
    for name, sources in files.items():
        features = _import(settings, name, sources, samples, dataset.folder / name)
        log.info("%s: probing the factors", name)
        probe_files[name] = _probe(settings, name, samples, known, features)
        log.info("%s: planting factors", name)
        described += _plant(settings, samples, known, features[0])
        log.info("%s: fitting fewer groups", name)
        described += _learn(settings, samples, known, features[0])
        log.info("%s: describing its structure", name)
        described += _structure(settings, name, samples, known, features[0])
        log.info("%s: setting factors against what is known", name)
        described += _beyond(settings, samples, known, features[0], probe_files[name])
        log.info("%s: asking whether factors hurt the label", name)
        described += _shift(settings, samples, known, features[0])
        log.info("%s: erasing factors", name)
        described += _erase(settings, samples, known, features[0], probe_files[name], erasers / name)
    return probe_files, described


def _score(
    settings: AuditSettings,
    dataset: _Dataset,
    probe_files: Mapping[str, ProbeFiles],
    tables: dict[str, pd.DataFrame],
) -> dict[str, pd.DataFrame]:
    """Return these tables and those of all representations together."""
    samples, known = dataset.samples, dataset.factors
    with threadpool_limits(1):
        tables |= audit_scores(
            samples, known, probe_files, tables[SENSITIVITY],
            margin=settings.margin, permutations=settings.permutations,
        )  # fmt: skip
    tables |= predicted_table(samples, known, probe_files)
    tables |= roc_table(samples, known, probe_files)
    tables |= row_tables(samples, known, tables[ROWS])
    tables |= subgroup_table(samples, known, probe_files)
    tables |= mapped_values(samples, known)
    tables |= association_table(samples, known, label=settings.roles.label, group=settings.roles.group)
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


def _import(settings: AuditSettings, name: str, sources: Sequence[Path], samples: Path, folder: Path) -> list[Path]:
    """Store the features of each training seed as the library reads them."""
    paths = [folder / f"features_{seed}.parquet" for seed in range(len(sources))]
    for source, path in zip(sources, paths, strict=True):
        import_features(
            source, samples, path, id_column=settings.roles.id, layer=name,
            code_digest=f"exoprobe {exoprobe_version()}", dtype=settings.dtype,
        )  # fmt: skip
    return paths


def _probe(settings: AuditSettings, name: str, samples: Path, factors: Path, features: Sequence[Path]) -> ProbeFiles:
    files: dict[str, list[Path]] = {what: [] for what in PROBE_FILES}
    for path in features:
        paths = {what: path.with_name(f"{path.stem}_{what}.parquet") for what in PROBE_FILES}
        source = _open(settings, samples, factors, path)
        probe(source, paths, probes=dict.fromkeys(general_probe_names()))
        for what, file in paths.items():
            files[what].append(file)
    return ProbeFiles(files["predictions"], files["search"], files["selectivity"], name in settings.controls)


def _open(settings: AuditSettings, samples: Path, factors: Path, features: Path) -> Representation:
    return open_representation(samples, factors, features, memory_mb=_memory(settings), device=settings.device)


def _plant(settings: AuditSettings, samples: Path, factors: Path, features: Path) -> list[Path]:
    table = sensitivity_table(_open(settings, samples, factors, features), samples, margin=settings.margin)
    path = features.with_name(f"{SENSITIVITY}.parquet")
    write_tables({SENSITIVITY: table}, {SENSITIVITY: path})
    return [path]


def _learn(settings: AuditSettings, samples: Path, factors: Path, features: Path) -> list[Path]:
    tables = learning_tables(_open(settings, samples, factors, features), samples, factors)
    paths = {table: features.with_name(f"{table}.parquet") for table in LEARNING}
    write_tables(tables, dict(paths))
    return list(paths.values())


def _structure(settings: AuditSettings, name: str, samples: Path, factors: Path, features: Path) -> list[Path]:
    tables = geometry_tables(samples, factors, features, label_is_group=settings.label_is_group)
    paths = {table: features.with_name(f"{table}.parquet") for table in STRUCTURE}
    write_tables(tables, dict(paths))
    return list(paths.values())


def _beyond(settings: AuditSettings, samples: Path, factors: Path, features: Path, probes: ProbeFiles) -> list[Path]:
    source = _open(settings, samples, factors, features)
    tables = beyond_table(
        source, samples, factors, probes.predictions[0], probes.searches[0],
        given=settings.given, label=settings.known_label,
    )  # fmt: skip
    paths = {table: features.with_name(f"{table}.parquet") for table in BEYOND}
    write_tables(tables, dict(paths))
    return list(paths.values())


def _shift(settings: AuditSettings, samples: Path, factors: Path, features: Path) -> list[Path]:
    tables = shift_table(_open(settings, samples, factors, features), samples, label=settings.known_label)
    path = features.with_name("shift.parquet")
    write_tables(tables, {"shift": path})
    return [path]


def _erase(
    settings: AuditSettings, samples: Path, factors: Path, features: Path, probes: ProbeFiles, erasers: Path
) -> list[Path]:
    source = _open(settings, samples, factors, features)
    erase = choose_erasures(settings.erase, samples, factors, probes, settings.margin)
    tables = erasure_tables(
        source, samples, factors, general_probe_names(),
        erase=erase, label_is_group=settings.label_is_group, label=settings.known_label, folder=erasers,
    )  # fmt: skip
    paths = {table: features.with_name(f"{table}.parquet") for table in ERASURE}
    write_tables(tables, dict(paths))
    return list(paths.values())


def _memory(settings: AuditSettings) -> float:
    """Return what this process may hold, MiB: the stage's share beside what the caller holds already."""
    return settings.memory_mb + psutil.Process().memory_info().rss / 2**20


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
