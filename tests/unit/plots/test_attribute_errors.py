"""Figure 2, from planted predictions."""

import numpy as np
import pandas as pd
import pytest

from exoprobe.evaluation.attribute_errors import MEAN, attribute_errors
from exoprobe.plots.attribute_errors import Row, arrange_rows, draw_attribute_errors

NAMES = {"net_top": "a network", "pixels": "pixels"}
GROUPS = {"dependent": ["Bald", "Male"], "correlated": ["Bangs"], "independent": ["Smiling"]}


@pytest.fixture
def errors(tmp_path, rng):
    """Two representations of 40 samples of 10 people; ``Smiling`` is read without error, ``Bald`` always missed."""

    def write(name, noise):
        parts = []
        for attribute in ("Smiling", "Male", "Bald", "Hat"):
            present = np.arange(40) % 4 < 2
            score = np.where(present, 1.0, -1.0) + noise * rng.normal(size=40)
            score = {"Smiling": present - 0.5, "Bald": np.full(40, -1.0)}.get(attribute, score)
            part = {"attribute": attribute, "group": np.arange(40) // 4, "present": present, "score": score}
            parts.append(pd.DataFrame(part).assign(sample_id=np.arange(40), train_prevalence=0.4))
        pd.concat(parts).to_parquet(tmp_path / name)
        return tmp_path / name

    return attribute_errors({"net_top": write("a", 1.0), "pixels": write("b", 3.0)})


def test_both_kinds_of_error_have_intervals_around_them(errors):
    for rate in ("false_negative", "false_positive", "error"):
        assert errors[rate].between(errors[f"{rate}_low"] - 1e-9, errors[f"{rate}_high"] + 1e-9).all()
    cells = errors.set_index(["representation", "attribute"])
    assert cells.loc[("net_top", "Bald"), ["false_negative_low", "false_positive_high"]].tolist() == [100, 0]
    means = errors[errors["attribute"] != MEAN].groupby("representation")["error"].mean()
    assert cells.loc[("pixels", MEAN), "error"] == pytest.approx(means["pixels"])


def test_attributes_stand_under_their_group_best_read_first(errors):
    rows = arrange_rows(errors, GROUPS, "net_top")
    assert rows == [
        Row("dependent", heading=True),
        Row("Male"),
        Row("Bald"),
        Row("independent", heading=True),
        Row("Smiling"),
        Row("other attributes", heading=True),
        Row("Hat"),
    ]


def test_figure_2_is_drawn_with_the_errors_beside_it(errors, tmp_path):
    paths = {kind: tmp_path / f"figure.{kind}" for kind in ("pdf", "png", "svg", "csv")}
    draw_attribute_errors(errors, paths, groups=GROUPS, names=NAMES, controls=["pixels"], about="planted")
    assert all(path.stat().st_size for path in paths.values())
    data = pd.read_csv(paths["csv"])
    assert len(data) == 2 * 5
    assert data.set_index("attribute").loc["Male", "group"].tolist() == ["dependent"] * 2
    svg = paths["svg"].read_text()
    assert all(text in svg for text in ("a network", "independent", "Smiling"))
    assert "Bangs" not in svg
