"""Snakemake understands every command of the documentation: targets, configuration and files."""

import shlex

import pytest

from tests.documented import commands, write_documented
from tests.workflow.conftest import copy_project

ELSEWHERE = ("--profile", "/data", "…")  # a cluster, CelebA's images, a path left out


@pytest.fixture(scope="module")
def project(root, tmp_path_factory):
    """A copy of the checkout with the files that the pages speak of."""
    project = copy_project(root, tmp_path_factory.mktemp("documented"))
    write_documented(project.folder)
    return project


@pytest.mark.parametrize(
    "command", [line for line in commands("snakemake") if not any(words in line for words in ELSEWHERE)]
)
def test_every_command_is_understood(command, project):
    status, output = project.snakemake_without_jobs("--dry-run", *shlex.split(command)[1:])
    assert status == 0, output
