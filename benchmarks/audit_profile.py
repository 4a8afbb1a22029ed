"""Which stages of an audit take how long: python -m benchmarks.audit_profile [NAME | ARGUMENTS of exoprobe audit].

CPU seconds of one thread, and when each stage ended. A name is one of made-up data (:mod:`benchmarks.audit_speed`),
*tiny* unless others are given, which are audited with a label.
"""

import functools
import sys
import tempfile
import time
from pathlib import Path
from types import ModuleType

import pandas as pd

from benchmarks.audit_speed import AUDITS, write_files

STAGES = {
    "build_audit": "joining the inputs",
    "write_first_verdicts": "first page",
    "_score": "scores, tests, associations",
    "write_early_page": "second page",
    "write_tables": "writing the tables",
    "write_page": "page",
}
STEPS = {
    "import_features": "importing the features",
    "probe_first": "linear probes",
    "probe_rest": "other probes",
    "plant": "spike-ins",
    "learn": "learning curves",
    "describe_structure": "structure, neighbors",
    "compare_with_given": "beyond other columns",
    "measure_shift": "harm to the label",
    "erase": "erasures",
}


def main(arguments: list[str]) -> None:
    """Audit and print the table."""
    from exoprobe import audit_stages
    from exoprobe.audit_steps import AuditSteps
    from exoprobe.cli import main as command

    taken = {"imports": time.process_time()}
    ended = dict(taken)
    for owner, titles in ((audit_stages, STAGES), (AuditSteps, STEPS)):
        for name, title in titles.items():
            _watch(owner, name, title, taken, ended)
    with tempfile.TemporaryDirectory() as folder:
        if not arguments or arguments[0] in AUDITS:
            arguments = _made_up(Path(folder), *arguments)
        command(["audit", *arguments, "--threads", "1", "--out", f"{folder}/audit"])
    taken["whole"] = ended["whole"] = time.process_time()
    print(pd.DataFrame({"cpu_seconds": taken, "ended_at": ended}).round(2).to_string())


def _made_up(folder: Path, name: str = "tiny") -> list[str]:
    """Write made-up data with one factor more, which is the label; return the arguments of their audit."""
    rows, dimension, binary, numbers = AUDITS[name]
    write_files(folder, rows, dimension, binary + 1, numbers)
    files = [str(folder / file) for file in ("features.npy", "factors.csv")]
    return [*files, "--group", "person", "--label", f"factor {binary}"]


def _watch(owner: ModuleType | type, name: str, title: str, taken: dict[str, float], ended: dict[str, float]) -> None:
    """Add up what a function takes, and remember when it ended last."""
    action = getattr(owner, name)

    @functools.wraps(action)
    def watched(*arguments: object, **settings: object) -> object:
        start = time.process_time()
        try:
            return action(*arguments, **settings)
        finally:
            ended[title] = time.process_time()
            taken[title] = taken.get(title, 0.0) + ended[title] - start

    setattr(owner, name, watched)


if __name__ == "__main__":
    main(sys.argv[1:])
