"""The workflow on a real Slurm cluster of one node, with jobs and controllers killed on the way."""

import os
import re
import shutil
import signal
import tempfile
from pathlib import Path

import pytest

from tests.workflow.conftest import copy_downloads, copy_project
from tests.workflow.servers import until
from tests.workflow.slurm_node import SlurmNode, obstacle

SUBMITTED = re.compile(r"submitted with SLURM jobid (\d+) \(log: .*/rule_(\w+)/")
# Too little for the first attempt, so that Slurm kills it for its memory.
TOO_LITTLE = ("--set-resources", "rotate_digits:mem_mb=500 * attempt * attempt")
# Two networks of digits, and of the faces what comes of two parts. (The plugin looks at its jobs ever less often:
# how long the chains are, and not how many jobs there are, takes time.)
MODELS = ("lenet", "pair_lenet")
RESULTS = (
    *(f"probes/mnist/{model}/seed0/ip1_predictions.parquet" for model in MODELS),
    "probes/orl/dlib/penultimate/predictions.parquet",
)
TARGETS = ("--", *(f"results/{name}" for name in RESULTS))


@pytest.fixture(scope="module")
def node():
    if why := obstacle():
        pytest.skip(why)
    folder = Path(tempfile.mkdtemp(prefix="slurm"))
    with SlurmNode(folder) as running:
        yield running
    shutil.rmtree(folder)


@pytest.fixture(scope="module")
def cluster_run(root, finished, node, tmp_path_factory):
    """The targets were computed through Slurm, in spite of all; with it, what Slurm remembers of each job."""
    project = copy_project(root, tmp_path_factory.mktemp("slurm"))
    copy_downloads(finished.folder, project)
    project.edit_config(lambda config: config["faces"].update(shards=2))
    cluster = {"where": ("--profile", "profiles/slurm"), "environment": node.environment}
    orphan = run_until_killed(project.start(*TOO_LITTLE, *TARGETS, **cluster), node)
    second = project.start(*TOO_LITTLE, *TARGETS, **cluster)
    output = ""
    for line in second.stdout:
        if SUBMITTED.search(line) and not SUBMITTED.search(output):
            node.command("scontrol", "release", orphan)
        output += line
    assert second.wait() == 0, output
    until(lambda: not node.command("squeue", "--noheader"), seconds=300)
    shown = node.command("squeue", "--states=all", "--noheader", "--format=%i|%T|%m|%k")
    return project, [line.split("|") for line in shown.splitlines()], orphan


def run_until_killed(run, node):
    """Cancel its first training, restart Slurm's controller, kill Snakemake; return a job that still waits then."""
    done = set()
    for line in run.stdout:
        job, rule = match.groups() if (match := SUBMITTED.search(line)) else (None, None)
        if rule == "train" and rule not in done:
            node.command("scontrol", "wait_job", job)
            node.command("scancel", job)
        done.add(rule)
        if rule == "extract":
            node.restart_controller()
            node.command("scontrol", "hold", job)
            node.command("scontrol", "requeuehold", job)  # if it has begun
            os.kill(run.pid, signal.SIGKILL)
            run.wait()
            return job
    raise AssertionError("the run ended before it could be killed")


def attempts(jobs, rule):
    """The states and megabytes of a rule's jobs in the order of their submission."""
    chosen = [job for job in jobs if job[3] == f"rule_{rule}"]
    return [
        (state, int(memory.removesuffix("M"))) for _, state, memory, _ in sorted(chosen, key=lambda job: int(job[0]))
    ]


def results(project):
    """What was computed: every file but logs, measured times, and pictures, whose data are there as tables."""
    kinds = ("*.parquet", "*.safetensors", "*.csv")
    folder = project.path("results")
    return {file.relative_to(folder): file.read_bytes() for kind in kinds for file in folder.rglob(kind)}


def test_every_result_is_the_local_run_s_to_the_last_bit(cluster_run, finished):
    """Also: faces extracted in two parts, by two jobs, are the same as in one."""
    project, *_ = cluster_run
    cluster, local = results(project), results(finished)
    assert set(map(Path, RESULTS)) <= set(cluster)
    assert [name for name in cluster if cluster[name] != local.get(name)] == []


def test_a_killed_run_s_waiting_job_does_nothing_when_its_turn_comes(cluster_run):
    project, jobs, orphan = cluster_run
    assert [state for job, state, *_ in jobs if job == orphan] == ["FAILED"]
    (log,) = project.path(".snakemake/slurm_logs").rglob(f"{orphan}.log")
    assert "nothing done: the run that submitted this job is over" in log.read_text()


def test_a_local_run_after_it_has_nothing_to_do(cluster_run):
    project, *_ = cluster_run
    assert project.planned(*TARGETS) == {}


def test_a_job_out_of_memory_comes_back_with_more(cluster_run):
    _, jobs, _ = cluster_run
    assert attempts(jobs, "rotate_digits_wildcards_mnist") == [("FAILED", 500), ("COMPLETED", 2000)]


def test_a_canceled_job_comes_back_with_more(cluster_run):
    _, jobs, _ = cluster_run
    tries = [attempts(jobs, f"train_wildcards_mnist_{model}_0") for model in MODELS]
    (canceled,) = (states for states in tries if states[0][0] == "CANCELLED")
    assert canceled[1][1] == pytest.approx(2 * canceled[0][1], abs=1)
    assert canceled[-1][0] == "COMPLETED"


def test_no_half_files_are_left(cluster_run):
    project, *_ = cluster_run
    assert not list(project.path("results").rglob(".*"))


def test_two_training_jobs_never_share_the_card(cluster_run, node):
    """Slurm has one card to give. (It only looks like one: on a machine without, both jobs end with an error.)"""
    project, *_ = cluster_run
    where = ("--profile", "profiles/slurm", "--config", "device=cuda")
    networks = [f"results/models/mnist/{model}/seed0/weights.safetensors" for model in MODELS]
    run = project.start("--retries", "0", *networks, where=where, environment=node.environment)
    jobs = []
    for line in run.stdout:
        jobs += [match[1] for match in SUBMITTED.finditer(line)]
        if len(jobs) == 2:
            run.kill()
    until(lambda: not node.command("squeue", "--noheader"))
    shown = [node.command("scontrol", "show", "job", job) for job in jobs]
    assert all("gres:gpu:1" in job for job in shown)
    first, second = sorted(tuple(re.findall(r"(?:StartTime|EndTime)=(\S+)", job)) for job in shown)
    assert first[1] <= second[0]
