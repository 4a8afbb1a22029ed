import re
import tomllib
from pathlib import Path

import yaml

PROJECT = Path(__file__).parents[2]
ON_CONDA_FORGE = {
    "dlib-bin": "dlib",
    "matplotlib": "matplotlib-base",
    "safetensors": "python-safetensors",
    "torch": "pytorch",
}


def names(requirements):
    return {re.match(r"[\w-]+", requirement).group() for requirement in requirements}


def test_jobs_in_conda_have_what_the_library_needs():
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text())["project"]
    extras = [name for extra, added in project["optional-dependencies"].items() if extra != "all" for name in added]
    needed = {ON_CONDA_FORGE.get(name, name) for name in names([*project["dependencies"], *extras])} - {"snakemake"}
    environment = yaml.safe_load((PROJECT / "envs/exoprobe.yaml").read_text())
    assert names(environment["dependencies"]) == needed | {"python", "pip"}
