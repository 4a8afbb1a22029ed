"""How many permutations an audit needs: apart, so that the join, which refuses too few, imports little."""

import math
from collections.abc import Iterable

from exoprobe.errors import ExoprobeError

SIGNIFICANT = 0.05
LEAST = 999  # permutations
PER_TEST = 50  # so many more for each test: Holm's correction asks for smaller p-values then …
MOST = 9_999  # … up to this many, if that is enough for a corrected p-value of 0.05


def count_tests(factors: int, controls: Iterable[bool]) -> int:
    """Return how many p-values are corrected together: of each factor and each representation that is no control.

    Args:
        factors: how many.
        controls: of each representation, whether it is a control; controls are corrected apart, and count only where
            there is nothing else.
    """
    flags = list(controls)
    return factors * max(flags.count(False) or flags.count(True), 1)


def permutation_count(tests: int, asked: int | None = None) -> int:
    """Return how many permutations are made, so that a p-value can be significant after Holm's correction.

    Args:
        tests: how many the correction is over.
        asked: by the user; None for as many as these tests need.

    Raises:
        ExoprobeError: where so few are asked that no corrected p-value can be significant.
    """
    enough = math.ceil(tests / SIGNIFICANT) - 1
    needed = max(LEAST, enough, min(PER_TEST * tests - 1, MOST))
    if asked is not None and tests > SIGNIFICANT * (asked + 1):
        raise ExoprobeError(
            f"audit.permutations is {asked}; with {tests} tests (factors × representations), no corrected p-value can "
            f"be {SIGNIFICANT:g} or less with so few: give {needed}, or null"
        )
    return needed if asked is None else asked
