import json

import numpy as np
import pandas as pd
import pytest

from exoprobe.datasets.factors import Factor, write_factors
from exoprobe.datasets.samples import dataset_digest, write_samples
from exoprobe.evaluation.audit_metadata import describe_factors, write_metadata
from exoprobe.features.feature_file import FeatureInfo, write_features
from exoprobe.probes.methods.knn import MAX_ROWS

NAN = np.nan
SPLITS = np.repeat(["train", "validation", "test"], [4, 2, 6])
GROUPS = np.array([0, 0, 1, 1, 2, 2, 3, 3, 3, 4, 4, 5])
FACTORS = [
    Factor("hat", "binary", np.array([0, 1, 0, 1, 0, 1, 1, 0, 0, 0, NAN, NAN]), ("no", "yes")),
    Factor("age", "continuous", np.array([1, 2, 3, 4, 5, 6.5, 7, 8, 9, 10, 11, NAN])),
]


def test_each_factor_is_counted_by_rows_and_by_groups_that_hold_its_rarest_value():
    table = describe_factors(FACTORS, {"group": GROUPS, "split": SPLITS}, given={"age": "continuous"})
    hat, age = table.to_dict("records")
    assert hat == {
        "factor": "hat",
        "kind": "binary",
        "inferred": True,
        "values": "no, yes",
        "known": 10,
        "missing": 2,
        "train": 4,
        "validation": 2,
        "test": 4,
        "test_groups": 2,  # 3 and 4; of group 5 it is not known
        "smallest_groups": 1,  # yes is seen in group 3 alone
    }
    assert (age["inferred"], age["values"], age["known"], age["test_groups"]) == (False, "1 … 11", 11, 2)
    assert pd.isna(age["smallest_groups"])


def test_with_folds_every_row_is_test_and_none_is_always_in_training():
    folds = np.repeat(["fold_0", "fold_1", "fold_2"], 4)
    hat, age = describe_factors(FACTORS, {"group": GROUPS, "split": folds}, given=()).to_dict("records")
    assert pd.isna([hat["train"], hat["validation"], age["train"]]).all()
    assert (hat["test"], hat["test_groups"], hat["smallest_groups"]) == (10, 5, 4)
    assert (age["test"], age["test_groups"]) == (11, 5)


@pytest.mark.parametrize(
    ("label", "is_group"),
    [("person", True), ("name", False), (None, False)],
)
def test_metadata_state_what_was_audited(tmp_path, label, is_group):
    samples, factors, notes = (tmp_path / name for name in ("samples.parquet", "factors.parquet", "notes.json"))
    write_samples(samples, {"sample_id": np.arange(12), "group": GROUPS, "split": SPLITS, "label": GROUPS})
    write_factors(factors, FACTORS, dataset_digest(samples))
    notes.write_text(json.dumps({"joined": "12 rows, joined by order.", "left_out": ["x."]}))
    features = tmp_path / "features.parquet"
    info = FeatureInfo(5, "float32", 12, "x", dataset_digest(samples), "w", "c")
    write_features(features, np.arange(12), [np.ones((12, 5), np.float32)], info)
    entry = {"title": "after", "files": ["a.npy"], "control": False}
    settings = {
        "representations": {"one": entry, "none": {"title": "random", "files": [], "control": True}},
        "factors_file": "factors.csv",
        "group": "person",
        "label": label,
        "label_is_group": is_group,
        "kinds": {},
        "permutations": None,
        "margin": 0.1,
    }
    paths = dict.fromkeys(settings["representations"], features)
    write_metadata(samples, factors, notes, paths, tmp_path / "metadata.json", tmp_path / "f.csv", settings=settings)
    metadata = json.loads((tmp_path / "metadata.json").read_text())
    assert metadata["representations"]["one"] == {**entry, "dimension": 5}
    assert metadata["title"] == "after"
    assert metadata["rows"] == {"train": 4, "validation": 2, "test": 6}
    assert metadata["groups"] == {"train": 2, "validation": 1, "test": 3}
    assert metadata["folds"] == 0
    assert (metadata["joined"], metadata["left_out"]) == ("12 rows, joined by order.", ["x."])
    assert (metadata["permutations"], metadata["margin"], metadata["neighbors_rows"]) == (999, 0.1, MAX_ROWS)
    assert metadata["label_is_group"] is is_group
    assert pd.read_csv(tmp_path / "f.csv")["factor"].tolist() == ["hat", "age"]
