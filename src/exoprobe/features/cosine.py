"""Cosine similarity of features and mean vectors, the measure behind mean activation vectors (section 4.1)."""

import numpy as np


def cosine_similarities(features: np.ndarray, means: np.ndarray) -> np.ndarray:
    """Return the cosine between each feature [N, D] and each mean [K, D] as [N, K]; 0 for a zero vector."""
    return unit_vectors(features) @ unit_vectors(means).T.astype(features.dtype)


def unit_vectors(vectors: np.ndarray) -> np.ndarray:
    """Bring vectors [N, D] to length 1; a zero vector stays."""
    norms = np.linalg.norm(vectors, axis=-1, keepdims=True)
    return np.divide(vectors, norms, out=np.zeros_like(vectors), where=norms > 0)
