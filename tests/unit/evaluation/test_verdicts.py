from dataclasses import replace

import numpy as np
import pytest

from exoprobe.datasets.factors import Factor
from exoprobe.evaluation.rare_categories import smallest_groups, without_rare
from exoprobe.evaluation.verdicts import (
    INCONCLUSIVE,
    LEAKS,
    NO_EVIDENCE,
    TRACE,
    Evidence,
    judge,
)

FAR, NEAR, AROUND = (0.5, 0.4, 0.6), (0.02, -0.03, 0.07), (0.1, -0.1, 0.3)
LITTLE, WORSE, POOR = (0.15, 0.08, 0.22), (-0.9, -1.2, -0.5), (-0.05, -0.08, -0.02)


def evidence(linear, mlp, p=0.001, p_linear=0.001, groups=100, smallest=50, best=None, beyond=0.2, knn=NEAR, **more):
    best = best or ("linear" if linear[0] >= mlp[0] else "mlp")
    skills = {"linear": linear, "knn": knn, "mlp": mlp}
    return Evidence(skills, best, beyond, p, p_linear, groups, smallest, **more)


@pytest.mark.parametrize(
    ("given", "verdict", "how"),
    [
        (evidence(FAR, FAR), LEAKS, "linearly"),
        (evidence(NEAR, FAR, p_linear=0.4), LEAKS, "only nonlinearly"),
        (evidence(NEAR, FAR, p_linear=0.4, beyond=-0.1), LEAKS, ""),  # nor is it surely better than a linear one
        (evidence(LITTLE, NEAR), TRACE, "linearly"),  # surely above 0, not surely above the margin
        (evidence(NEAR, FAR, best="linear"), TRACE, "linearly"),  # on validation the other was not the best
        (evidence(FAR, FAR, p=0.2), INCONCLUSIVE, ""),  # the correction
        (evidence(NEAR, (np.nan, np.nan, np.nan), p=0.4), NO_EVIDENCE, ""),
        (evidence(NEAR, NEAR, p=0.4), NO_EVIDENCE, ""),
        (evidence(NEAR, NEAR, p=0.4, detectable=0.1), NO_EVIDENCE, ""),
        (evidence(NEAR, NEAR, p=0.4, detectable=0.11), INCONCLUSIVE, ""),  # a leak of the margin would be missed
        (evidence(NEAR, NEAR, p=0.4, detectable=np.inf), INCONCLUSIVE, ""),
        (evidence(NEAR, NEAR, p=0.4, detectable=np.nan), INCONCLUSIVE, ""),  # not known yet
        (evidence(FAR, FAR, detectable=np.inf), LEAKS, "linearly"),
        (evidence(POOR, POOR, p=0.4, smallest=None), NO_EVIDENCE, ""),
        (evidence(WORSE, NEAR, p=0.4, smallest=None), INCONCLUSIVE, ""),  # a failed regression proves nothing
        (evidence(WORSE, WORSE, p=0.001, smallest=None), INCONCLUSIVE, ""),
        (evidence(AROUND, NEAR, p=0.4), INCONCLUSIVE, ""),
        (evidence(AROUND, NEAR), TRACE, "linearly"),  # significant, and how much is open
        (evidence(POOR, LITTLE, best="linear", beyond=-0.1), TRACE, ""),  # by another than the best on validation
        (evidence(POOR, POOR, knn=POOR), INCONCLUSIVE, ""),  # significant, and predicted no better than by a constant
        (evidence(FAR, FAR, groups=5), INCONCLUSIVE, ""),
        (evidence(FAR, FAR, smallest=4), INCONCLUSIVE, ""),
        (evidence(FAR, FAR, smallest=None), LEAKS, "linearly"),
        (evidence(FAR, FAR, fault="train and test share sites"), INCONCLUSIVE, ""),
    ],
)
def test_the_rule(given, verdict, how):
    judged = judge(given, margin=0.1)
    assert (judged["verdict"], judged["how"]) == (verdict, how)
    assert judged["reason"]


def test_reasons_say_what_is_needed_and_what_was_left_out():
    reason = judge(evidence(NEAR, NEAR, p=0.4, detectable=0.23, groups_needed=812.0), margin=0.1)["reason"]
    assert reason == (
        "no probe found it, but only skills of 0.23 or more would have been found here; about 812 test groups are "
        "needed"
    )
    reason = judge(evidence(FAR, FAR, left_out=tuple("abcdefg")), margin=0.1)["reason"]
    assert reason.endswith("; without a, b, c, d, e and 2 more, which fewer than 5 test groups hold")


def test_a_rare_category_is_left_out_if_two_others_are_left():
    values, groups = np.array([0] * 6 + [1] * 6 + [2] * 6, float), np.array([*range(12), *[0] * 6])
    factor = Factor("f", "categorical", values, ("a", "b", "c", "d"))
    judged, left_out = without_rare(factor, groups)
    assert left_out == ("c", "d")
    np.testing.assert_array_equal(judged.known, values < 2)
    assert smallest_groups(judged, judged.values, groups, left_out) == 6
    same, nothing = without_rare(factor.at(values > 0), groups[values > 0])
    assert nothing == ()
    assert same.known.all()


def test_groups_of_the_rarest_value_by_hand():
    factor = Factor("f", "binary", np.array([0, 0, 1, 1, 0.0]), ("no", "yes"))
    assert smallest_groups(factor, factor.values, np.array([1, 2, 3, 3, 3])) == 1
    assert smallest_groups(Factor("n", "continuous", factor.values), factor.values, np.arange(5)) is None


@pytest.mark.parametrize(
    ("detectable", "words"),
    [(0.1, ""), (0.24, "a nonlinear leak would show from a skill of 0.24 on"), (np.inf, "could find it, is not known")],
)
def test_no_evidence_says_from_where_on_a_nonlinear_leak_would_show(detectable, words):
    result = judge(replace(evidence(NEAR, NEAR, p=0.4), detectable_nonlinear=detectable), margin=0.1)
    assert result["verdict"] == NO_EVIDENCE
    assert result["reason"].endswith(words or "below a skill of 0.1")
