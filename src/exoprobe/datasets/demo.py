"""Simulated speaker embeddings for ``exoprobe demo``: what is encoded, and how strongly, is known.

Each of 500 speakers, enough for one split, has two recordings. A recording's feature vector [32] is the speaker's
identity plus one direction per property, times its strength in :data:`STRENGTHS`, plus noise. The strengths differ
between a network before and after training against the channel; the control is a random projection of properties
without identity.
Pitch follows sex, and no feature depends on pitch beyond that; hour and weekday are encoded nowhere.
"""

import numpy as np
import pandas as pd

SPEAKERS, RECORDINGS, DIMENSION = 500, 2, 32
IDENTITY, NOISE = 1.2, 0.7  # standard deviations
STRENGTHS = {
    "before training": {"channel": 2.5, "sex": 1.2, "snr": 1.2, "accent": 1.5, "loudness": 0.3},
    "after training": {"channel": 0.7, "sex": 1.2, "snr": 1.2, "accent": 1.5, "loudness": 0.3},
    "random projection": {"channel": 0.8, "snr": 0.8, "loudness": 0.3},
}
CONTROL, GROUP = "random projection", "speaker"
CHANNELS, ACCENTS = ("phone", "studio", "video call"), ("north", "south", "west")


def demo_data(seed: int = 0) -> tuple[dict[str, np.ndarray], pd.DataFrame]:
    """Draw the embeddings and their table.

    Args:
        seed: of everything.

    Returns:
        Features float32 [1000, 32] by representation, and a table of 1,000 rows: speaker, sex, pitch, accent, channel,
        snr, loudness, weekday and hour.
    """
    random = np.random.default_rng(seed)
    speaker = np.repeat(np.arange(SPEAKERS), RECORDINGS)
    rows = len(speaker)
    sex = random.permutation(np.arange(SPEAKERS) % 2)[speaker]
    accent = random.permutation(np.arange(SPEAKERS) % len(ACCENTS))[speaker]
    channel = random.integers(0, len(CHANNELS), rows)
    snr = random.uniform(0, 35, rows)
    loudness = random.normal(-20, 3, rows)
    pitch = np.where(sex, 200, 120) + 15 * random.normal(size=SPEAKERS)[speaker] + 8 * random.normal(size=rows)
    table = pd.DataFrame(
        {
            "speaker": [f"speaker {number:03d}" for number in speaker],
            "sex": np.where(sex, "female", "male"),
            "pitch": pitch.round(1),
            "accent": np.array(ACCENTS)[accent],
            "channel": np.array(CHANNELS)[channel],
            "snr": snr.round(1),
            "loudness": loudness.round(2),
            "weekday": random.choice(["Monday", "Tuesday", "Wednesday", "Thursday", "Friday"], rows),
            "hour": random.uniform(8, 20, rows).round(1),
        }
    )
    properties = {
        "sex": 2.0 * sex[:, None] - 1,
        "accent": np.eye(len(ACCENTS))[accent],
        "channel": np.eye(len(CHANNELS))[channel],
        "snr": _standardized(snr),
        "loudness": _standardized(loudness),
    }
    identity = IDENTITY * random.normal(size=(SPEAKERS, DIMENSION))[speaker]
    directions = {name: random.normal(size=(values.shape[1], DIMENSION)) for name, values in properties.items()}
    features = {}
    for title, strengths in STRENGTHS.items():
        encoded = NOISE * random.normal(size=(rows, DIMENSION)) + (0 if title == CONTROL else identity)
        for name, strength in strengths.items():
            encoded = encoded + strength * properties[name] @ directions[name] / np.sqrt(DIMENSION) * 2
        features[title] = encoded.astype(np.float32)
    return features, table


def _standardized(values: np.ndarray) -> np.ndarray:
    return ((values - values.mean()) / values.std())[:, None]
