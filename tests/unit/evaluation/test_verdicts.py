import numpy as np
import pytest

from exoprobe.datasets.factors import Factor
from exoprobe.evaluation.verdicts import INCONCLUSIVE, LEAKS, NO_EVIDENCE, Evidence, judge, smallest_groups

FAR, NEAR, AROUND = (0.5, 0.4, 0.6), (0.02, -0.03, 0.07), (0.1, -0.1, 0.3)


def evidence(linear, mlp, p=0.001, p_linear=0.001, groups=100, smallest=50, best=None, beyond=0.2, detectable=0.0):
    best = best or ("linear" if linear[0] >= mlp[0] else "mlp")
    skills = {"linear": linear, "neighbors": NEAR, "mlp": mlp}
    return Evidence(skills, best, beyond, p, p_linear, groups, smallest, "", detectable, 640)


@pytest.mark.parametrize(
    ("given", "verdict", "how"),
    [
        (evidence(FAR, FAR), LEAKS, "linearly"),
        (evidence(NEAR, FAR, p_linear=0.4), LEAKS, "only nonlinearly"),
        (evidence(NEAR, FAR, p_linear=0.4, beyond=-0.1), LEAKS, ""),  # nor is it surely better than a linear one
        (evidence(NEAR, FAR, best="linear"), INCONCLUSIVE, ""),  # on validation it was not the best
        (evidence(FAR, FAR, p=0.2), INCONCLUSIVE, ""),  # the correction over factors
        (evidence(NEAR, (np.nan, np.nan, np.nan), p=0.4), NO_EVIDENCE, ""),
        (evidence(NEAR, NEAR, p=0.4), NO_EVIDENCE, ""),
        (evidence(NEAR, NEAR, p=0.4, detectable=0.1), NO_EVIDENCE, ""),
        (evidence(NEAR, NEAR, p=0.4, detectable=0.11), INCONCLUSIVE, ""),  # a leak of the margin would be missed
        (evidence(FAR, FAR, detectable=np.inf), LEAKS, "linearly"),
        (evidence(AROUND, NEAR, p=0.4), INCONCLUSIVE, ""),
        (evidence(AROUND, NEAR), INCONCLUSIVE, ""),  # significant, but the interval holds 0
        (evidence(FAR, FAR, groups=9), INCONCLUSIVE, ""),
        (evidence(FAR, FAR, smallest=4), INCONCLUSIVE, ""),
        (evidence(FAR, FAR, smallest=None), LEAKS, "linearly"),
    ],
)
def test_the_rule(given, verdict, how):
    judged = judge(given, margin=0.1)
    assert (judged["verdict"], judged["how"]) == (verdict, how)
    assert judged["reason"]


def test_groups_of_the_rarest_value_by_hand():
    factor = Factor("f", "binary", np.array([0, 0, 1, 1, 0.0]), ("no", "yes"))
    assert smallest_groups(factor, factor.values, np.array([1, 2, 3, 3, 3])) == 1
    assert smallest_groups(Factor("n", "continuous", factor.values), factor.values, np.arange(5)) is None


def test_how_many_groups_would_be_enough_is_said_where_it_is_known():
    assert "about 640 test groups" in judge(evidence(NEAR, NEAR, p=0.4, detectable=0.2), margin=0.1)["reason"]
