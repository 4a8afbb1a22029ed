"""Folders and files may be called anything: no shell sees their names."""

import pandas as pd

from tests.workflow.conftest import HOSTILE


def test_names_that_a_shell_would_obey_are_only_names(orl_as_celeba):
    samples = pd.read_parquet(orl_as_celeba.path("results/data/celeba/samples.parquet"))
    assert {"-rf.jpg", "$(touch_hacked)'\".jpg"} <= set(samples["file"])
    assert f"annotated by: {HOSTILE}.csv." in orl_as_celeba.path("results/figures/table_1.md").read_text()
    assert not list(orl_as_celeba.folder.rglob("hacked*"))
