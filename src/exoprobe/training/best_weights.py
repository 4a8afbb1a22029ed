"""Early stopping: the weights with the best validation measure."""

import copy
import math
from collections.abc import Mapping

from torch import Tensor


class BestWeights:
    """The best weights so far.

    Attributes:
        weights: a copy of those with the smallest measure; empty before the first validation.
        validations_since: how many validations have brought no better ones.
    """

    def __init__(self) -> None:
        self.weights: dict[str, Tensor] = {}
        self.validations_since = 0
        self._measure = math.inf

    def update(self, measure: float, weights: Mapping[str, Tensor]) -> bool:
        """Keep a copy of the weights if their measure is the smallest so far, and return whether it is."""
        improved = measure < self._measure
        if improved:
            self.weights, self._measure = copy.deepcopy(dict(weights)), measure
        self.validations_since = 0 if improved else self.validations_since + 1
        return improved
