"""Section 3 with its inputs and results in the bucket of an S3 server on this machine."""

import os

import pytest

from tests.workflow.conftest import DOWNLOADS, copy_project
from tests.workflow.servers import KEYS, s3_server

TABLES = ("results/figures/figure_1.csv", "results/figures/figure_2.csv", "results/figures/table_1.csv")


@pytest.fixture(scope="module")
def server():
    """The address of an S3 server, and a bucket there."""
    with s3_server() as address_and_bucket:
        yield address_and_bucket


@pytest.fixture(scope="module")
def bucket(server, finished):
    """The bucket with the downloads in it, put there by another program."""
    for name in DOWNLOADS:
        server[1].upload_file(finished.path(name), name)
    return server[1]


@pytest.fixture(scope="module")
def stored(root, server, bucket, tmp_path_factory):
    """A function that runs snakemake on that bucket."""
    project = copy_project(root, tmp_path_factory.mktemp("stored"))
    where = ("--storage-s3-endpoint-url", server[0], "--profile", "profiles/s3", "--cores", "2")

    def run(*arguments):
        process = project.start(*arguments, where=where, environment={**os.environ, **KEYS})
        output, _ = process.communicate()
        assert process.returncode == 0, output
        return output

    run.project = project
    return run


@pytest.fixture(scope="module")
def first_run(stored):
    return stored("faces")


def test_the_bucket_holds_the_local_run_s_results(first_run, bucket, finished):
    for name in TABLES:
        assert bucket.Object(name).get()["Body"].read() == finished.path(name).read_bytes()
    features = "results/features/orl/dlib/penultimate.parquet"
    assert bucket.Object(features).get()["Body"].read() == finished.path(features).read_bytes()


def test_nothing_but_logs_and_times_lies_outside_the_bucket(first_run, stored):
    left = {path.relative_to(stored.project.folder).parts[1] for path in stored.project.path("results").glob("*")}
    assert left <= {"logs", "benchmarks"}


def test_a_second_run_has_nothing_to_do(first_run, stored):
    assert "Nothing to be done" in stored("faces")


def test_a_lost_result_is_computed_again_from_the_bucket(first_run, stored, bucket, finished):
    name = "results/figures/figure_2.csv"
    bucket.Object(name).delete()
    output = stored("faces")
    assert "Drawing Figure 2" in output
    assert "Probing" not in output
    assert bucket.Object(name).get()["Body"].read() == finished.path(name).read_bytes()
