"""Made-up files of users, each with something that goes wrong easily."""

from pathlib import Path

import numpy as np
import pandas as pd

from exoprobe.datasets.column_roles import Roles
from exoprobe.datasets.samples import write_samples
from exoprobe.datasets.user_dataset import AuditData, build_audit
from exoprobe.embeddings.import_features import import_features
from exoprobe.features.feature_file import read_features

ROWS, DIMENSIONS, PER_PERSON = 600, 16, 10
COUNT = np.arange(ROWS)


def rng() -> np.random.Generator:
    return np.random.default_rng(0)


def features(rows: int = ROWS) -> np.ndarray:
    return rng().standard_normal((rows, DIMENSIONS)).astype(np.float32)


def table(rows: int = ROWS, **more: object) -> pd.DataFrame:
    """Return factors of :func:`features`: 60 people, a sex and an age that they encode, noise, and a site."""
    values, random = features(rows), np.random.default_rng(1)
    frame = pd.DataFrame(
        {
            "person": [f"P{row // PER_PERSON:03d}" for row in range(rows)],
            "sex": np.where(values[:, 0] > 0, "f", "m"),
            "age": (40 + 10 * values[:, 1] + 3 * random.standard_normal(rows)).round(2),
            "noise": random.standard_normal(rows).round(4),
            "site": random.choice(["A", "B", "C"], rows),
        }
    )
    return frame.assign(**more)


def audit(
    folder: Path, frame: pd.DataFrame, values: object = None, *, name: str = "t.csv", **roles: object
) -> AuditData:
    """Write a table and features (an array, or the path of a file) and make a dataset of them."""
    path = folder / name
    if path.suffix == ".parquet":
        frame.to_parquet(path)
    else:
        frame.to_csv(path, index=False)
    if not isinstance(values, Path):
        np.save(folder / "f.npy", features(len(frame)) if values is None else values)
        values = folder / "f.npy"
    return build_audit(path, {"features": [values]}, Roles(**{"group": "person", **roles}), rows=None, seed=0)


def factor(data: AuditData, name: str):
    """Return a factor, None if it was left out."""
    return next((one for one in data.factors if one.name == name), None)


def in_table_order(data: AuditData, name: str) -> np.ndarray:
    """Return a factor's values in the order of the user's table."""
    return factor(data, name).values[np.argsort(data.columns["row"])]


def messages(data: AuditData, kind: str, column: str | None = None) -> list[str]:
    """Return the notes of a kind, of one column if it is given."""
    return [
        entry["message"] for entry in data.notes["notes"] if entry["kind"] == kind and column in (None, entry["column"])
    ]


def imported(folder: Path, data: AuditData, source: Path, id_column: str | None = None) -> np.ndarray:
    """Return a user's features in the order of the samples, through the pipeline's own file."""
    write_samples(folder / "samples.parquet", data.columns)
    import_features(
        source, folder / "samples.parquet", folder / "x.parquet", id_column=id_column, layer="l", code_digest="c"
    )
    return read_features(folder / "x.parquet")
