"""Pointwise V-information: by hand, named as the user does, and highest where features give a row away."""

import numpy as np
import pandas as pd
import pytest

from exoprobe.datasets.factors import Factor
from exoprobe.evaluation.predictable_rows import SHOWN, row_bits, row_tables
from exoprobe.probes.given import predict_given
from exoprobe.probes.given_columns import AGAINST_NOTHING
from exoprobe.probes.probe_data import open_representation
from tests.planted import Planted
from tests.scores_factory import binary, number, write_run


def bits_of(planted: Planted) -> pd.DataFrame:
    source = open_representation(planted.samples, planted.factors_file, planted.write())
    factors = [source.factors[name] for name in source.factor_names]
    sets = {factor.name: [AGAINST_NOTHING] for factor in factors}
    return row_bits(predict_given(source, factors, sets))


def test_stamped_rows_are_the_most_predictable_ones(tmp_path):
    planted = Planted(tmp_path, 3, groups=200, per_group=5)
    signs = planted.binary("scanner")
    stamped = planted.rng.random(planted.rows) < 0.02
    planted.features[:, 2] += 8 * stamped * signs
    bits = bits_of(planted).set_index("sample")["bits"]
    test = np.flatnonzero(planted.split == "test")
    assert bits.index.tolist() == test.tolist()
    top = bits.nlargest(round(0.03 * len(test))).index
    assert set(np.flatnonzero(stamped & (planted.split == "test"))) <= set(top)


def test_a_row_of_a_fully_encoded_value_has_the_entropy_of_its_class(tmp_path):
    planted = Planted(tmp_path, groups=200, per_group=4)
    planted.features[:, 0] = 50 * planted.binary("scanner")
    age = planted.rng.normal(size=planted.rows)
    planted.add(Factor("age", "continuous", age))
    bits = bits_of(planted).groupby("factor")["bits"].mean()
    assert bits["scanner"] == pytest.approx(1, abs=0.02)  # two values that are equally frequent
    assert bits["age"] == pytest.approx(0, abs=0.05)


def test_both_ends_are_named_as_the_user_does_with_their_true_values(tmp_path):
    factors = [binary("glasses", [0, 1] * 6), number("age", range(12))]
    predicted = {("linear", factor.name): [0.0] * 12 for factor in factors}
    run = write_run(tmp_path, factors, predicted, columns={"id": [f"image{row}" for row in range(12)]})
    rows = pd.DataFrame({"representation": "net", "factor": "glasses", "sample": np.arange(61, 73)})
    rows["bits"] = np.arange(12) / 10
    tables = row_tables(run.samples, run.factors, pd.concat([rows, rows.assign(factor="age").iloc[:3]]))
    ends = tables["extremes"].set_index(["factor", "predictable"])
    most = ends.loc[("glasses", "most")]
    assert len(most) == len(ends.loc[("glasses", "least")]) == SHOWN
    assert most.iloc[0][["row", "annotation", "bits"]].tolist() == ["image11", "yes", 1.1]
    assert ends.loc[("age", "least"), ["row", "annotation"]].tolist() == ["image0", "0"]
    assert tables["rows"].iloc[0].tolist() == ["net", "glasses", "image0", 0.0]
    assert len(tables["rows"]) == 15
