"""Audits of made-up datasets in this process: what verdicts rest on, and nothing else."""

import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks.calibration.generators import Case
from exoprobe.datasets.column_roles import Roles
from exoprobe.datasets.user_dataset import build_audit, write_audit
from exoprobe.embeddings.import_features import import_features
from exoprobe.evaluation.audit_scores import audit_scores
from exoprobe.evaluation.probe_files import ProbeFiles
from exoprobe.evaluation.release_change import group_errors
from exoprobe.evaluation.sensitivity import sensitivity_table
from exoprobe.probes.probe_data import Representation, open_representation
from exoprobe.probes.run import probe

GROUP = "group"
MARGIN = 0.1
PROBES = ("linear", "knn")  # the others take most of an audit's time; tests are over those that are fitted
FILES = ("predictions", "search", "selectivity")


def audit(case: Case, *, seed: int = 0, probes: Sequence[str] = PROBES, planted: bool = True) -> pd.DataFrame:
    """Return the verdicts of a case, a row per factor; see :func:`tables`."""
    return tables(case, seed=seed, probes=probes, planted=planted)["verdicts"]


def tables(
    case: Case, *, seed: int = 0, probes: Sequence[str] = PROBES, planted: bool = True
) -> dict[str, pd.DataFrame]:
    """Return the scores and verdicts of a case, and its errors by group.

    Args:
        case: the dataset.
        seed: of the split.
        probes: to fit.
        planted: whether to measure sensitivity, without which "no evidence" does not ask for it.
    """
    with tempfile.TemporaryDirectory() as folder:
        source, paths = write(case, Path(folder), seed)
        samples, factors = paths["samples"], paths["factors"]
        probe(source, {file: paths[file] for file in FILES}, probes=dict.fromkeys(probes))
        sensitivity = sensitivity_table(source, samples, margin=MARGIN) if planted else None
        if sensitivity is not None:
            sensitivity["representation"] = "features"
        files = {
            "features": ProbeFiles(*([paths[file]] for file in FILES), control=False, features=[paths["features"]])
        }
        scores = audit_scores(samples, factors, files, sensitivity, margin=MARGIN)
        return {**scores, **group_errors(samples, factors, files)}


def write(case: Case, folder: Path, seed: int) -> tuple[Representation, dict[str, Path]]:
    """Write a case as a user would, import it, and return its features and the paths of all files by what they are."""
    paths = {name: folder / f"{name}.parquet" for name in ("samples", "factors", "features", *FILES)}
    table, array = folder / "table.csv", folder / "array.npy"
    np.save(array, case.features.astype(np.float32))
    pd.DataFrame({GROUP: case.groups, **case.others, **case.factors}).to_csv(table, index=False)
    roles = Roles(group=(GROUP, *case.joined))
    data = build_audit(table, {"features": [array]}, roles, rows=None, seed=seed)
    write_audit(data, paths["samples"], paths["factors"], folder / "notes.json")
    import_features(array, paths["samples"], paths["features"], id_column=None, layer="features", code_digest="none")
    return open_representation(paths["samples"], paths["factors"], paths["features"]), paths
