"""Snakemake without jobs, each time in a fork of a process that has imported it already, which spares half of the time.

Of the project and its library nothing is imported before the fork, so that every fork reads the files as they are.
"""

import json
import os
import subprocess
import sys
import traceback
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from tempfile import NamedTemporaryFile

ROOT = Path(__file__).resolve().parents[2]
CORES = ("--cores", "2")


def run_in_fork(folder: Path, arguments: Sequence[str]) -> tuple[int, str]:
    """Run Snakemake in a folder; return its exit status and what it printed."""
    with NamedTemporaryFile("r") as output:
        server = _server()
        print(json.dumps([str(folder), [*CORES, *arguments], output.name]), file=server.stdin, flush=True)
        status = int(server.stdout.readline())
        return status, output.read()


@cache
def _server() -> subprocess.Popen:
    """Start the process that waits for what to run; it ends with its standard input, when the tests end."""
    variables = {**os.environ, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
    return subprocess.Popen(
        [sys.executable, "-m", "tests.workflow.planner"],
        cwd=ROOT,
        env=variables,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def serve() -> None:
    """Do what is asked for, a line each, and answer with the exit status."""
    import jsonschema  # noqa: F401 what the Snakefile needs of others
    import pandas  # noqa: F401
    import pyarrow.parquet  # noqa: F401
    import pydantic  # noqa: F401
    import snakemake.cli  # noqa: F401

    sys.path = [entry for entry in sys.path if entry not in ("", str(ROOT))]
    for line in sys.stdin:
        child = os.fork()
        if not child:
            _run(*json.loads(line))
        print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)


def _run(folder: str, arguments: list[str], output: str) -> None:
    """Become a run in a folder, which prints to a file."""
    from snakemake.cli import main

    status = 1
    try:
        assert not any(name.split(".")[0] == "exoprobe" for name in sys.modules)
        descriptor, nothing = os.open(output, os.O_WRONLY), os.open(os.devnull, os.O_RDONLY)
        for target, source in ((0, nothing), (1, descriptor), (2, descriptor)):
            os.dup2(source, target)
        os.chdir(folder)
        sys.argv = ["snakemake", *arguments]
        main(arguments)
    except SystemExit as end:
        status = end.code if isinstance(end.code, int) else int(end.code is not None)
        if isinstance(end.code, str):
            print(end.code, file=sys.stderr)
    except BaseException:
        traceback.print_exc()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)


if __name__ == "__main__":
    serve()
