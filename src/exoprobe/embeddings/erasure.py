"""Least-squares concept erasure, LEACE (Belrose et al. 2023): the smallest change after which no linear probe
predicts a factor better than a constant does."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from exoprobe.features.blocks import Blocks
from exoprobe.features.moments import Moments

GONE = 1e-9  # of a feature's length
RANK_TOLERANCE = 1e-7  # of the largest singular value: a smaller one is rounding, amplified by the whitening


@dataclass(frozen=True)
class Eraser:
    """An oblique projection along ``left``, about the mean: x − left · rightᵀ(x − mean).

    Attributes:
        mean: float64 [D], of the training features.
        left: float64 [D, r], the directions that are removed.
        right: float64 [D, r], the directions that measure how much of them a feature has; rightᵀ left is the identity.
    """

    mean: np.ndarray
    left: np.ndarray
    right: np.ndarray

    @property
    def rank(self) -> int:
        """How many dimensions are removed, r."""
        return self.left.shape[1]

    def apply(self, features: np.ndarray) -> np.ndarray:
        """Erase from features [n, D]; computed and returned in float64."""
        moved = features - self.mean
        left = moved - (moved @ self.right) @ self.left.T
        # What is left of a feature that is erased whole is rounding error, from which a probe could still predict.
        whole = np.linalg.norm(left, axis=1, keepdims=True) <= GONE * np.linalg.norm(moved, axis=1, keepdims=True)
        return self.mean + np.where(whole, 0, left)

    def erase_moments(self, gram: np.ndarray, cross: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return what the moments of centered features, [D, D] and [D, T] with targets, are after the erasure."""
        half = gram - self.left @ (self.right.T @ gram)
        return half - (half @ self.right) @ self.left.T, cross - self.left @ (self.right.T @ cross)


class ErasedBlocks:
    """Blocks after an erasure.

    Args:
        source: the features.
        eraser: fitted on training features.
    """

    def __init__(self, source: Blocks, eraser: Eraser) -> None:
        self.source, self.eraser = source, eraser
        self.shape, self.dtype = source.shape, source.dtype

    def blocks(self, dtype: torch.dtype = torch.float32) -> Iterator[Tensor]:
        """Yield the rows in order, [BLOCK, D] each but the last."""
        for block in self.source.blocks(self.dtype):
            yield torch.from_numpy(self.eraser.apply(block.numpy())).to(dtype)


def fit_eraser(moments: Moments) -> Eraser:
    """Fit the eraser of all targets together.

    Args:
        moments: of the training features [N, D] and targets [N, T].

    Returns:
        Its rank is that of the features' covariance with the targets.
    """
    (eraser,) = fit_erasers(moments, [slice(None)])
    return eraser


def fit_erasers(moments: Moments, columns: Sequence[slice]) -> list[Eraser]:
    """Fit the erasers of several factors from one factorization.

    With W the whitening of the features and U an orthonormal basis of W · covariance with the targets, what is
    removed is W⁺U UᵀW (theorem 4.3 of the paper).

    Args:
        moments: of the training features [N, D] and targets [N, T].
        columns: which targets are each factor's.

    Returns:
        An eraser per factor.
    """
    values, vectors = np.linalg.eigh(moments.gram)
    kept = values > values.max(initial=0) * len(values) * np.finfo(np.float64).eps
    deviations, vectors = np.sqrt(values[kept]), vectors[:, kept]
    whitened = vectors.T @ moments.cross / deviations[:, None]
    erasers = []
    for targets in columns:
        basis, strengths, _ = np.linalg.svd(whitened[:, targets], full_matrices=False)
        basis = basis[:, strengths > RANK_TOLERANCE * strengths.max(initial=0)]
        left, right = vectors @ (deviations[:, None] * basis), vectors @ (basis / deviations[:, None])
        erasers.append(Eraser(moments.mean, left, right))
    return erasers
