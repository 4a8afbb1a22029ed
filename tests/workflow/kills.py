"""Kills jobs and whole runs at random moments, and holds what the next run makes of it against an undisturbed run.

python -m tests.workflow.kills --kills 50 --seed 1
"""

import argparse
import json
import os
import random
import shutil
import signal
import subprocess
import tempfile
import threading
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from tests.workflow.conftest import ROOT, Project, copy_downloads, copy_project

MOMENTS = Path(__file__).parent / "moments"
# How often each is drawn: the job's process tree, everything with Snakemake itself, Ctrl-C for everything.
BLOWS = {"kill job": 4, "kill run": 1, "Ctrl-C": 1}
LARGEST_COUNT = {"start": 30_000, "log": 3_000, "write": 12}
END = "end\n"


@dataclass(frozen=True)
class Undisturbed:
    """What a target needs, as a run that nobody disturbs makes it.

    Attributes:
        results: every output file's content by its name.
        rules: the rule of every job by the job's name, that of its log without folder and suffix.
        makers: the rule that makes each of the results.
    """

    results: dict[str, bytes]
    rules: dict[str, str]
    makers: dict[str, str]


def read_undisturbed(project: Project, *targets: str) -> Undisturbed:
    """Read the results of a finished project."""
    status, output = project.snakemake("--summary", "--", *targets)
    assert status == 0, output
    rows = [line.split("\t") for line in output.splitlines() if "\tresults/logs/" in line]
    rules = {row[3].removeprefix("results/logs/").removesuffix(".log"): row[2] for row in rows}
    kept = {row[0]: row[2] for row in rows if project.path(row[0]).exists()}  # others are deleted once they were used
    return Undisturbed({name: project.path(name).read_bytes() for name in kept}, rules, kept)


def draw_moment(draw: random.Random) -> tuple[str, int]:
    """Draw an anchor and how many events after it; of early events more than of late ones, which may not come."""
    anchor = draw.choice(["start", "log", "write", "write"])
    return anchor, int(LARGEST_COUNT[anchor] ** draw.random()) - 1


def draw_plan(undisturbed: Undisturbed, draw: random.Random, most: int) -> dict[str, list[tuple[str, int]]]:
    """Draw up to ``most`` moments for every job."""
    return {job: [draw_moment(draw) for _ in range(draw.randint(1, most))] for job in undisturbed.rules}


def set_moments(folder: Path, plan: dict[str, list[tuple[str, int]]]) -> dict[str, str]:
    """Prepare a folder in which jobs find their moments, and return the environment that tells them of it.

    A job that has reached its moment writes its process and its name to the pipe ``reached`` and then waits until
    somebody writes to the pipe ``go_on``.
    """
    write_plan(folder, plan)
    for pipe in ("reached", "go_on"):
        os.mkfifo(folder / pipe)
    return {"MOMENTS": str(folder), "PYTHONPATH": str(MOMENTS)}


def write_plan(folder: Path, plan: dict[str, list[tuple[str, int]]]) -> None:
    """Replace the plan at once, since jobs may be reading it."""
    (folder / "new.json").write_text(json.dumps(plan))
    (folder / "new.json").replace(folder / "plan.json")


class KilledRuns:
    """Runs of one project, struck at the planned moments, started again until all is done.

    Args:
        project: where nothing but some downloads is there.
        undisturbed: what must come out.
        plan: for each job the moments at which it is struck, one per attempt.
        draw: source of the kinds of blows.
    """

    def __init__(
        self,
        project: Project,
        undisturbed: Undisturbed,
        plan: dict[str, list[tuple[str, int]]],
        draw: random.Random,
    ) -> None:
        self.project, self.undisturbed, self.plan, self.draw = project, undisturbed, plan, draw
        self.struck: Counter[str] = Counter()
        self.faults: list[str] = []

    def finish(self, *targets: str) -> None:
        """Run, strike and run again until nothing of the plan is left and everything is made."""
        while not self._run(*targets):
            self._look()
        self._look()
        lacking = [name for name in self.undisturbed.results if not self.project.path(name).exists()]
        left_over = self.project.path("results").rglob(".*")
        self.faults += [f"missing: {name}" for name in lacking] + [f"left over: {path}" for path in left_over]

    def _look(self) -> None:
        """Whatever has a final name must be whole and right, however the last run ended."""
        for name, content in self.undisturbed.results.items():
            path = self.project.path(name)
            if path.exists() and path.read_bytes() != content:
                self.faults.append(f"wrong: {name}")

    def _run(self, *targets: str) -> bool:
        """Run once; return whether it came to its end."""
        with tempfile.TemporaryDirectory() as folder:
            environment = set_moments(Path(folder), self.plan)
            reached = os.open(Path(folder, "reached"), os.O_RDWR)  # stays open between jobs
            process = self.project.start("--retries", "99", "--", *targets, environment=environment)
            said, down = [], False
            waiting = threading.Thread(target=_wait, args=(process, said, reached))
            waiting.start()
            with os.fdopen(reached) as lines:
                for line in iter(lines.readline, END):
                    pid, job = line.split()
                    down |= self._strike(process.pid, int(pid), job, Path(folder))
                waiting.join()
        assert down or process.returncode == 0, said[0]
        return process.returncode == 0

    def _strike(self, run: int, pid: int, job: str, folder: Path) -> bool:
        """Strike a job that waits at its moment, or the whole run; return whether that goes down."""
        (anchor, count), blow = self.plan[job].pop(0), self.draw.choices(list(BLOWS), list(BLOWS.values()))[0]
        write_plan(folder, self.plan)
        self.struck[blow] += 1
        print(f"{blow}: {job}, {count} events after {anchor}", flush=True)
        if blow == "kill job":
            kill_tree(pid, run)
        else:
            os.killpg(run, signal.SIGKILL if blow == "kill run" else signal.SIGINT)
        return blow != "kill job"


def _wait(process: subprocess.Popen, said: list[str], reached: int) -> None:
    """Wait for a run and all its jobs."""
    said.append(process.communicate()[0])
    os.write(reached, END.encode())


def kill_tree(pid: int, run: int) -> None:
    """Kill the job that a process belongs to: the child of the run's main process, and all below it."""
    listed = subprocess.run(["ps", "-A", "-o", "pid=,ppid="], capture_output=True, text=True, check=True).stdout
    parents = dict(map(int, line.split()) for line in listed.splitlines())

    def line(process: int) -> list[int]:
        """The process, its parent, its parent's parent …"""
        return [process, *line(parents[process])] if process in parents else []

    top = next(process for process in line(pid) if parents[process] == run)
    for process in parents:
        if top in line(process):
            os.kill(process, signal.SIGKILL)


def main() -> None:
    """Kill in one round after the other, each from nothing to the end; print the sum."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kills", type=int, default=200, help="stop after the round that reaches so many")
    parser.add_argument("--seed", type=int, default=0, help="of the moments and the kinds of blows")
    arguments = parser.parse_args()
    draw, struck, faults, rounds = random.Random(arguments.seed), Counter(), [], 0
    with tempfile.TemporaryDirectory() as folder:
        finished = start_project(Path(folder, "finished"))
        status, output = finished.snakemake()
        assert status == 0, output
        undisturbed = read_undisturbed(finished, "all")
        while struck.total() < arguments.kills:
            rounds += 1
            project = start_project(Path(folder, str(rounds)))
            runs = KilledRuns(project, undisturbed, draw_plan(undisturbed, draw, 3), draw)
            runs.finish("all")
            struck, faults = struck + runs.struck, faults + runs.faults
            shutil.rmtree(project.folder)
            print(f"seed {arguments.seed}, {rounds} rounds: {dict(struck)}, {len(faults)} faults", flush=True)
    assert not faults, sorted(set(faults))


def start_project(folder: Path) -> Project:
    """Copy the checkout and what it has downloaded."""
    project = copy_project(ROOT, folder)
    copy_downloads(ROOT, project)
    return project


if __name__ == "__main__":
    main()
