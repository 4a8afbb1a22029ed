"""The documentation: its site is built without a warning, and its commands are understood and find their inputs."""

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from exoprobe import audit_stages, cli
from exoprobe.cli import main
from exoprobe.datasets import user_inputs
from exoprobe.io.remote import name_at
from tests import pictures
from tests.documented import PAGES, commands, write_documented

ROOT = Path(__file__).resolve().parents[2]


class ComputingError(BaseException):
    """The inputs were read, joined and split: the rest is not what these tests are about."""


@pytest.fixture(scope="module")
def documented(tmp_path_factory):
    """A folder with the files that the pages speak of."""
    folder = tmp_path_factory.mktemp("documented")
    write_documented(folder)
    return folder


def test_the_site_is_built_without_a_warning(tmp_path):
    command = [sys.executable, "-m", "mkdocs", "build", "--quiet", "--strict", "--site-dir", tmp_path]
    quiet = {**os.environ, "NO_MKDOCS_2_WARNING": "1"}
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, env=quiet)
    assert result.returncode == 0, result.stderr
    assert "WARNING" not in result.stderr
    for name in ("index", "tutorials/speech/index", "api/index"):
        assert (tmp_path / f"{name}.html").is_file()
    tutorial = (tmp_path / "tutorials/text/index.html").read_text(encoding="utf-8")
    assert 'href="../../demo/text/index.html"' in tutorial  # which make docs puts there


@pytest.mark.parametrize("command", commands("exoprobe audit"))
def test_every_audit_in_the_docs_finds_its_inputs(command, documented, monkeypatch):
    def compute(*_, **__):
        raise ComputingError

    monkeypatch.setattr(audit_stages, "_probe_first", compute)
    monkeypatch.setattr(user_inputs, "fetch", lambda address, _: documented / name_at(address))
    monkeypatch.chdir(documented)
    arguments = shlex.split(command)[1:]
    if "--help" in arguments:
        with pytest.raises(SystemExit, match="0"):
            main(arguments)
    else:
        with pytest.raises(ComputingError):
            main([*arguments, "--quiet"])


@pytest.mark.parametrize("command", commands("exoprobe demo"))
def test_every_demo_in_the_docs_is_understood(command, monkeypatch):
    monkeypatch.setattr(cli, "_demo", lambda _: cli.DONE)
    assert main(shlex.split(command)[1:]) == cli.DONE


@pytest.mark.parametrize("command", commands("exoprobe check"))
def test_every_check_in_the_docs_is_understood(command, monkeypatch, tmp_path, capsys):
    monkeypatch.chdir(tmp_path)
    assert main(shlex.split(command)[1:]) == 1  # there is no audit here
    assert "is not the folder of a finished audit" in capsys.readouterr().err


def test_every_picture_is_made_by_the_command():
    shown = {name for page in PAGES for name in re.findall(r"images/([\w.]+\.png)", page.read_text(encoding="utf-8"))}
    assert shown == {pictures.SCREEN, *pictures.DRAWN_BY} == {path.name for path in pictures.FOLDER.glob("*.png")}


@pytest.mark.parametrize("name", sorted(set(pictures.read_notes()) - {pictures.SCREEN}))
def test_pictures_are_of_the_present_drawings(name):
    assert pictures.read_notes()[name] == pictures.digest(name), "run the workflow, then python -m tests.pictures"
