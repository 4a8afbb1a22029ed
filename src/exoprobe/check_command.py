"""The command ``exoprobe check``: hold a finished audit against limits and against an earlier one."""

import argparse
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

from exoprobe.errors import ExoprobeError

USAGE = 1  # a broken limit ends with 2, argparse's own status of wrong usage
DESCRIPTION = """\
Compare a finished audit with limits, or with an earlier audit.

Exit status: 0 if all limits hold, 2 if one is broken, 3 if one is inconclusive and none is broken, 1 if an input is
refused. A limit is broken if the interval's lower end is above it. It holds if the upper end is not."""
EXAMPLES = """\
examples:
  exoprobe check exoprobe-audit --limit sex=0.1 --limit site:label=0.05
      sex may be encoded with a skill of 0.1, and site with 0.05 beyond the label
  exoprobe check results/audit --baseline release-1 --junit checks.xml
      no factor may be encoded more than in an earlier audit
"""


def add_check(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to a parser's."""
    check = commands.add_parser(
        "check",
        help="hold a finished audit against limits, or against an earlier one",
        description=DESCRIPTION,
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    check.error = _usage(check)  # type: ignore[method-assign, assignment]
    check.add_argument("folder", metavar="FOLDER", help="the results of an audit")
    check.add_argument(
        "--limit", action="append", default=[], metavar="FACTOR[:GIVEN]=SKILL",
        help="the most that may be encoded, beyond the columns GIVEN if there are any; may be repeated",
    )  # fmt: skip
    check.add_argument("--baseline", metavar="FOLDER", help="the results of an earlier audit")
    check.add_argument(
        "--margin", type=float, default=0.05, help="rise over the earlier skill that matters (default: %(default)s)"
    )
    check.add_argument("--json", metavar="FILE", help="write verdicts and checks there")
    check.add_argument("--junit", metavar="FILE", help="write the checks there as JUnit's XML")
    check.add_argument("--badge", metavar="FILE", help="write a badge there (SVG): held, broken or inconclusive")


def check(given: argparse.Namespace) -> int:
    """Run the command.

    Args:
        given: its arguments.

    Returns:
        The exit status: 0 held, 2 broken, 3 inconclusive.

    Raises:
        ExoprobeError: where a folder holds no audit, or a limit is of what was not audited.
    """
    # pandas takes its time, which --help need not
    from exoprobe.audit_result import GROUP_ERRORS
    from exoprobe.evaluation.release_change import read_group_errors
    from exoprobe.gate import (
        COMPARED,
        as_json,
        as_junit,
        check_baseline,
        check_limits,
        exit_status,
        overall,
        parse_limit,
    )
    from exoprobe.io.files import atomic_write
    from exoprobe.report.badge import badge
    from exoprobe.report.tables import empty_table, read_table

    if not given.limit and given.baseline is None:
        raise ExoprobeError("give --limit or --baseline; there is nothing to check")
    limits = [parse_limit(text) for text in given.limit]
    verdicts = read_table("verdicts", _table_file(given.folder, "verdicts"))
    is_beyond = any(limit.given for limit in limits)
    beyond = read_table("beyond", _table_file(given.folder, "beyond")) if is_beyond else empty_table("beyond")
    checks = check_limits(verdicts, beyond, limits)
    if given.baseline is not None:  # of any version, so that it may lack what was added since
        earlier = read_table("verdicts", _table_file(given.baseline, "verdicts"), COMPARED)
        files = [Path(folder) / f"{GROUP_ERRORS}.parquet" for folder in (given.folder, given.baseline)]
        errors = [read_group_errors(file) if file.is_file() else None for file in files]
        checks += check_baseline(verdicts, earlier, given.margin, *errors)
    written = {
        given.json: json.dumps(as_json(verdicts, checks), ensure_ascii=False, indent=1).encode(),
        given.junit: as_junit(checks),
        given.badge: badge(overall(checks)),
    }
    for path, content in written.items():
        if path is not None:
            with atomic_write(Path(path)) as temporary:
                temporary.write_bytes(content)
    print("\n".join(str(entry) for entry in checks))
    return exit_status(checks)


def _table_file(folder: str, name: str) -> Path:
    path = Path(folder) / f"{name}.csv"
    if not path.is_file():
        raise ExoprobeError(f"{folder} has no {path.name}; it is not the folder of a finished audit")
    return path


def _usage(parser: argparse.ArgumentParser) -> Callable[[str], NoReturn]:
    def error(message: str) -> NoReturn:
        parser.print_usage(sys.stderr)
        parser.exit(USAGE, f"{parser.prog}: error: {message}\n")

    return error
