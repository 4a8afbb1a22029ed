"""Findings made by hand, for the tests of what the first screen says."""

import math

from exoprobe.report.findings import Beyond, Finding

METADATA = {"label": "speaker", "group": "speaker", "margin": 0.1}


def beyond(verdict="encoded beyond sex", low=0.3, given="sex", source="strongest"):
    return Beyond(given, 0.1, low + 0.1, low, low + 0.2, 0.2, 0.01, verdict, "", source)


def finding(factor="snr", **changed):
    values = {
        "factor": factor, "representation": "net", "control": False, "verdict": "leaks", "how": "linearly",
        "reason": "why", "probe": "linear", "skill": 0.6, "low": 0.5, "high": 0.7, "p": 0.001, "p_holm": 0.006,
        "groups": 18.0, "unit": "speaker", "detectable": math.nan,
        "detectable_nonlinear": math.nan, "groups_needed": math.nan, "beyond": None,
    }  # fmt: skip
    return Finding(**values | changed)


def no_evidence(factor="hour", **changed):
    return finding(
        factor, verdict="no evidence", **{"skill": 0.0, "low": -0.05, "high": 0.05, "p": 0.5, "p_holm": 1.0} | changed
    )
