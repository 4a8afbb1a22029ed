"""The command line: ``exoprobe audit``, ``exoprobe check``, ``exoprobe erase`` and ``exoprobe demo``."""

import argparse
import gc
import logging
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from exoprobe.check_command import add_check, check
from exoprobe.erase_command import add_erase, erase
from exoprobe.errors import ExoprobeError
from exoprobe.idle_threads import let_idle_threads_sleep
from exoprobe.io.locations import parse_location
from exoprobe.logs import sentence_of

DONE, REFUSED, INTERRUPTED = 0, 1, 130  # argparse itself ends with 2 where the usage is wrong
ERASE = ("leaks", "all", "none")
SPEECH, OTHER_FIELDS = "speech", ("faces", "pathology", "single-cells", "text")  # of the demo
DESCRIPTION = """\
Audit features: which factors do they encode that they should not, how surely, and what would removing each cost?

Writes tables (CSV) and a page (index.html) to a folder."""
GARBAGE = 50_000  # objects, between looks for garbage
EXAMPLES = """\
examples:
  exoprobe audit my.npy my.csv --group person
      rows of my.npy and my.csv are in the same order
  exoprobe audit before.npy after.npy my.csv --group person --label class --out audit
      compares two representations
  exoprobe audit atlas.h5ad:obsm/X_pca atlas.h5ad:obsm/X_scVI --group donor --label cell_type
      two representations of an AnnData object, whose obs are the factors
  exoprobe audit --features net=seed0.npz --features net=seed1.npz --factors my.csv --id image
      two training seeds of one network, joined by id
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line.

    Args:
        arguments: without the program's name; None for the process's own.

    Returns:
        The exit status: 0 done, 1 refused, 2 wrong usage (of argparse), 130 interrupted; of ``check``, see there.
    """
    parser = _parser()
    given = parser.parse_args(arguments)
    let_idle_threads_sleep()
    gc.set_threshold(GARBAGE)  # looking for garbage among what is imported takes a tenth of a second and more
    logging.basicConfig(level=logging.WARNING, format="%(message)s", stream=sys.stderr, force=True)
    try:
        if given.command == "check":
            return check(given)
        if given.command == "erase":
            erase(given)
            return DONE
        logging.getLogger("exoprobe").setLevel(logging.WARNING if given.quiet else logging.INFO)
        if given.command == "demo":
            return _demo(given)
        return _audit(*_inputs(given, parser), given)
    except KeyboardInterrupt:
        print("exoprobe: interrupted", file=sys.stderr)
        return INTERRUPTED
    except Exception as error:
        print(f"exoprobe: {sentence_of(error)}", file=sys.stderr)
        return REFUSED


def _audit(features: object, factors: str, given: argparse.Namespace) -> int:
    from exoprobe.api import audit  # pandas takes its time, which --help and usage errors need not

    result = audit(
        features,
        factors,
        group=given.group,
        id=given.id,
        label=given.label,
        split=given.split,
        kinds=_kinds(given.kinds),
        where=given.where,
        columns=given.columns,
        controls=given.control,
        given=given.given,
        erase=given.erase,
        rows=given.rows,
        seed=given.seed,
        permutations=given.permutations,
        margin=given.margin,
        threads=given.threads,
        device=given.device,
        out=given.out,
        overwrite=given.overwrite,
    )
    return _print_answer(result, given.out)


def _print_answer(result: Any, folder: str) -> int:  # noqa: ANN401 an AuditResult, whose module takes its time to import
    print("\n".join(result.summary()))
    print(Path(folder) / "index.html")
    return DONE


def _demo(given: argparse.Namespace) -> int:
    from exoprobe.api import audit
    from exoprobe.datasets import demo
    from exoprobe.datasets.demo_fields import FIELDS, field_data

    where: dict[str, Any] = {"threads": 1, "out": given.out, "overwrite": given.overwrite}
    if given.field == SPEECH:
        features, table = demo.demo_data()
        result = audit(features, table, group=demo.GROUP, controls=[demo.CONTROL], **where)
    else:
        field = FIELDS[given.field]
        features, table = field_data(given.field)
        result = audit(features, table, group=field.group, label=field.label, given=list(field.given) or None, **where)
    return _print_answer(result, given.out)


def _inputs(given: argparse.Namespace, parser: argparse.ArgumentParser) -> tuple[object, str]:
    """Return the features, as :func:`exoprobe.api.audit` takes them, and the factor table."""
    files = list(given.files)
    if given.factors is None and not files:
        parser.error("give feature files and the table of factors: exoprobe audit my.npy my.csv")
    factors = given.factors or _factors(files)
    if not files and not given.features:
        parser.error(f"give feature files before the table of factors: exoprobe audit my.npy {factors}")
    if len(files) == 1 and not given.features:
        return files[0], factors
    named: dict[str, list[str]] = {}
    for file in files:
        name = parse_location(file).stem
        if name in named:
            parser.error(f"two feature files are called {name}; name them: --features first={file}")
        named[name] = [file]
    for name, file in given.features:
        named.setdefault(name, []).append(file)
    from exoprobe.api import Seeds

    return {name: Seeds(paths) if len(paths) > 1 else paths[0] for name, paths in named.items()}, factors


def _factors(files: list[str]) -> str:
    """Return the table of factors, the last file; of AnnData objects alone, their own table."""
    holders = {location.address or str(location.path) for location in map(parse_location, files)}
    if len(holders) == 1 and parse_location(files[0]).suffix in (".h5ad", ".h5mu", ".zarr"):
        if len(files) > 1 and files[-1] in holders:
            return files.pop()
        return str(*holders)
    return files.pop()


def _pair(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not (name and equals and value):
        raise argparse.ArgumentTypeError(f"{text!r} must have the form name=value")
    return name, value


def _kinds(pairs: Sequence[tuple[str, str]]) -> dict[str, str]:
    if twice := [name for index, (name, _) in enumerate(pairs) if name in dict(pairs[:index])]:
        raise ExoprobeError(f"--kinds: {twice[0]} is given twice; give a column one kind")
    return dict(pairs)


def _names(text: str) -> list[str]:
    return [name.strip() for name in text.split(",") if name.strip()]


def _erase(text: str) -> str | list[str]:
    return text if text in ERASE else _names(text)


def _at_least_one(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} must be a whole number, at least 1")
    return int(text)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="exoprobe", description="What do deep features encode that they should not?")
    parser.add_argument("--version", action="version", version=f"exoprobe {_version()}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="command")
    audit = commands.add_parser(
        "audit",
        help="audit features: tables and a page of what they encode",
        description=DESCRIPTION,
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    _add_inputs(audit)
    _add_columns(audit)
    _add_settings(audit)
    add_check(commands)
    add_erase(commands)
    _add_demo(commands)
    return parser


def _add_demo(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    demo = commands.add_parser(
        "demo",
        help="audit simulated embeddings: a page to look at, in half a minute",
        description="Audit simulated embeddings: of 500 speakers before and after training against the channel, or of "
        "another field.",
    )
    demo.add_argument(
        "--field", choices=(SPEECH, *OTHER_FIELDS), default=SPEECH, help="whose embeddings (default: %(default)s)"
    )
    demo.add_argument("--out", default="exoprobe-demo", metavar="FOLDER", help="for the results (default: %(default)s)")
    demo.add_argument("--overwrite", action="store_true", help="replace other results in that folder")
    demo.add_argument("--quiet", action="store_true", help="no progress")


def _add_inputs(audit: argparse.ArgumentParser) -> None:
    inputs = audit.add_argument_group("inputs and results")
    inputs.add_argument(
        "files", nargs="*", metavar="FILE",
        help="feature files or addresses (s3://…, https://…), or FILE:WHERE in a container, then the table of factors "
        "(docs/file-formats.md)",
    )  # fmt: skip
    inputs.add_argument(
        "--features", action="append", default=[], type=_pair, metavar="NAME=FILE",
        help="a named representation; the same name again is another training seed of it",
    )  # fmt: skip
    inputs.add_argument("--factors", metavar="FILE", help="the table of factors, instead of the last file")
    inputs.add_argument(
        "--control", action="append", default=[], metavar="NAME", help="an untrained representation, as a baseline"
    )
    inputs.add_argument(
        "--out", default="exoprobe-audit", metavar="FOLDER", help="folder of the results (default: %(default)s)"
    )
    inputs.add_argument(
        "--overwrite",
        action="store_true",
        help="replace results in that folder even if they are of other inputs or settings",
    )


def _add_columns(audit: argparse.ArgumentParser) -> None:
    columns = audit.add_argument_group("columns of the table")
    columns.add_argument(
        "--group", type=_names, action="extend", metavar="A[,B]",
        help="who or what a row comes from; groups of any of the columns stay in one split (default: each row)",
    )  # fmt: skip
    columns.add_argument("--id", help="names of the samples, here and in the feature files (default: join by order)")
    columns.add_argument("--label", help="class or number that the features are meant to encode (default: the group)")
    columns.add_argument("--split", help="train, validation or test (default: drawn by group, folds if they are few)")
    columns.add_argument(
        "--columns",
        type=_names,
        action="extend",
        metavar="A,B",
        help="the factors (default: all columns without another role)",
    )
    columns.add_argument(
        "--given", type=_names, action="extend", metavar="A,B",
        help="columns known anyway: is each other factor encoded beyond what they imply? "
        "(default: the label, and the other factor that predicts it best)",
    )  # fmt: skip
    columns.add_argument(
        "--kinds", action="append", default=[], type=_pair, metavar="COLUMN=KIND",
        help="how a column is read, where it is inferred wrongly: binary, categorical, continuous, angle, 'angle 24', "
        "'ordered low < high', or of dates 'date, hour, weekday, month'; may be repeated",
    )  # fmt: skip
    columns.add_argument(
        "--where", metavar="EXPRESSION", help="which rows count: \"tissue == 'lung' and age >= 18\" (default: all)"
    )


def _add_settings(audit: argparse.ArgumentParser) -> None:
    settings = audit.add_argument_group("settings")
    settings.add_argument("--rows", type=int, help="use at most this many rows (whole groups), for a quick look")
    settings.add_argument("--seed", type=int, default=0, help="seed of the split and of --rows (default: %(default)s)")
    settings.add_argument(
        "--permutations", type=int, help="number of permutations for the p-values (default: 999, or as many as needed)"
    )
    settings.add_argument(
        "--margin",
        type=float,
        default=0.1,
        help="smallest skill, from 0 to 1, that would matter (default: %(default)s)",
    )
    settings.add_argument(
        "--erase", type=_erase, default="leaks", metavar="leaks|all|none|A,B",
        help="factors to erase: the cost is measured, and erasers are written; named factors are also erased together "
        "(default: %(default)s)",
    )  # fmt: skip
    settings.add_argument("--threads", type=_at_least_one, help="number of threads (default: all cores, at most 8)")
    settings.add_argument(
        "--device", choices=("auto", "cpu", "cuda"), default="auto", help="where the linear probes are fitted"
    )
    settings.add_argument("--quiet", action="store_true", help="no progress")


def _version() -> str:
    from exoprobe.provenance import exoprobe_version

    return exoprobe_version()
