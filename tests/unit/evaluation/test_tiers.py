"""Tiers and ranks of representations: by hand, and where all are equally good."""

from itertools import combinations

import numpy as np
import pandas as pd

from exoprobe.evaluation.permutation import holm
from exoprobe.evaluation.sign_flips import sign_flip_tests
from exoprobe.evaluation.tiers import tier_table


def table(skills, surely):
    """Differences of representations a, b, … with these skills, of which the pairs in ``surely`` are sure."""
    return pd.DataFrame(
        [
            ("sex", "linear", one, other, skills[one] - skills[other], 0.01 if {one, other} in surely else 0.5)
            for one, other in combinations(skills, 2)
        ],
        columns=["factor", "probe", "representation", "other", "difference", "p_holm"],
    )


def test_a_chain_of_overlaps_is_two_tiers_and_ranks_say_how_far_each_could_be():
    differences = table({"a": 0.3, "b": 0.2, "c": 0.1}, [{"a", "c"}])
    found = tier_table(differences).set_index("representation")
    assert found["tier"].to_dict() == {"a": 2, "b": 1, "c": 1}
    assert found[["rank_low", "rank_high"]].to_dict("index") == {
        "a": {"rank_low": 2, "rank_high": 3},
        "b": {"rank_low": 1, "rank_high": 3},
        "c": {"rank_low": 1, "rank_high": 2},
    }


def test_where_all_differ_tiers_are_ranks():
    skills = {"a": 0.3, "b": 0.9, "c": 0.1, "d": 0.2}
    found = tier_table(table(skills, [{*pair} for pair in combinations(skills, 2)])).set_index("representation")
    assert found["tier"].to_dict() == {"a": 3, "b": 4, "c": 1, "d": 2}
    assert (found["rank_low"] == found["rank_high"]).all()


def test_controls_and_other_probes_have_no_tier():
    differences = table({"a": 0.3, "random": 0.0, "b": 0.1}, [{"a", "random"}, {"b", "random"}, {"a", "b"}])
    differences = pd.concat([differences, differences.assign(probe="mlp", difference=-differences["difference"])])
    found = tier_table(differences, ["random"]).set_index("representation")
    assert found["tier"].to_dict() == {"a": 2, "b": 1}


def test_one_representation_has_no_tier():
    assert tier_table(table({"a": 0.3}, [])).empty


def test_equally_good_representations_are_hardly_ever_told_apart(rng):
    """Twenty representations, 200 groups, errors shared in part: at most 5 % of 200 audits find a second tier."""
    names = [f"r{index:02}" for index in range(20)]
    separated = 0
    for _ in range(200):
        losses = rng.exponential(1, (200, 1)) + rng.exponential(1, (200, 20))
        pairs = list(combinations(range(20), 2))
        gaps = [losses[:, one] - losses[:, other] for one, other in pairs]
        rows = [("sex", "linear", names[one], names[other]) for one, other in pairs]
        differences = pd.DataFrame(rows, columns=["factor", "probe", "representation", "other"]).assign(
            difference=np.sum(gaps, 1), p_holm=holm(sign_flip_tests(gaps))
        )
        separated += tier_table(differences)["tier"].max() > 1
    assert separated <= 10
