import numpy as np
import pandas as pd
import pytest

from exoprobe.evaluation.advantages import advantages


def table(values):
    rows = [
        (variant, seed, erased, "mav_error", value)
        for (variant, erased), of_seeds in values.items()
        for seed, value in enumerate(of_seeds)
    ]
    return pd.DataFrame(rows, columns=["variant", "seed", "erased", "measure", "value"])


def test_differences_are_taken_seed_by_seed():
    found = advantages(table({("pair", False): [1.0, 2.0, 3.0], ("other", False): [0.5, 1.4, 2.6]}), "pair")
    (row,) = found.itertuples()
    assert (row.variant, row.reference, row.n) == ("other", "pair", 3)
    assert row.mean == pytest.approx(-0.5)
    reach = 4.302653 * 0.1 / np.sqrt(3)  # Student's t with two degrees of freedom; the differences' deviation is 0.1
    assert (row.low, row.high) == pytest.approx((-0.5 - reach, -0.5 + reach))


def test_the_reference_erased_is_compared_with_itself_as_trained():
    found = advantages(table({("pair", False): [1.0, 2.0], ("pair", True): [1.5, 2.5]}), "pair")
    assert found[["variant", "erased", "mean"]].to_numpy().tolist() == [["pair", True, 0.5]]
