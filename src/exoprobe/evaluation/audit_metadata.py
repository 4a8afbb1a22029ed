"""What was audited, for the tables and the page: metadata.json and factors.csv."""

import json
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from exoprobe.datasets.factors import CLASSES, Factor, read_factors
from exoprobe.datasets.samples import SPLITS, dataset_digest, read_repeats, read_samples, split_names
from exoprobe.evaluation.permutation_count import count_tests, permutation_count
from exoprobe.evaluation.rare_categories import smallest_groups
from exoprobe.features.feature_file import read_info
from exoprobe.io.files import atomic_write
from exoprobe.probes.methods.knn import MAX_ROWS
from exoprobe.provenance import exoprobe_version


def write_metadata(
    samples: str | Path,
    factors: str | Path,
    notes: str | Path,
    features: Mapping[str, str | Path],
    metadata: str | Path,
    table: str | Path,
    *,
    settings: Mapping[str, Any],
    pictures: Sequence[str | Path] = (),
) -> None:
    """Write metadata.json and factors.csv.

    Args:
        samples: the audit's samples.
        factors: its factors.
        notes: what was noted when they were joined.
        features: a feature file per representation.
        metadata: the JSON file to write.
        table: the CSV file to write.
        settings: ``representations`` (name → title, files, control), ``factors_file``, ``group``, ``label``,
            ``label_is_group``, ``kinds`` (of the user), ``permutations`` and ``margin``.
        pictures: JSON files, each a list of sentences, on where the pictures come from and how networks see them.
    """
    known = read_factors(factors, dataset_digest(samples))
    columns = read_samples(samples, ["group", "split", "label"])
    repeats = read_repeats(samples).shape[1]
    noted = json.loads(Path(notes).read_text("utf-8"))
    noted["pictures"] = [sentence for path in pictures for sentence in json.loads(Path(path).read_text("utf-8"))]
    _write_json(metadata, _describe_audit(settings, features, columns, len(known), {"repeats": repeats, **noted}))
    with atomic_write(table) as temporary:
        describe_factors(known, columns, settings["kinds"]).to_csv(temporary, index=False)


def describe_factors(
    factors: Sequence[Factor], columns: Mapping[str, np.ndarray], given: Collection[str]
) -> pd.DataFrame:
    """Describe each factor's kind, values and counts.

    Args:
        factors: of N samples.
        columns: ``group`` and ``split`` [N].
        given: factors whose kind the user gave.

    Returns:
        ``factor, kind, inferred, values, known, missing``, known rows per split, ``test_groups`` that know it, and
        ``smallest_groups``, how many of these have the rarest value (empty for numbers). With folds every row is test
        once, and ``train`` and ``validation`` are empty.
    """
    folds = not set(columns["split"].tolist()) <= set(SPLITS)
    test = folds | (columns["split"] == "test")
    rows = []
    for factor in factors:
        known_test = factor.known & test
        counts: dict[str, int | None] = {
            split: None if folds else int((factor.known & (columns["split"] == split)).sum()) for split in SPLITS
        }
        rows.append(
            {
                "factor": factor.name,
                "kind": factor.kind,
                "inferred": factor.name not in given,
                "values": _values(factor),
                "known": int(factor.known.sum()),
                "missing": int((~factor.known).sum()),
                **counts,
                "test": int(known_test.sum()),
                "test_groups": len(np.unique(columns["group"][known_test])),
                "smallest_groups": smallest_groups(factor, factor.values[known_test], columns["group"][known_test]),
            }
        )
    return pd.DataFrame(rows).astype(dict.fromkeys(("train", "validation", "smallest_groups"), "Int64"))


def _describe_audit(
    settings: Mapping[str, Any],
    features: Mapping[str, str | Path],
    columns: Mapping[str, np.ndarray],
    factors: int,
    others: Mapping[str, Any],
) -> dict[str, Any]:
    entries, splits = settings["representations"], split_names(columns["split"])
    return {
        "title": ", ".join(entry["title"] for entry in entries.values() if not entry["control"]),
        "representations": {
            name: {**entry, "dimension": read_info(features[name]).dimension} for name, entry in entries.items()
        },
        "factors_file": settings["factors_file"],
        "group": settings["group"],
        "label": settings["label"],
        "rows": {split: int((columns["split"] == split).sum()) for split in splits},
        "groups": {split: len(np.unique(columns["group"][columns["split"] == split])) for split in splits},
        "folds": 0 if set(splits) <= set(SPLITS) else len(splits),
        **others,
        "permutations": permutation_count(
            count_tests(factors, [entry["control"] for entry in entries.values()]), settings["permutations"]
        ),
        "margin": settings["margin"],
        "version": exoprobe_version(),
        "neighbors_rows": MAX_ROWS,
        "label_is_group": settings["label_is_group"],
        "label_is_number": bool(np.issubdtype(columns["label"].dtype, np.floating)),
    }


def _values(factor: Factor) -> str:
    if factor.kind in CLASSES:
        return ", ".join(factor.categories)
    return f"{np.nanmin(factor.values):g} … {np.nanmax(factor.values):g}"


def _write_json(path: str | Path, content: Mapping[str, Any]) -> None:
    with atomic_write(path) as temporary:
        temporary.write_text(json.dumps(content, ensure_ascii=False, indent=1), encoding="utf-8")
