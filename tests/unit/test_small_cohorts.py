"""An audit of few groups ends in a page and verdicts, or in one sentence."""

import warnings

import numpy as np
import pandas as pd
import pytest

import exoprobe


def cohort(groups):
    """Features that encode ``glasses``, which varies within people, and a table with factors of every kind."""
    rng = np.random.default_rng(groups)
    person = np.repeat(np.arange(groups), 4)
    glasses = rng.permuted(np.tile([0, 0, 1, 1], (groups, 1)), axis=1).ravel()
    features = rng.normal(size=(groups, 4))[person] + rng.normal(size=(len(person), 4))
    features[:, 0] += 6 * glasses
    table = {
        "person": [f"p{number:02}" for number in person],
        "glasses": np.where(glasses, "yes", "no"),
        "sex": np.where(rng.permutation(groups) % 2, "m", "f")[person],
        "age": rng.normal(40, 10, groups).round(1)[person],
        "yaw": rng.uniform(-90, 90, len(person)),
        "rare": np.where(person < 2, "x", "y"),
    }
    return features.astype(np.float32), pd.DataFrame(table)


@pytest.mark.parametrize("groups", [6, 8, 12, 18, 24])
def test_few_groups_end_in_a_page(tmp_path, groups):
    features, table = cohort(groups)
    with warnings.catch_warnings(action="error", category=RuntimeWarning):
        result = exoprobe.audit(features, table, group="person", threads=1)
    result.save(tmp_path)
    page = (tmp_path / "index.html").read_text()
    verdicts = result.verdicts.set_index("factor")
    assert verdicts.loc["glasses", "test_groups"] == groups
    assert verdicts.loc["glasses", "verdict"] == "leaks", verdicts.loc["glasses", "reason"]
    assert verdicts.loc["sex", "verdict"] != "leaks"
    assert "rare" not in verdicts.index  # two people have it: they cannot be learned and tested apart
    assert f"cross-validated in {min(groups, 10) if groups > 12 else groups} folds" in page
    assert result.tables["factors"]["train"].isna().all()


def test_fewer_are_refused_in_a_sentence():
    with pytest.raises(exoprobe.ExoprobeError, match="5 groups cannot be split; at least 6 are needed"):
        exoprobe.audit(*cohort(5), group="person")
