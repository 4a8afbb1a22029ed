"""The files that the section audit names: are they there, and do their headers hold what it asks of them?"""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from exoprobe.config.audit import ERASE, FEATURES, PICTURE_FACTORS, Audit, ImageFolder
from exoprobe.config.sentences import sentence
from exoprobe.datasets.table_columns import FACTOR_TABLES, TABLES, check_column, column_names
from exoprobe.errors import ExoprobeError
from exoprobe.io.locations import Location, parse_location
from exoprobe.io.remote import PATTERN, is_remote


def check_audit(section: Mapping[str, Any]) -> None:
    """Check the section by itself, and the files that it names.

    Raises:
        ExoprobeError: in one line that names key and value.
    """
    try:
        audit = Audit.model_validate(section)
    except ValidationError as error:
        raise ExoprobeError(f"audit.{sentence(error)}") from error
    check_audit_files(audit)


def check_audit_files(audit: Audit) -> None:
    """Check that the files are there, and what their headers show.

    Raises:
        ExoprobeError: in one line that names key and value.
    """
    if not audit.configured or audit.factors is None:
        return
    _check_path("audit.factors", audit.factors, FACTOR_TABLES)
    for name, entry in audit.representations.items():
        for path in entry.features:
            _check_features(f"audit.representations.{name}.features", path)
            if audit.id is not None and parse_location(path).suffix in TABLES and Path(path).is_file():
                check_column(path, "audit.id", audit.id, column_names(path))
    if isinstance(audit.images, str):
        _check_path("audit.images", audit.images, (".npy", ".parquet"))
    elif audit.images is not None:
        _check_path("audit.images.folder", audit.images.folder)
    if audit.factors != PICTURE_FACTORS and Path(audit.factors).exists():
        known = column_names(audit.factors)
        audit.roles().check(audit.factors, known)
        words = [] if len(audit.erased) > 1 else ERASE  # that a single name may have been meant to be
        for key, names, possible in (("given", audit.given or (), known), ("erase", audit.erased, [*known, *words])):
            for index, name in enumerate(names):
                check_column(audit.factors, f"audit.{key}[{index}]", name, possible)
        if isinstance(audit.images, ImageFolder):
            check_column(audit.factors, "audit.images.column", audit.images.column, known)


def check_feature_files(audit: Audit) -> None:
    """Open the user's feature files as far as their headers show faults, before any job starts.

    Raises:
        ExoprobeError: in one line that names the file.
    """
    paths = [path for entry in audit.representations.values() for path in entry.features]
    for path in paths:
        if _is_text(path) and not path.startswith("results/"):
            column_names(path)
    if files := [path for path in paths if not _is_text(path) and not path.startswith("results/")]:
        from exoprobe.datasets.user_features import open_features  # takes its time to import

        for path in files:
            open_features(path, audit.id)


def _is_text(path: str) -> bool:
    return Path(path).is_file() and parse_location(path).suffix in (".csv", ".tsv")


def _check_features(key: str, given: str) -> None:
    """Check that a file is there and may hold features, or that a folder or a pattern has files."""
    location = parse_location(given)
    if location.address:
        raise ExoprobeError(f"{key} is {given!r}; it does not exist{_remedy(given)}")
    if (location.path.is_dir() and location.suffix != ".zarr") or PATTERN & set(location.path.name):
        if not location.files():
            raise ExoprobeError(f"{key} is {given!r}; it does not exist: no file is there")
        return
    _check_path(key, given if location == Location(location.path) else str(location.path), FEATURES)


def _check_path(key: str, path: str, suffixes: Iterable[str] | None = None) -> None:
    suffix = parse_location(path).suffix
    if is_remote(path):
        raise ExoprobeError(f"{key} is {path!r}; it does not exist{_remedy(path)}")
    if not Path(path).suffix and not path.startswith("results/") and not Path(path).exists():
        raise ExoprobeError(f"{key} is {path!r}; it does not exist{_remedy(path)}")
    if Path(path).is_dir() and suffixes is not None and suffix != ".zarr":
        raise ExoprobeError(f"{key} is {path!r}, a folder; it must be a file")
    if suffixes is not None and suffix not in suffixes:
        raise ExoprobeError(f"{key} is {path!r}; its name must end in {', '.join(suffixes)}")
    if not path.startswith("results/") and not Path(path).exists():  # what the workflow makes may come later
        raise ExoprobeError(f"{key} is {path!r}; it does not exist{_remedy(path)}")


def _remedy(path: str) -> str:
    """Return what to do about a path that is none here."""
    if is_remote(path):
        return ": the workflow reads files that lie here, so download it first, or run exoprobe audit, which does"
    if path.startswith("~") or "$" in path:
        return ": ~ and variables are not expanded here, so give the whole path"
    return "" if Path(path).is_absolute() else f" in the working folder, {Path.cwd()}"
