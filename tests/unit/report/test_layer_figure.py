"""Skill along the layers of a network."""

import pandas as pd

from exoprobe.report.layer_figure import draw_layers


def verdicts(titles, factors=("sex", "age")):
    return pd.DataFrame(
        [
            {
                "representation": title, "factor": factor, "skill": index / 10 + rank, "skill_low": 0.0,
                "skill_high": 1.0, "verdict": "leaks",
            }
            for rank, factor in enumerate(factors)
            for index, title in enumerate(titles)
        ]
    )  # fmt: skip


def test_a_network_s_layers_are_a_figure_in_their_order():
    titles = [f"net:{layer}" for layer in (0, 10, 2)]
    (figure,) = draw_layers(verdicts(titles), titles)
    assert figure.data[figure.data["factor"] == "age"]["layer"].tolist() == [0, 2, 10]
    assert figure.data[figure.data["factor"] == "age"]["skill"].tolist() == [1.0, 1.2, 1.1]
    assert set(figure.data["network"]) == {"net"}


def test_two_networks_are_two_figures_and_other_representations_none():
    titles = [*(f"a:{layer}" for layer in range(3)), *(f"b:1:{layer}" for layer in range(4)), "c", "d:0", "d:1"]
    figures = draw_layers(verdicts(titles), titles)
    assert [set(figure.data["network"]) for figure in figures] == [{"a"}, {"b:1"}]
    assert draw_layers(verdicts(["x", "y"]), ["x", "y"]) == []


def test_of_many_factors_the_strongest_are_drawn():
    titles = [f"net:{layer}" for layer in range(3)]
    (figure,) = draw_layers(verdicts(titles, [f"f{index}" for index in range(25)]), titles)
    assert set(figure.data["factor"]) == {f"f{index}" for index in range(15, 25)}
    assert "15 more are in the tables" in figure.caption
