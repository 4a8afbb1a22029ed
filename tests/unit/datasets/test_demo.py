"""The demo's data: what its docstring says of them."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from exoprobe.cli import OTHER_FIELDS, SPEECH
from exoprobe.datasets.demo import CONTROL, GROUP, STRENGTHS, demo_data
from exoprobe.datasets.demo_fields import FIELDS, field_data
from exoprobe.evaluation.association import cramers_v

ROOT = Path(__file__).resolve().parents[3]


def test_the_data_are_the_same_every_time_and_complete():
    features, table = demo_data()
    again, same = demo_data()
    assert table.equals(same)
    assert all(np.array_equal(features[name], again[name]) for name in features)
    assert list(features) == list(STRENGTHS)
    assert all(values.shape == (1000, 32) and values.dtype == np.float32 for values in features.values())
    assert not table.isna().to_numpy().any()
    constant = table.groupby(GROUP)[["sex", "accent"]].nunique()
    assert (constant == 1).all(axis=None)


def test_training_weakens_the_channel_and_the_control_has_no_identity():
    features, table = demo_data()

    def explained(values, column):
        centred = values - values.mean(axis=0)
        means = {name: centred[rows].mean(axis=0) for name, rows in table.groupby(column).indices.items()}
        return np.square(np.array([means[name] for name in table[column]])).sum() / np.square(centred).sum()

    before, after = (features[name] for name in ("before training", "after training"))
    assert explained(before, "channel") > 5 * explained(after, "channel") > 0
    assert explained(after, GROUP) > 0.5 > explained(features[CONTROL], GROUP)
    assert explained(before, "weekday") < 0.02


@pytest.mark.parametrize("name", sorted(FIELDS))
def test_fields_have_the_columns_that_their_audit_names(name):
    of, (features, table) = FIELDS[name], field_data(name)
    assert {of.group, *of.columns} == set(table)
    assert {of.label, *of.given} - {None} <= set(of.columns)
    assert all(vectors.shape == (of.groups * of.rows, 32) for vectors in features.values())
    assert table[of.group].nunique() == of.groups
    for title, column in of.columns.items():
        assert (table.groupby(of.group)[title].nunique().max() == 1) == column.of_group
        if column.follows:
            assert cramers_v(*(pd.factorize(table[name])[0] for name in (title, column.follows))) > 0.5


def test_the_command_knows_the_fields():
    assert set(OTHER_FIELDS) == set(FIELDS)
    assert {path.stem for path in (ROOT / "docs/tutorials").glob("*.md")} == {SPEECH, *OTHER_FIELDS}
