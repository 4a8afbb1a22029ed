"""The eraser to take home: a transformer for features, as scikit-learn's are, that needs no scikit-learn."""

from pathlib import Path
from typing import Any

import numpy as np

from exoprobe.embeddings.erased_columns import Columns, class_columns, number_columns
from exoprobe.embeddings.eraser_file import EraserNotes, load_eraser, save_eraser
from exoprobe.embeddings.erasure import Projection, fit_erasers, fit_rest_eraser
from exoprobe.errors import ExoprobeError
from exoprobe.features.blocks import BLOCK, ArrayBlocks
from exoprobe.features.moments import Moments, measure_moments


class Eraser:
    """Removes factors from features linearly: LEACE, or SPLINCE where something is kept.

    No linear probe that is fitted on the transformed training rows predicts an erased factor better than a constant.
    Nonlinear probes may, and on rows of other groups a little may be left: audit the transformed features. Where
    something is kept and nothing is named to erase, everything else is removed, which leaves least to nonlinear probes.

    Factors are columns: numbers (a float array) are taken as they are; text, booleans, pandas categories and integers
    are classes. A list, a dict or a table holds several factors, which are erased together; a float array of two
    dimensions holds a factor per column.

    Args:
        alpha: how much to remove, from 0 (nothing) to 1 (all).

    Attributes:
        projection: what is removed, once fitted.
    """

    def __init__(self, alpha: float = 1.0) -> None:
        self.alpha = alpha
        self._moments: Moments | None = None
        self._erased: Columns | None = None
        self._kept: Columns | None = None
        self._projection: Projection | None = None
        self._notes = EraserNotes()

    def fit(self, X: Any, Z: Any = None, *, erase: Any = None, keep: Any = None) -> "Eraser":  # noqa: ANN401
        """Fit on training rows. X may be mapped from a file (``np.load(path, mmap_mode="r")``): it is read once.

        Args:
            X: features [N, D].
            Z: factors to erase, of N rows; None for all but what is kept.
            erase: likewise, instead of Z: a pipeline gives its label as Z.
            keep: factors whose covariance with the features stays exactly as it is, such as the label.

        Raises:
            ExoprobeError: where something has other rows, or is not known; or keeps a direction of what is erased.
        """
        self._forget()
        self._add(X, class_columns(Z if erase is None else erase, "Z"), class_columns(keep, "keep"))
        self._solve()
        return self

    def partial_fit(self, X: Any, Z: Any = None, *, keep: Any = None) -> "Eraser":  # noqa: ANN401
        """Add a batch of training rows, for features that no array holds.

        Args:
            X: features [n, D].
            Z: numbers to erase [n] or [n, T]; of classes, a column of 0 and 1 each, as a batch need not have them all.
                None for all but what is kept.
            keep: likewise, to keep.

        Raises:
            ExoprobeError: as :meth:`fit`.
        """
        self._add(X, number_columns(Z, "Z"), number_columns(keep, "keep"))
        self._projection = None  # solved when it is needed: once, after the last batch
        return self

    def transform(self, X: Any) -> np.ndarray:  # noqa: ANN401
        """Return the features [N, D] after the erasure, of their own float type; each row by itself."""
        features, projection, alpha = _as_features(X), self.projection, self._share()
        if features.shape[1] != len(projection.mean):
            raise ExoprobeError(f"X has {features.shape[1]} features; the eraser was fitted on {len(projection.mean)}")
        result = np.empty(features.shape, features.dtype if features.dtype.kind == "f" else np.float64)
        for start in range(0, len(features), BLOCK):
            block = features[start : start + BLOCK].astype(np.float64)
            result[start : start + BLOCK] = (1 - alpha) * block + alpha * projection.apply(block)
        return result

    def fit_transform(self, X: Any, Z: Any = None, **given: Any) -> np.ndarray:  # noqa: ANN401
        """Fit on training rows, and return them after the erasure."""
        return self.fit(X, Z, **given).transform(X)

    @property
    def projection(self) -> Projection:
        """What is removed.

        Raises:
            ExoprobeError: where the eraser is not fitted.
        """
        if self._projection is None:
            self._solve()
        assert self._projection is not None
        return self._projection

    def save(self, path: str | Path) -> None:
        """Write a safetensors file, which numpy alone can read and apply (docs/erasers.md)."""
        save_eraser(path, self.projection, self._notes, alpha=self._share())

    @classmethod
    def load(cls, path: str | Path) -> "Eraser":
        """Read a file of :meth:`save`, or of an audit's folder ``erasers``.

        Raises:
            ExoprobeError: where the file holds no eraser.
        """
        projection, alpha, notes = load_eraser(path)
        eraser = cls(alpha)
        eraser._projection, eraser._notes = projection, notes
        return eraser

    def get_params(self, deep: bool = True) -> dict[str, Any]:
        """Return the settings."""
        return {"alpha": self.alpha}

    def set_params(self, **settings: float) -> "Eraser":
        """Change settings."""
        if unknown := set(settings) - {"alpha"}:
            raise ExoprobeError(f"an Eraser has no setting {min(unknown)!r}; it has alpha")
        self.alpha = settings.get("alpha", self.alpha)
        return self

    def __sklearn_tags__(self) -> Any:  # noqa: ANN401
        """Say to scikit-learn, which alone asks, what this is."""
        from sklearn.utils import InputTags, Tags, TargetTags, TransformerTags

        return Tags(
            estimator_type="transformer",
            target_tags=TargetTags(required=False),
            transformer_tags=TransformerTags(preserves_dtype=["float64", "float32", "float16"]),
            input_tags=InputTags(),
        )

    def __sklearn_is_fitted__(self) -> bool:
        """Say to scikit-learn whether it can transform."""
        return self._projection is not None or self._moments is not None

    def __repr__(self) -> str:
        """Return how it was made."""
        return f"Eraser(alpha={self.alpha})"

    def _forget(self) -> None:
        self._moments = self._erased = self._kept = self._projection = None
        self._notes = EraserNotes()

    def _add(self, given: Any, erased: Columns | None, kept: Columns | None) -> None:  # noqa: ANN401
        rows = _as_features(given)
        given_columns = [columns for columns in (erased, kept) if columns is not None]
        if not given_columns:
            raise ExoprobeError("Z is missing; give the factors to erase, or what to keep of all")
        for columns in given_columns:
            columns.check_rows(len(rows))
        targets = np.hstack([columns.values for columns in given_columns])
        moments = measure_moments(ArrayBlocks(_floats(rows)), targets)
        if not np.isfinite(moments.gram).all():
            raise ExoprobeError("X has values that are not finite; leave these rows out")
        if self._moments is not None:
            if self._moments.cross.shape != moments.cross.shape:
                (features, columns), before = moments.cross.shape, self._moments.cross.shape
                raise ExoprobeError(
                    f"this batch has {features} features and {columns} columns of factors; those before had "
                    f"{before[0]} and {before[1]}"
                )
            moments = self._moments + moments
        self._moments, self._erased, self._kept = moments, erased, kept
        self._notes = EraserNotes(erased.names if erased else (), kept.names if kept else (), f"{moments.count} rows")

    def _solve(self) -> None:
        if self._moments is None:
            raise ExoprobeError("the eraser is not fitted; call fit first, or load a file")
        kept = [] if self._kept is None else self._kept.slices
        if self._erased is None:
            self._projection = fit_rest_eraser(self._moments, kept)
            return
        count = self._erased.values.shape[1]
        beside = [slice(columns.start + count, columns.stop + count) for columns in kept]
        (self._projection,) = fit_erasers(self._moments, [self._erased.slices], beside)

    def _share(self) -> float:
        if not 0 <= self.alpha <= 1:
            raise ExoprobeError(f"alpha is {self.alpha}; it must be from 0 to 1")
        return float(self.alpha)


def _as_features(given: Any) -> np.ndarray:  # noqa: ANN401
    features = np.asarray(given)
    if features.ndim != 2 or features.dtype.kind not in "fiub":
        raise ExoprobeError(f"X must be numbers [rows, features]; it is {features.dtype} of shape {features.shape}")
    return features


def _floats(features: np.ndarray) -> np.ndarray:
    return features if features.dtype.kind == "f" else features.astype(np.float64)
