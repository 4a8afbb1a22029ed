"""Least-squares concept erasure: the smallest change after which no linear probe predicts a factor better than a
constant does (LEACE, Belrose et al. 2023), also where something else is to be kept (SPLINCE, Holstege et al. 2025)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from exoprobe.errors import ExoprobeError
from exoprobe.features.blocks import Blocks
from exoprobe.features.moments import Moments

GONE = 1e-9  # of a feature's length
APART = 1e-3  # sine of the smallest angle between what is erased and what is kept, in whitened features
RANK_TOLERANCE = 1e-7  # of the largest singular value: a smaller one is rounding, amplified by the whitening


@dataclass(frozen=True)
class Projection:
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
        left = (moved @ self.right) @ self.left.T
        np.subtract(moved, left, out=left)
        # What is left of a feature that is erased whole is rounding error, from which a probe could still predict.
        squares, before = (np.einsum("nd,nd->n", rows, rows) for rows in (left, moved))
        left[squares <= GONE**2 * before] = 0
        left += self.mean
        return np.asarray(left)

    def unscaled(self, mean: np.ndarray, factor: np.ndarray) -> "Projection":
        """Return the projection of features that this one sees scaled, as (features − mean) · factor.

        Args:
            mean: float64 [D].
            factor: float64 [D]; 0 where a feature is constant, which then stays as it is.
        """
        scale = np.divide(1, factor, out=np.zeros_like(factor), where=factor > 0)
        left, right = self.left * scale[:, None], self.right * factor[:, None]
        return Projection(mean + scale * self.mean, left, right)

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

    def __init__(self, source: Blocks, eraser: Projection) -> None:
        self.source, self.eraser = source, eraser
        self.shape, self.dtype = source.shape, source.dtype

    def blocks(self, dtype: torch.dtype = torch.float32) -> Iterator[Tensor]:
        """Yield the rows in order, [BLOCK, D] each but the last."""
        for block in self.source.blocks(torch.float32):  # as they are held where they fit into memory
            yield torch.from_numpy(self.eraser.apply(block.numpy())).to(dtype)


def fit_eraser(moments: Moments) -> Projection:
    """Fit the eraser of all targets together.

    Args:
        moments: of the training features [N, D] and targets [N, T].

    Returns:
        Its rank is that of the features' covariance with the targets.
    """
    (eraser,) = fit_erasers(moments, [[slice(None)]])
    return eraser


def fit_erasers(moments: Moments, erased: Sequence[Sequence[slice]], kept: Sequence[slice] = ()) -> list[Projection]:
    """Fit several erasers from one factorization, of one factor or of several together each.

    With W the whitening of the features and U an orthonormal basis of W · covariance with the targets, what is
    removed is W⁺U UᵀW (LEACE, theorem 4.3 of Belrose et al. 2023). Where factors are kept, and V is such a basis of
    theirs, it is W⁺U (UᵀQU)⁻¹UᵀQ W with Q = I − VVᵀ: the smallest change that leaves their covariance with the features
    as it is (SPLINCE, Holstege et al. 2025).

    Args:
        moments: of the training features [N, D] and targets [N, T].
        erased: for each eraser, which targets are each of its factors'.
        kept: which targets are each kept factor's.

    Returns:
        An eraser for each of ``erased``.

    Raises:
        ExoprobeError: where what is kept has a direction of what is erased.
    """
    deviations, vectors = _factorize(moments.gram)
    whitened = vectors.T @ moments.cross / deviations[:, None]
    keep = _joint_basis([whitened[:, targets] for targets in kept]) if kept else None
    erasers = []
    for factors in erased:
        basis = _joint_basis([whitened[:, targets] for targets in factors])
        dual = basis if keep is None else _dual_basis(basis, keep)
        left, right = vectors @ (deviations[:, None] * basis), vectors @ (dual / deviations[:, None])
        erasers.append(Projection(moments.mean, left, right))
    return erasers


def fit_rest_eraser(moments: Moments, kept: Sequence[slice]) -> Projection:
    """Fit the eraser of everything but the directions that tell the kept factors apart.

    These are the discriminant directions W · V, with the whitening W and an orthonormal basis V of W · covariance with
    the kept targets; of K classes K − 1 (Fisher 1936, Rao 1948).

    Args:
        moments: of the training features [N, D] and targets [N, T].
        kept: which targets are each kept factor's.
    """
    deviations, vectors = _factorize(moments.gram)
    basis = _joint_basis([vectors.T @ moments.cross[:, targets] / deviations[:, None] for targets in kept])
    back, there = vectors @ (deviations[:, None] * basis), vectors @ (basis / deviations[:, None])
    left = np.linalg.svd(there)[0][:, basis.shape[1] :]  # all that the kept directions do not measure
    return Projection(moments.mean, left, left - there @ (back.T @ left))


def _factorize(gram: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the deviations [r] along the directions [D, r] in which features vary."""
    values, vectors = np.linalg.eigh(gram)
    held = values > values.max(initial=0) * len(values) * np.finfo(np.float64).eps
    return np.sqrt(values[held]), vectors[:, held]


def _joint_basis(blocks: Sequence[np.ndarray]) -> np.ndarray:
    """Return an orthonormal basis of what the columns of all blocks span; no block's scale matters to another's."""
    bases = [_basis(block) for block in blocks]
    return bases[0] if len(bases) == 1 else _basis(np.hstack(bases))


def _basis(columns: np.ndarray) -> np.ndarray:
    basis, strengths, _ = np.linalg.svd(columns, full_matrices=False)
    return np.asarray(basis[:, strengths > RANK_TOLERANCE * strengths.max(initial=0)])


def _dual_basis(basis: np.ndarray, kept: np.ndarray) -> np.ndarray:
    """Return the smallest A with Aᵀ basis = I and Aᵀ kept = 0."""
    apart = basis - kept @ (kept.T @ basis)
    sines = np.linalg.svd(apart, compute_uv=False)
    if sines.min(initial=1) < APART:
        raise ExoprobeError(
            "what is kept goes with what is erased in a direction of the features; keep or erase less, or nothing there"
        )
    return np.asarray(np.linalg.solve(apart.T @ apart, apart.T).T)
