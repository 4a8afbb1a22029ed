"""The test samples of an audit with their factors: what predictions are held against."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from exoprobe.datasets.factors import read_factors
from exoprobe.datasets.samples import dataset_digest, read_samples
from exoprobe.evaluation.bootstrap import Resampling, Scored, score
from exoprobe.evaluation.permutation import Read, permutation_tests
from exoprobe.probes.skill import best_constant


class Tested:
    """The test samples of a dataset with their factors.

    Args:
        samples: the dataset.
        factors: of its samples.
        rows: bool [N], which samples to score on; None for all of test.

    Attributes:
        factors: F of them, of the n test samples.
        constants: the best constant of each.
        groups: [n].
        resampling: of the groups.
    """

    def __init__(self, samples: str | Path, factors: str | Path, rows: np.ndarray | None = None) -> None:
        columns = read_samples(samples, ["group", "split"])
        every = read_factors(factors, dataset_digest(samples))
        train = columns["split"] == "train"
        test = columns["split"] == "test" if rows is None else rows
        self.constants = [best_constant(factor, train) for factor in every]
        self.factors = [factor.at(test) for factor in every]
        self.groups = columns["group"][test]
        self.resampling = Resampling(self.groups)

    def score(self, place: int, predicted: np.ndarray, *, auc: bool = False) -> Scored:
        """Score predictions [n, S] of the factor at a place."""
        factor = self.factors[place]
        return score(factor, factor.values, predicted, self.constants[place], self.resampling, auc=auc)

    def p_values(self, predicted: Sequence[dict[str, np.ndarray]], count: int) -> list[tuple[float, np.ndarray]]:
        """Test of each factor whether its readouts could be as good by chance.

        Args:
            predicted: of each factor, predictions [n, S] by readout.
            count: of permutations.

        Returns:
            See :func:`exoprobe.evaluation.permutation.permutation_tests`.
        """
        together: dict[bytes, list[int]] = {}
        for place, factor in enumerate(self.factors):
            together.setdefault(factor.known.tobytes(), []).append(place)
        found: dict[int, tuple[float, np.ndarray]] = {}
        for places in together.values():
            known = self.factors[places[0]].known
            reads = [self._read(place, predicted[place], known) for place in places]
            found |= dict(zip(places, permutation_tests(reads, self.groups[known], count), strict=True))
        return [found[place] for place in range(len(self.factors))]

    def _read(self, place: int, predicted: dict[str, np.ndarray], known: np.ndarray) -> Read:
        factor = self.factors[place]
        values = tuple(one[known] for one in predicted.values())
        return Read(factor, factor.values[known], values, self.constants[place])
