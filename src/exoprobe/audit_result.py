"""The results of an audit: its tables and its page, wherever it was computed."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import pandas as pd

from exoprobe.errors import ExoprobeError
from exoprobe.io.files import atomic_write
from exoprobe.report.tables import COLUMNS, read_tables

ERASERS = "erasers"  # the folder of the erasers, one for each representation within
ROWS = "rows"  # a Parquet file, of every test row
GROUP_ERRORS = "group_errors"  # likewise, of every test group
PAGE = "index.html"
LOCK = ".exoprobe-lock"  # there as long as an audit is computed, and after one that was killed
OPTIONAL = ("provenance.json", f"{GROUP_ERRORS}.parquet")  # folders written before they were
FILES = (*(f"{name}.csv" for name in COLUMNS), f"{ROWS}.parquet", "metadata.json", PAGE, *OPTIONAL)
SHOWN = ("factor", "representation", "verdict", "skill", "skill_low", "skill_high", "p_holm", "probe")


@dataclass(frozen=True)
class AuditResult:
    """The results of an audit.

    Attributes:
        tables: by name, as the CSV files hold them; the columns are those of :data:`exoprobe.report.tables.COLUMNS`.
        files: the content of every result file, byte by byte: CSV tables, JSON, the page and the erasers.
    """

    tables: Mapping[str, pd.DataFrame]
    files: Mapping[str, bytes]

    @property
    def verdicts(self) -> pd.DataFrame:
        """A row per factor and representation: the verdict, and the best probe's skill with its interval."""
        return self.tables["verdicts"]

    @property
    def scores(self) -> pd.DataFrame:
        """A row per factor, representation and probe: every measure with its interval, and the p-value."""
        return self.tables["scores"]

    @property
    def beyond(self) -> pd.DataFrame:
        """A row per factor, representation and what it is set against: is it encoded beyond what that implies?"""
        return self.tables["beyond"]

    @property
    def shift(self) -> pd.DataFrame:
        """A row per factor and representation: does it hurt the label? No rows without a label."""
        return self.tables["shift"]

    @property
    def rows(self) -> pd.DataFrame:
        """A row per representation, factor and test sample: by how many bits the features make its value likelier."""
        return pd.read_parquet(BytesIO(self.files[f"{ROWS}.parquet"]))

    @property
    def page(self) -> str:
        """The page, HTML that needs no network."""
        return self.files[PAGE].decode()

    def save(self, folder: str | Path, *, overwrite: bool = False) -> Path:
        """Write the page and every table.

        Args:
            folder: made if missing.
            overwrite: whether results of another audit there may be replaced.

        Returns:
            The page's path.

        Raises:
            ExoprobeError: where the folder holds anything else, or the results of another audit.
        """
        folder = Path(folder)
        check_folder(folder)
        before = folder / "verdicts.csv"
        if not overwrite and before.exists() and before.read_bytes() != self.files["verdicts.csv"]:
            raise ExoprobeError(f"{folder} holds the results of another audit; give overwrite=True to replace them")
        for left_over in (folder / ERASERS).glob("*/*.safetensors"):  # of another audit
            if left_over.relative_to(folder).as_posix() not in self.files:
                left_over.unlink()
        for name, content in self.files.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            with atomic_write(folder / name) as temporary:
                temporary.write_bytes(content)
        return folder / PAGE

    def summary(self) -> list[str]:
        """Return the headline of the page and the strongest findings, a line of text each."""
        from exoprobe.report.first_screen import summary_lines  # imports torch, which takes seconds

        return summary_lines(dict(self.tables), json.loads(self.files["metadata.json"]))

    def lines(self) -> list[str]:
        """Return a line of text per verdict."""
        several = self.verdicts["representation"].nunique() > 1
        return [
            f"{row.verdict:<13} {row.factor}{f' ({row.representation})' if several else ''}: "
            f"skill {row.skill:.2f} ({row.skill_low:.2f} to {row.skill_high:.2f}), {row.probe} probe"
            for row in self.verdicts.itertuples(index=False)
        ]

    def __repr__(self) -> str:
        """Return the verdicts as text."""
        return "\n".join(["AuditResult:", *self.lines()])

    def _repr_html_(self) -> str:
        """Return the verdicts as an HTML table, for notebooks."""
        return self.verdicts[list(SHOWN)].to_html(index=False, float_format="{:.3g}".format, border=0)


def load_results(folder: str | Path) -> AuditResult:
    """Read the results of an audit.

    Args:
        folder: written by ``exoprobe audit``, by :meth:`AuditResult.save` or by the workflow (``results/audit``).

    Raises:
        ExoprobeError: where a file is missing or damaged.
    """
    folder = Path(folder)
    for name in FILES:
        if not (folder / name).is_file() and name not in OPTIONAL:
            raise ExoprobeError(f"{folder} has no {name}; it is not the folder of a finished audit")
    tables = read_tables({name: folder / f"{name}.csv" for name in COLUMNS})
    files = [folder / name for name in FILES if (folder / name).is_file()]
    files += sorted((folder / ERASERS).glob("*/*.safetensors"))
    return AuditResult(tables, {path.relative_to(folder).as_posix(): path.read_bytes() for path in files})


def check_folder(folder: Path) -> None:
    """Refuse a folder to write results to that holds other files.

    Raises:
        ExoprobeError: where it is a file, or holds files that an audit has not written.
    """
    if folder.exists() and not folder.is_dir():
        raise ExoprobeError(f"{folder} is a file; the results need a folder")
    held = [path.name for path in folder.iterdir()] if folder.exists() else []
    visible = sorted(name for name in held if not name.startswith(".exoprobe-"))
    if LOCK in held and visible == [PAGE]:  # the first verdicts of an audit that is computed, or was killed
        return
    if visible and not {"metadata.json", "verdicts.csv"} <= set(visible):
        raise ExoprobeError(f"{folder} holds other files ({visible[0]}), no results of exoprobe; name another folder")


@contextmanager
def put_back_page(folder: Path | None) -> Iterator[Path | None]:
    """Yield where a page goes while the rest is computed; if that fails, put back what was there."""
    if folder is None:
        yield None
        return
    page = folder / PAGE
    before = page.read_bytes() if page.exists() else None
    try:
        yield page
    except BaseException:
        if before is None:
            page.unlink(missing_ok=True)
        else:
            page.write_bytes(before)
        raise
