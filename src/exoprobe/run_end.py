"""The last words of a run of the workflow: its audit's answer, or why it failed."""

import re
from collections.abc import Iterator
from pathlib import Path

REFUSAL = re.compile(r"^\S+ \S+ error: (.+)$", re.MULTILINE)  # of a job's log, see exoprobe.logs
EARLIER = "earlier_"  # before the names of pages


def answer(page: Path) -> list[str]:
    """Return the headline of an audit, its strongest findings and the page's path, a line of text each."""
    from exoprobe.audit_result import load_results  # takes its time to import, and only ends of audits need it

    return ["", *load_results(page.parent).summary(), str(page.absolute())]


def refusals(logs: Path, since: float) -> Iterator[str]:
    """Yield the sentences with which jobs have ended since some time, of their logs below a folder."""
    for log in sorted(logs.rglob("*.log")):
        if log.stat().st_mtime >= since:
            yield from REFUSAL.findall(log.read_text(encoding="utf-8", errors="replace"))


def set_aside(page: Path, since: float) -> str:
    """Rename a page from before some time, that it may not be taken for that of the audit that has failed.

    Returns:
        A sentence on it; empty where there is none.
    """
    if not page.exists() or page.stat().st_mtime >= since:
        return ""
    earlier = page.replace(page.with_name(f"{EARLIER}{page.name}"))
    return f"{page} was of an earlier audit and is now {earlier}"
