import re
import tomllib
from itertools import chain
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
    extras = {**project["optional-dependencies"], "all": [], "maps": []}  # jobs do without maps by UMAP
    needed = names(chain(project["dependencies"], *extras.values())) - {"snakemake"}
    environment = yaml.safe_load((PROJECT / "envs/exoprobe.yaml").read_text())
    assert names(environment["dependencies"]) == {ON_CONDA_FORGE.get(name, name) for name in needed} | {"python", "pip"}
