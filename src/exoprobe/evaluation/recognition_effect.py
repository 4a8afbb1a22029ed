"""What erasing a factor costs recognition: label accuracy and verification, before and after."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from exoprobe.embeddings.erasure import Projection
from exoprobe.evaluation.intervals import interval
from exoprobe.evaluation.recognition import Estimate, label_accuracy, label_means
from exoprobe.evaluation.verification import verification, verification_rows
from exoprobe.features.blocks import gather
from exoprobe.probes.probe_data import ProbeData

MOST_LABELS = 1_000  # whose means are compared; of more, verification alone is measured
COLUMNS = ["erased", "measure", "value", "low", "high", "change", "change_low", "change_high", "rows", "groups"]


class RecognitionEffect:
    """Recognition from the features as they are, by cosine, on test.

    Args:
        data: the representation, with the labels that it is meant to encode.
        label_is_group: whether labels are groups, none of which is in both train and test.
    """

    def __init__(self, data: ProbeData, *, label_is_group: bool) -> None:
        self.data, self.label_is_group = data, label_is_group
        self.known = bool((data.labels[data.rows["test"]] >= 0).any())
        if self.known:
            self.test = np.flatnonzero(data.rows["test"])
            self.features = gather(data.stored(data.rows["test"]))
            self.paired = verification_rows(data.labels[self.test], data.groups[self.test])
            self.means, self.means_labels = self._label_means()

    def table(self, erased: Sequence[str], erasers: Sequence[Projection]) -> pd.DataFrame:
        """Measure without and with each eraser.

        Args:
            erased: what each eraser erases.
            erasers: of the scaled features.

        Returns:
            A row per eraser (``erased``; empty: none) and measure (``label_accuracy``, where test has labels of train,
            ``verification_auc``, ``equal_error_rate``): ``value``, ``change`` by the erasure, their 95 % intervals,
            and on how many ``rows`` and ``groups`` they rest. No rows where no label is known.
        """
        if not self.known:
            return pd.DataFrame(columns=COLUMNS)
        before = self._measure(self.features, self.means)
        rows = [self._row("", name, estimate, None) for name, estimate in before.items()]
        for title, eraser in zip(erased, erasers, strict=True):
            after = self._measure(*(self.data.erase_stored(eraser, given) for given in (self.features, self.means)))
            rows += [self._row(title, name, estimate, before[name]) for name, estimate in after.items()]
        return pd.DataFrame(rows, columns=COLUMNS).dropna(subset="value")

    def _label_means(self) -> tuple[np.ndarray, np.ndarray]:
        """Return the means [K, D] of training's labels and these [K]; none where they are many or not in test."""
        train = self.data.rows["train"]
        if self.label_is_group or len(np.unique(self.data.labels[train])) > MOST_LABELS:
            return np.empty((0, self.features.shape[1])), np.empty(0, int)
        return label_means(self.data.stored(train), self.data.labels[train])

    def _measure(self, features: np.ndarray, means: np.ndarray) -> dict[str, Estimate]:
        labels, groups = self.data.labels[self.test], self.data.groups[self.test]
        paired = self.paired
        return {
            "label_accuracy": label_accuracy(means, self.means_labels, features, labels, groups),
            **verification(features[paired], labels[paired], groups[paired], label_is_group=self.label_is_group),
        }

    def _row(self, erased: str, name: str, now: Estimate, before: Estimate | None) -> dict[str, object]:
        labeled = self.test[np.isin(self.data.labels[self.test], self.means_labels)]
        used = labeled if name == "label_accuracy" else self.test[self.paired]
        groups = len(np.unique(self.data.groups[used]))
        low, high = interval(now.draws, groups)
        row = {"erased": erased, "measure": name, "value": now.value, "low": low, "high": high}
        if before is not None:
            low, high = interval(now.draws - before.draws, groups)
            row |= {"change": now.value - before.value, "change_low": low, "change_high": high}
        return {**row, "rows": len(used), "groups": groups}
