"""Figure 2, from a table of errors."""

import pandas as pd
import pytest

from exoprobe.evaluation.score import MEAN
from exoprobe.plots.attribute_errors import Row, arrange_rows, draw_attribute_errors

NAMES = {"net_top": "a network", "pixels": "pixels"}
GROUPS = {"dependent": ["Bald", "Male"], "correlated": ["Bangs"], "independent": ["Smiling"]}


@pytest.fixture
def errors():
    """Two representations; ``Smiling`` is predicted without error, ``Bald`` always missed."""
    known = {
        "Smiling": (0.0, 0.0),
        "Male": (30.0, 20.0),
        "Bald": (100.0, 0.0),
        "Hat": (40.0, 40.0),
        MEAN: (42.5, 15.0),
    }
    rows = [(name, attribute, *rates, sum(rates) / 2) for name in NAMES for attribute, rates in known.items()]
    table = pd.DataFrame(rows, columns=["representation", "attribute", "false_negative", "false_positive", "error"])
    for rate in ("false_negative", "false_positive", "error"):
        table = table.assign(**{f"{rate}_low": table[rate] - 2, f"{rate}_high": table[rate] + 2})
    return table


def test_attributes_stand_under_their_group_best_predicted_first(errors):
    assert arrange_rows(errors, GROUPS, "net_top") == [
        *(Row("dependent", heading=True), Row("Male"), Row("Bald")),
        *(Row("independent", heading=True), Row("Smiling")),
        *(Row("other attributes", heading=True), Row("Hat")),
    ]


def test_figure_2_is_drawn_with_the_errors_beside_it(errors, paths):
    draw_attribute_errors(errors, paths, groups=GROUPS, names=NAMES, controls=["pixels"], caption="hand-made")
    assert all(path.stat().st_size for path in paths.values())
    data = pd.read_csv(paths["csv"])
    assert len(data) == 2 * 5
    assert data.set_index("attribute").loc["Male", "group"].tolist() == ["dependent"] * 2
    svg = paths["svg"].read_text()
    assert all(text in svg for text in ("a network", "independent", "Smiling", "28.8"))
    assert "Bangs" not in svg
