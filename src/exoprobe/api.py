"""Auditing features from Python or the command line: ``exoprobe.audit``."""

import fcntl
import json
import logging
import os
import re
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from numbers import Integral
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from exoprobe.audit_result import LOCK, AuditResult, check_folder, load_results, put_back_page
from exoprobe.config.audit import ROLES
from exoprobe.config.audit_files import check_audit
from exoprobe.config.audit_settings import AuditedRepresentation, AuditSettings, by_layer
from exoprobe.datasets.column_roles import Roles, as_group
from exoprobe.datasets.user_inputs import InputFile, as_factor_file, as_feature_file, fetched, without_folder
from exoprobe.errors import ExoprobeError
from exoprobe.io.locations import parse_location
from exoprobe.provenance import digests

if TYPE_CHECKING:
    import pandas as pd

log = logging.getLogger(__name__)

MOST_THREADS = 8  # more do not help small linear algebra
WORDS = (*ROLES, "given", "erase", "representations", "factors", "rows", "permutations", "margin")
DEVICES = ("auto", "cpu", "cuda")


@dataclass(frozen=True)
class Seeds:
    """Features of the same network from several training seeds, whose scores are averaged.

    Args:
        features: one path, array, tensor or table per training seed, rows in the same order.
    """

    features: Sequence[Any]


def audit(
    features: Any,  # noqa: ANN401 a path, array, tensor, table, Seeds, or a mapping to these
    factors: "str | Path | pd.DataFrame | Mapping[str, Any]",
    *,
    group: str | Sequence[str] | None = None,
    id: str | None = None,
    label: str | None = None,
    split: str | None = None,
    kinds: Mapping[str, str] | None = None,
    columns: Sequence[str] | None = None,
    where: str | None = None,
    controls: Sequence[str] = (),
    given: Sequence[str] | None = None,
    erase: str | Sequence[str] = "leaks",
    rows: int | None = None,
    seed: int = 0,
    permutations: int | None = None,
    margin: float = 0.1,
    threads: int | None = None,
    device: str = "auto",
    out: str | Path | None = None,
    overwrite: bool = False,
) -> AuditResult:
    """Find out which factors features encode, how surely, and what removing each would cost.

    Args:
        features: a row per sample: a path (``FILE[:WHERE]``, a folder or a pattern, see docs/file-formats.md) or an
            address (``s3://…``, ``https://…``), an array or tensor [N, D], or [N, layers, D], of which each layer is a
            representation, a DataFrame, ``Seeds`` of these, or a mapping of names to any of these, which are compared.
        factors: a row per sample: a path or address (.csv, .tsv, .parquet, .xlsx, .h5ad, .zarr), a DataFrame, or a
            mapping of columns.
        group: the column that says who or what a row comes from, or several; groups stay in one split, see
            docs/statistics.md. None: each row is its own.
        id: the column that names the samples, in factors and features; None: rows are joined by order.
        label: the column with the class or number that the features are meant to encode; None: the group, of several
            columns the first.
        split: the column with train, validation or test; None: drawn by group, see docs/statistics.md.
        kinds: of factors whose kind would be inferred wrongly: binary, categorical, continuous, angle, ``angle 24``,
            ``ordered low < high``, or of dates ``date, hour, weekday, month``.
        columns: the factors; None: every column that can be one and has no other role.
        where: which rows count, ``tissue == 'lung' and age >= 18``; None: all.
        controls: names of representations that have learned nothing.
        given: names of factors, or of the label, that are known anyway: is each other factor encoded beyond what they
            imply? None: each is set against the label, and against the other factor that predicts it best.
        erase: what to measure the removal of, and to write erasers for: ``leaks``, each factor that is surely above the
            margin; ``all``; ``none``; or names of factors: what leaks, each of these, and all of these together.
        rows: for a quick look, whole groups are drawn up to so many rows.
        seed: of this draw and of the split.
        permutations: for the p-values; None: 999, or more where many factors need more.
        margin: the skill (0: a constant, 1: perfect) that would matter.
        threads: that compute; None: as many as there are cores, at most 8.
        device: auto, cpu or cuda, of the linear probes.
        out: a folder for the results; None: they are kept in memory until :meth:`AuditResult.save`.
        overwrite: whether results of other inputs or settings in ``out`` may be replaced.

    Raises:
        ExoprobeError: where an input is refused, in one sentence.
    """
    if not isinstance(kinds or {}, Mapping):
        raise ExoprobeError(f"kinds is {kinds!r}; it must be a dict of columns and their kinds")
    roles = Roles(id, as_group(group), label, split, dict(kinds or {}), columns, where).labeled()
    settings = AuditSettings(
        {},
        None,
        roles,
        given=given,
        erase=erase,
        rows=rows,
        seed=seed,
        permutations=permutations,
        margin=margin,
        device=device,
    )
    folder = None if out is None else Path(out)
    threads = min(MOST_THREADS, _cores()) if threads is None else threads
    named = _by_name(features, controls)
    return _audit(settings, named, factors, folder, threads=threads, overwrite=overwrite)


def _audit(
    settings: AuditSettings,
    named: Mapping[str, AuditedRepresentation],
    factors: "str | Path | pd.DataFrame | Mapping[str, Any]",
    folder: Path | None,
    *,
    threads: int,
    overwrite: bool,
) -> AuditResult:
    """Put the inputs into files where they are none, check them, compute, and save the results."""
    with _work_folder(folder) as work, _argument_names(work), put_back_page(folder) as early_page:
        runs = {name: tuple(fetched(given, work) for given in entry.files) for name, entry in named.items()}
        named = by_layer({name: replace(entry, files=runs[name]) for name, entry in named.items()})
        factors = fetched(factors, work)
        files = {
            name: [
                as_feature_file(given, f"{name}-{index}" if index else name, work / "features", settings.roles.id)
                for index, given in enumerate(entry.files)
            ]
            for name, entry in named.items()
        }
        table = as_factor_file(factors, work / "factors", [*settings.roles.group_columns, settings.roles.id])
        names = {name: tuple(file.given for file in inputs) for name, inputs in files.items()}
        representations = {name: replace(entry, files=names[name]) for name, entry in named.items()}
        settings = replace(settings, representations=representations, factors=table.given)
        _check(settings, files, table, threads)
        if folder is not None and not overwrite:
            _check_same(folder, settings, files, table)
        log.info("reading the inputs")
        from exoprobe.audit_stages import run_stages  # takes seconds to import; faults come first

        paths = {name: [file.path for file in inputs] for name, inputs in files.items()}
        run_stages(settings, paths, table.path, work, work / "results", threads=threads, early_page=early_page)
        result = load_results(work / "results")
        if folder is not None:
            result.save(folder, overwrite=True)
    return result


def _by_name(features: object, controls: Sequence[str]) -> dict[str, AuditedRepresentation]:
    """Return the representations with what was given in place of their files.

    A name becomes part of file names, so that other characters than letters and digits are replaced in it.
    """
    if isinstance(features, list | tuple):
        raise ExoprobeError(
            f"features is a {type(features).__name__}; give a dict of names to compare several, "
            '{"before": a, "after": b}, or Seeds([a, b]) for training seeds of one network'
        )
    if isinstance(features, Mapping):
        given = {str(title): value for title, value in features.items()}
        names = {title: re.sub(r"[^A-Za-z0-9_]", "_", title) or "_" for title in given}
    else:
        first = features.features[0] if isinstance(features, Seeds) and len(features.features) else features
        title = parse_location(first).stem if isinstance(first, str | Path) else "features"
        given, names = {title: features}, {title: "features"}
    if not given:
        raise ExoprobeError("features is empty; give a file, an array or a dict of these")
    if twice := [title for title in names if list(names.values()).count(names[title]) > 1]:
        raise ExoprobeError(f"features: {twice[0]!r} and {twice[1]!r} differ only in special characters; rename one")
    if unknown := [name for name in controls if name not in given]:
        raise ExoprobeError(f"controls: {unknown[0]!r} is not among the features, {', '.join(given)}")
    return {
        names[title]: AuditedRepresentation(title, _seeds(title, value), title in controls)
        for title, value in given.items()
    }


def _seeds(title: str, value: object) -> tuple[Any, ...]:
    if isinstance(value, list | tuple):
        raise ExoprobeError(
            f"features {title} is a {type(value).__name__}; give an array or a path, or Seeds([a, b]) for several "
            "training seeds"
        )
    if isinstance(value, Seeds) and not len(value.features):
        raise ExoprobeError(f"features {title}: Seeds is empty; give the features of one training seed or more")
    return tuple(value.features) if isinstance(value, Seeds) else (value,)


def _check(settings: AuditSettings, files: Mapping[str, Sequence[InputFile]], table: InputFile, threads: int) -> None:
    """Refuse settings out of their range, and files by their names and headers, as the workflow does."""
    if not isinstance(settings.seed, Integral) or settings.seed < 0:
        raise ExoprobeError(f"seed is {settings.seed!r}; it must be a whole number, at least 0")
    if threads < 1:
        raise ExoprobeError(f"threads is {threads}; it must be at least 1")
    if settings.device not in DEVICES:
        raise ExoprobeError(f"device is {settings.device!r}; allowed: {', '.join(DEVICES)}")
    entries = {
        name: {"title": entry.title, "features": [str(file.path) for file in files[name]], "control": entry.control}
        for name, entry in settings.representations.items()
    }
    roles = {role: getattr(settings.roles, role) for role in ROLES}
    limits = {
        "given": settings.given,
        "erase": settings.erase,
        "rows": settings.rows,
        "permutations": settings.permutations,
        "margin": settings.margin,
    }
    check_audit({"representations": entries, "factors": str(table.path), "images": None, **roles, **limits})


def _check_same(
    folder: Path,
    settings: AuditSettings,
    files: Mapping[str, Sequence[InputFile]],
    table: InputFile,
) -> None:
    """Refuse a folder that holds the results of other inputs or settings."""
    if not (folder / "verdicts.csv").exists():
        return
    try:
        before = json.loads((folder / "provenance.json").read_text(encoding="utf-8"))
        known = before["settings"], before["inputs"]
    except (OSError, ValueError, KeyError):
        known = None, None
    paths = [*(file.path for inputs in files.values() for file in inputs), table.path]
    asked = settings.described(), digests(dict(zip(settings.input_names, paths, strict=True)))
    if list(known) != json.loads(json.dumps(asked)):
        raise ExoprobeError(
            f"{folder} holds the results of other inputs or settings; name another folder, or overwrite them"
        )


@contextmanager
def _work_folder(folder: Path | None) -> Iterator[Path]:
    """Yield an empty folder inside the one for the results, or the system's for temporary files; remove it after."""
    if folder is None:
        with tempfile.TemporaryDirectory(prefix="exoprobe-") as temporary:
            yield Path(temporary)
        return
    check_folder(folder)
    is_new = not folder.exists()
    folder.mkdir(parents=True, exist_ok=True)
    lock = folder / LOCK
    try:
        with lock.open("w") as file:
            _lock(file, folder)
            for left_over in folder.glob(".exoprobe-work-*"):  # by a process that was killed
                shutil.rmtree(left_over, ignore_errors=True)
            with tempfile.TemporaryDirectory(prefix=".exoprobe-work-", dir=folder) as temporary:
                yield Path(temporary)
            lock.unlink()
    finally:
        if is_new and not any(path != lock for path in folder.iterdir()):
            shutil.rmtree(folder)


def _lock(file: IO[str], folder: Path) -> None:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        raise ExoprobeError(f"another audit is writing to {folder}; wait for it, or name another folder") from error
    except OSError:
        pass  # this file system has no locks


@contextmanager
def _argument_names(work: Path) -> Iterator[None]:
    """Say in errors ``group``, not ``audit.group`` as the configuration has it, and no path of a temporary file."""
    try:
        yield
    except ExoprobeError as error:
        message = without_folder(str(error), work)
        message = re.sub(r"(?<![\w/.-])audit\.representations\.\w+\.features\b", "features", message)
        message = re.sub(r"(?<![\w/.-])audit\.factor_columns\b", "columns", message)
        message = re.sub(rf"(?<![\w/.-])audit\.(?=({'|'.join(WORDS)})\b)", "", message)
        raise ExoprobeError(message) from error


def _cores() -> int:
    """Return how many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
