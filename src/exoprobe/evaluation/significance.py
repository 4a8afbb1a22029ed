"""Whether the probes of factors could be as good by chance."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from exoprobe.evaluation.dependence import read_grouped
from exoprobe.evaluation.evaluator import Evaluator
from exoprobe.evaluation.permutation import PermutationInput, permutation_tests

LINEAR = "linear"  # the probe


def p_values(
    evaluator: Evaluator,
    predicted: Sequence[Mapping[str, np.ndarray]],
    count: int,
    features: Sequence[str | Path] = (),
) -> list[tuple[float, np.ndarray]]:
    """Test of each factor whether its probes could be as good by chance.

    Args:
        evaluator: of n test samples.
        predicted: of each factor, predictions [n, S, R] by probe; of R cross-validations the first counts.
        count: of permutations.
        features: files of S training seeds, which are read where there are folds.

    Returns:
        See :func:`exoprobe.evaluation.permutation.permutation_tests`; NaN where train and test share the values of a
        factor's unit, which no permutation of test can test.
    """
    together: dict[tuple[bytes, bytes], list[int]] = {}
    results: dict[int, tuple[float, np.ndarray]] = {}
    for index, factor in enumerate(evaluator.factors):
        if evaluator.units_seen[index]:
            results[index] = np.nan, np.full(len(predicted[index]), np.nan)
        else:
            key = factor.known.tobytes(), evaluator.groups_of(index).tobytes()
            together.setdefault(key, []).append(index)
    for indices in together.values():
        known = evaluator.factors[indices[0]].known
        inputs = [_input(evaluator, index, predicted[index], known) for index in indices]
        groups = evaluator.groups_of(indices[0])[known]
        grouped = None
        if features and evaluator.folds > 1:
            grouped = read_grouped(features, evaluator.dataset_digest, np.flatnonzero(known), groups)
        tests = permutation_tests(inputs, groups, count, folds=evaluator.folds, features=grouped)
        results |= dict(zip(indices, tests, strict=True))
    return [results[index] for index in range(len(evaluator.factors))]


def _input(
    evaluator: Evaluator, index: int, predicted: Mapping[str, np.ndarray], known: np.ndarray
) -> PermutationInput:
    factor, probes = evaluator.factors[index], list(predicted)
    values = tuple(seeds[known, :, 0] for seeds in predicted.values())
    linear = probes.index(LINEAR) if LINEAR in probes else None
    return PermutationInput(factor, factor.values[known], values, evaluator.constants[index][known], linear)
