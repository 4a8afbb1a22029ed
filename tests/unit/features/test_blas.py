from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from exoprobe.features.blas import add_products


@pytest.mark.parametrize("shape", [(1, 1), (3, 7), (200, 5), (1_000, 130)])
def test_products_are_added_to_the_lower_triangle_alone(rng, shape):
    rows, total = rng.normal(size=shape), rng.normal(size=(shape[1], shape[1]))
    expected = total + np.tril(rows.T @ rows)
    add_products(rows, total)
    np.testing.assert_allclose(total, expected, rtol=1e-12, atol=1e-12)


def test_threads_add_to_totals_of_their_own_at_once(rng):
    rows, totals = rng.normal(size=(4, 500, 60)), np.zeros((4, 60, 60))
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda place: [add_products(rows[place], totals[place]) for _ in range(50)], range(4)))
    for own, total in zip(rows, totals, strict=True):
        np.testing.assert_allclose(total, 50 * np.tril(own.T @ own), rtol=1e-10, atol=1e-10)


@pytest.mark.parametrize(
    ("rows", "total"),
    [
        (np.ones((4, 3), np.float32), np.zeros((3, 3))),
        (np.ones((4, 3)), np.zeros((3, 3), np.float32)),
        (np.ones((3, 4)).T, np.zeros((3, 3))),
        (np.ones((4, 6))[:, ::2], np.zeros((3, 3))),
        (np.ones((4, 3)), np.zeros((4, 4))),
    ],
)
def test_arrays_that_blas_would_misread_are_refused(rows, total):
    with pytest.raises(ValueError, match="C-contiguous float64|cannot be added"):
        add_products(rows, total)


def test_a_total_that_is_read_only_is_refused():
    total = np.zeros((3, 3))
    total.flags.writeable = False
    with pytest.raises(ValueError, match="read-only"):
        add_products(np.ones((4, 3)), total)
