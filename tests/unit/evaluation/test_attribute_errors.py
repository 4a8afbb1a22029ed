"""Figure 2's table; the rates themselves are computed by hand in ``test_score``."""

import numpy as np
import pytest

from exoprobe.evaluation.attribute_errors import RATES, attribute_errors
from exoprobe.evaluation.score import MEAN
from tests.scores_factory import binary, score, write_run

PRESENT, OUTPUTS = [1, 1, 1, 1, 0, 0], [1, 0, -1, 2, 3, -2]


@pytest.fixture
def scores(tmp_path):
    """Scores of two representations: ``net`` misses hats; ``pixels`` predicts the reverse of it."""
    factors = [binary("glasses", 5 * PRESENT), binary("hat", 5 * PRESENT)]
    outputs = {"glasses": np.array(5 * OUTPUTS), "hat": np.array(5 * [1, 1, 1, 1, -1, -1])}
    runs = []
    for name, sign in (("net", 1), ("pixels", -1)):
        predicted = {("linear", attribute): sign * values for attribute, values in outputs.items()}
        (tmp_path / name).mkdir()
        predicted["mlp", "hat"] = predicted["all", "linear", "hat"] = np.zeros(30)
        train = {"glasses": [0, 0, 1], "hat": [1]}
        key = ("t", name, "", 0)
        runs.append(write_run(tmp_path / name, factors, predicted, key=key, group=np.arange(30) // 2, train=train))
    return score(tmp_path, *runs)


def test_each_representation_has_a_row_per_attribute_and_one_of_the_mean(scores):
    table = attribute_errors(scores, ["glasses", "hat", "unknown"])
    assert table["representation"].tolist() == ["net"] * 3 + ["pixels"] * 3
    assert table["attribute"].tolist() == ["glasses", "hat", MEAN] * 2
    assert (table["samples"] == 30).all()
    assert (table["identities"] == 15).all()
    rows = table[table["representation"] == "net"].set_index("attribute")
    assert rows.loc["glasses", list(RATES)].tolist() == pytest.approx([25, 50, 37.5])
    assert rows.loc["hat", ["error", "error_low"]].tolist() == pytest.approx([0, 0])
    # Wilson's upper limit z² / (n + z²) of no error in 10 groups with a hat and 5 without, combined over both classes.
    squared = 1.959964**2
    limits = squared / (np.array([10, 5]) + squared)
    assert rows.loc["hat", "error_high"] == pytest.approx(100 * np.hypot(*limits / 2))
    assert rows.loc[MEAN, list(RATES)].tolist() == pytest.approx([12.5, 25, 37.5 / 2])
    assert rows["prevalence"].tolist() == pytest.approx([100 * 4 / 6] * 3)
    assert rows["majority_false_negative"].tolist() == [100, 0, 50]
