"""The configuration's section audit: its short form on the command line, and what a schema cannot check."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from exoprobe.datasets.column_roles import Roles
from exoprobe.datasets.table_columns import TABLES, check_column, column_names
from exoprobe.errors import ExoprobeError

CONTROL = "random_projection"
SHORT = ("features", "factors", "group", "id", "label", "split")
ROLES = ("group", "id", "label", "split", "kinds", "probe")
FEATURES = (".npy", ".npz", *TABLES)
NOTHING = (
    "audit: nothing to audit yet; give your files, snakemake --cores 2 audit --config features=my.npy "
    "factors=my.csv, and group=person where rows belong together, or fill in the section audit of config.yaml"
)


def with_audit(config: Mapping[str, Any]) -> dict[str, Any]:
    """Return the configuration with the short form's keys moved into its section.

    Args:
        config: the configuration as read, where ``features``, ``factors``, ``group``, ``id``, ``label`` and
            ``split`` may stand at the top. ``features`` is a file, or files by name: a file each, or a list with one
            per training seed.

    Raises:
        ExoprobeError: where one of them is empty, as of an unset variable, or files are given without names.
    """
    given = {key: config[key] for key in SHORT if key in config}
    if empty := [key for key, value in given.items() if value is None or value == ""]:
        raise ExoprobeError(f"{empty[0]} is empty; give a value, or leave {empty[0]} out")
    rest = {key: value for key, value in config.items() if key not in given}
    section = rest.get("audit")
    if not given or not isinstance(section, Mapping):
        return rest
    files = given.pop("features", None)
    names = {key: value if value is None else str(value) for key, value in given.items()}  # a column may be called 7
    if files is not None:
        names["representations"] = _representations(files)
    return {**rest, "audit": {**section, **names}}


def _representations(files: object) -> dict[str, Any]:
    """Return the section's representations: of one file, or of files by name."""
    if isinstance(files, Mapping):
        return {str(name): {"title": str(name), "features": own} for name, own in files.items()}
    if isinstance(files, list) and len(files) != 1:
        stems = [Path(str(file)).stem for file in files]
        keys = stems if len(set(stems)) == len(stems) else [f"model{index + 1}" for index in range(len(files))]
        named = ", ".join(f"{key}: {file}" for key, file in zip(keys, files, strict=True))
        seeds = ", ".join(map(str, files))
        raise ExoprobeError(
            f"features is a list; name what it holds: 'features={{{named}}}' to compare models, or "
            f"'features={{name: [{seeds}]}}' if these are training seeds of one"
        )
    file = files[0] if isinstance(files, list) else files
    return {"features": {"title": Path(str(file)).stem, "features": file}}


def check_audit(audit: Mapping[str, Any]) -> None:
    """Check what a schema cannot say, as far as the files' headers tell.

    Args:
        audit: the section; with neither representations nor factors nothing is checked.

    Raises:
        ExoprobeError: in one line that names key and value.
    """
    if not audit["representations"] and audit["factors"] is None:
        return
    if audit["factors"] is None:
        raise ExoprobeError("audit.factors is null; give the table of factors too: factors=my.csv")
    if not audit["representations"]:
        raise ExoprobeError("audit.representations is empty; give features too: features=my.npy")
    if CONTROL in audit["representations"] and audit["images"] is not None:
        raise ExoprobeError(f"audit.representations.{CONTROL}: this name is that of the images' projection")
    _check_representations(audit["representations"], audit["images"])
    _check_path("audit.factors", audit["factors"], TABLES)
    for name, entry in audit["representations"].items():
        for path in seed_files(entry):
            _check_path(f"audit.representations.{name}.features", path, FEATURES)
            if audit["id"] is not None and Path(path).suffix in TABLES and Path(path).exists():
                check_column(path, "audit.id", audit["id"], column_names(path))
    _check_images(audit["images"])
    if Path(audit["factors"]).exists():
        known = column_names(audit["factors"])
        Roles(**{role: audit[role] for role in ROLES}).check(audit["factors"], known)
        if isinstance(audit["images"], Mapping):
            check_column(audit["factors"], "audit.images.column", audit["images"]["column"], known)


def _check_representations(entries: Mapping[str, Any], images: object) -> None:
    """Refuse what nobody could tell apart, and controls of nothing."""
    titles = [entry["title"] for entry in entries.values()]
    if twice := [title for title in titles if titles.count(title) > 1]:
        raise ExoprobeError(f"audit.representations: two have the title {twice[0]!r}; give each its own")
    if all(entry.get("control", False) for entry in entries.values()):
        raise ExoprobeError("audit.representations: all are controls; one at least must be what is audited")


def check_feature_files(audit: Mapping[str, Any]) -> None:
    """Open the user's feature files as far as their headers tell of faults, before any job starts.

    Raises:
        ExoprobeError: in one line that names the file.
    """
    every = [path for entry in audit["representations"].values() for path in seed_files(entry)]
    for path in every:
        if Path(path).suffix == ".csv" and not path.startswith("results/"):
            column_names(path)
    if files := [path for path in every if Path(path).suffix != ".csv" and not path.startswith("results/")]:
        from exoprobe.datasets.user_features import open_features  # takes its time to import

        for path in files:
            open_features(path, audit["id"])


def seed_files(entry: Mapping[str, Any]) -> list[str]:
    """Return a representation's files, one per training seed."""
    return [entry["features"]] if isinstance(entry["features"], str) else list(entry["features"])


def _check_path(key: str, path: str, suffixes: Iterable[str] | None = None) -> None:
    if set(path) & set("{}"):  # which the workflow engine takes for a wildcard
        raise ExoprobeError(f"{key} is {path!r}; a path here may not hold braces, so rename it or link to it")
    if Path(path).is_dir() and suffixes is not None:
        raise ExoprobeError(f"{key} is {path!r}, a folder; it must be a file")
    if suffixes is not None and Path(path).suffix not in suffixes:
        raise ExoprobeError(f"{key} is {path!r}; its name must end in {', '.join(suffixes)}")
    if not path.startswith("results/") and not Path(path).exists():  # what the workflow makes may come later
        raise ExoprobeError(f"{key} is {path!r}; it does not exist{_remedy(path)}")


def _remedy(path: str) -> str:
    """Return what to do about a path that is none here."""
    if "://" in path:
        return ": files must lie here, so download it first"
    if path.startswith("~") or "$" in path:
        return ": ~ and variables are not expanded here, so give the whole path"
    if set(path) & set("*?["):
        return ": give files by their names, not by a pattern"
    return ""


def _check_images(images: str | Mapping[str, str] | None) -> None:
    if isinstance(images, str):
        _check_path("audit.images", images, (".npy", ".parquet"))
    elif images is not None:
        _check_path("audit.images.folder", images["folder"])
