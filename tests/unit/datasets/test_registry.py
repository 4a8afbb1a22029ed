import importlib
import subprocess
import sys

import pytest

from exoprobe.datasets.registry import dataset_names, find_dataset
from exoprobe.errors import ExoprobeError


@pytest.mark.parametrize("name", dataset_names())
def test_every_dataset_has_its_name_and_its_builder(name):
    dataset = find_dataset(name)
    assert dataset.name == name
    module, function = dataset.build.split(":")
    assert callable(getattr(importlib.import_module(module), function))
    assert dataset.samples() == f"results/data/{name}/samples.parquet"
    assert (dataset.size is None) == (dataset.license == "")


def test_there_are_digits_faces_and_what_users_bring():
    assert dataset_names() == ["audit", "celeba", "fashion_mnist", "images", "kmnist", "mnist", "orl"]
    assert find_dataset("orl").attributes(None) == ["glasses", "smiling", "mouth_open", "facial_hair"]
    assert find_dataset("mnist").attributes(None) == []


def test_an_unknown_dataset_is_refused():
    with pytest.raises(ExoprobeError, match="there is no dataset 'lfw'; allowed: audit, celeba"):
        find_dataset("lfw")


def test_asking_imports_nothing_that_takes_time():
    code = "import sys; from exoprobe.datasets.registry import *; [find_dataset(name) for name in dataset_names()]; "
    code += "print({'torch', 'pandas', 'numpy', 'PIL'} & set(sys.modules))"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout == "set()\n"
