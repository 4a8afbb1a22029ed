import numpy as np
from exoprobe.probes.least_squares import ridge_coefficients, take_out


def test_a_direction_is_taken_out_of_what_was_solved(rng):
    rows, apart, cross = rng.normal(size=(50, 6)), rng.normal(size=6), rng.normal(size=(6, 3))
    gram = rows.T @ rows + 9 * np.outer(apart, apart)
    solved, toward = ridge_coefficients(gram, cross, 0.3), ridge_coefficients(gram, 3 * apart[:, None], 0.3)[0]
    expected = ridge_coefficients(rows.T @ rows, cross, 0.3)
    np.testing.assert_allclose(take_out(solved, toward, 3 * apart), expected)
    np.testing.assert_allclose(take_out(solved[None], toward[None], 3 * apart)[0], expected)
    np.testing.assert_array_equal(take_out(solved, np.zeros(6), np.zeros(6)), solved)
