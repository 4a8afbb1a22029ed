"""Features and attributes like those of face networks, of any size."""

import numpy as np
import torch

CHUNK = 16_384  # rows
PREVALENCES = (0.02, 0.5)  # of the rarest and the commonest attribute; geometric between them


def make_features(
    rows: int, dimension: int, attributes: int, *, seed: int = 0, dtype: str = "float32"
) -> tuple[np.ndarray, np.ndarray]:
    """Draw features and the attributes that they encode in part.

    Factors of falling weight are mixed and rectified, as in a layer with ReLU, then standardized; attributes are
    thresholds of noisy linear combinations of the factors.

    Args:
        rows: N.
        dimension: D.
        attributes: A.
        seed: of all random numbers.
        dtype: of the features.

    Returns:
        Features [N, D] and attributes, bool [N, A].
    """
    generator = torch.Generator().manual_seed(seed)
    scale = (1 + torch.arange(dimension)) ** -0.7
    mixing = torch.linalg.qr(torch.randn(dimension, dimension, generator=generator))[0]
    mixing *= scale[:, None] * dimension**0.5 / scale.norm()
    directions = torch.randn(dimension, attributes, generator=generator) * scale.sqrt()[:, None]
    directions /= scale.sqrt().norm()
    features, traits = np.empty((rows, dimension), dtype), np.empty((rows, attributes), np.float32)
    mean = deviation = None
    for start in range(0, rows, CHUNK):
        chunk = slice(start, min(start + CHUNK, rows))
        factors = torch.randn(chunk.stop - start, dimension, generator=generator)
        rectified = (factors @ mixing + 0.3).clamp_min(0)
        if mean is None:
            mean, deviation = rectified.mean(0), rectified.std(0)
        features[chunk] = ((rectified - mean) / deviation).numpy()
        noise = torch.randn(len(factors), attributes, generator=generator)
        traits[chunk] = (factors @ directions + noise).numpy()
    prevalence = np.geomspace(*PREVALENCES, attributes)
    thresholds = [np.quantile(traits[:100_000, attribute], 1 - share) for attribute, share in enumerate(prevalence)]
    return features, traits > np.array(thresholds)
