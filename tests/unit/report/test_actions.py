"""What now: the advice of the first screen, from hand-made findings and tables."""

import math

import pandas as pd

from exoprobe.report.actions import FREE, groups_needed, list_actions
from exoprobe.report.learning import list_growth
from exoprobe.report.tables import COLUMNS
from exoprobe.report.wanted import Wanted
from tests.unit.report.findings import METADATA, beyond, finding, no_evidence

ERASURE = ["representation", "erased", "probed", "probe", "skill_before", "skill", "at_baseline", "file"]
RECOGNITION = ["representation", "erased", "measure", "value", "change", "change_low", "change_high"]


def advice(
    findings, *, association=(), erasure=(), recognition=(), learning=(), shift=(), lowest=None, metadata=METADATA
):
    tables = {
        "association": pd.DataFrame(association, columns=COLUMNS["association"].split()),
        "erasure": pd.DataFrame(erasure, columns=ERASURE),
        "recognition": pd.DataFrame(recognition, columns=RECOGNITION),
        "learning": pd.DataFrame(learning, columns=COLUMNS["learning"].split()),
        "description_length": pd.DataFrame(
            [("net", row[1], "ridge", 40, 80, 60.0, 80.0, 0.25, 4 / 3) for row in learning[::3]],
            columns=COLUMNS["description_length"].split(),
        ),
        "shift": pd.DataFrame(shift, columns=COLUMNS["shift"].split()),
    }
    wanted = [Wanted("speaker", "verification_auc", "", {"net": (0.9, 0.8, 1.0)})]
    return {action.title: action for action in list_actions(findings, tables, lowest or {}, wanted, metadata)}


def test_strongly_associated_columns_are_to_be_given():
    rows = [
        ("lipstick", "sex", "Cramér's V", 0.8, 99),
        ("beard", "sex", "Cramér's V", 0.6, 99),
        ("beard", "age", "η", 0.9, 99),
        ("snr", "age", "η", 0.2, 99),
    ]
    actions = advice([finding("lipstick"), finding("beard"), finding("snr")], association=rows)
    assert actions["Give sex"].code == "--given sex"
    assert "lipstick (Cramér's V 0.80) and beard (Cramér's V 0.60) go with it" in actions["Give sex"].text
    given = finding("lipstick", beyond=beyond(source="given"))
    assert not advice([given], association=rows[:1])


def test_erasure_is_advised_with_its_cost_only_where_nothing_is_left():
    file = "net/snr.safetensors"
    erased = [
        ("net", "snr", "snr", "linear", 0.8, 0.0, True, file),
        ("net", "snr", "snr", "MLP", 0.9, 0.02, True, file),
    ]
    free = [("net", "snr", "verification_auc", 0.949, -0.001, -FREE / 2, 0.001)]
    action = advice([finding()], erasure=erased, recognition=free)["Erase snr"]
    assert "no probe beats a constant (skill 0.90 before)" in action.text
    assert "verification AUC is kept: 0.949, change −0.001 (−0.010 to +0.001)" in action.text
    assert action.code == "erasers/net/snr.safetensors"
    costly = [("net", "snr", "verification_auc", 0.85, -0.1, -0.2, -0.05)]
    actions = advice([finding()], erasure=erased, recognition=costly)
    assert "verification AUC falls to 0.850, change −0.100 (−0.200 to −0.050)" in actions["Erase snr"].text
    left = [*erased[:1], ("net", "snr", "snr", "MLP", 0.96, 0.51, False, file)]
    actions = advice([finding()], erasure=left, recognition=free)
    assert "the MLP probe still reaches a skill of 0.51 (0.96 before)" in actions["Do not rely on erasing snr"].text


def test_what_keeps_the_label_alone_is_advised_where_it_leaves_little():
    file = "net/all_but_class.safetensors"
    erased = [
        ("net", "snr", "snr", "MLP", 0.9, 0.7, False, "net/snr.safetensors"),
        ("net", "all but class", "snr", "MLP", 0.9, 0.05, True, file),
        ("net", "all but class", "snr", "linear", 0.8, 0.1, False, file),
    ]
    kept = [("net", "all but class", "verification_auc", 0.949, -0.001, -FREE / 2, 0.001)]
    metadata = METADATA | {"label": "class"}
    actions = advice([finding()], erasure=erased, recognition=kept, metadata=metadata)
    action = actions["Erase all but class, if you need no more of net"]
    reached = "the linear probe reaches a skill of 0.10 for snr (0.90 before)"
    assert action.text.startswith(f"{reached}; verification AUC is kept")
    assert action.code == f"erasers/{file}"
    erased[-1] = ("net", "all but class", "snr", "linear", 0.8, 0.5, False, file)
    assert not any("all but" in title for title in advice([finding()], erasure=erased, metadata=metadata))


def test_groups_that_would_decide():
    wide = finding(verdict="inconclusive", low=-0.2, high=0.2, groups=20.0)
    assert groups_needed(wide, 0.1) == 80  # half an interval of 0.2 shrinks to 0.1 with four times the groups
    assert groups_needed(finding(groups_needed=61.2), 0.1) == 62
    assert groups_needed(finding(low=math.nan), 0.1) == 0
    assert advice([wide])["Add groups"].text == "about 80 groups (speaker) in test instead of 20 would decide snr"


def curve(factor, now, twice):
    """Return the last measured row of a learning curve, and the extrapolated ones."""
    rows = [("measured", 40, now), ("extrapolated", 80, twice), ("extrapolated", 400, twice + 0.1)]
    return [
        ("net", factor, "ridge", kind, groups, 2 * groups, skill, skill - 0.1, skill + 0.1)
        for kind, groups, skill in rows
    ]


def test_more_is_expected_where_twice_the_groups_would_raise_the_skill():
    findings = [finding(), finding("age"), finding("hour")]
    learning = [*curve("snr", 0.4, 0.5), *curve("age", 0.4, 0.44), *curve("hour", 0.1, math.nan)]
    action = advice(findings, learning=learning)["Expect more with more groups"]
    assert action.text == "with twice the groups the ridge probe would reach snr 0.50 (0.40–0.60), 0.40 now"
    assert action.factor == "snr"
    assert "Expect more with more groups" not in advice(findings[1:], learning=learning)


def test_where_a_curve_leads_in_words():
    learning = pd.DataFrame(
        [*curve("snr", 0.4, 0.5), *curve("age", 0.0, math.nan)], columns=COLUMNS["learning"].split()
    )
    codes = [("net", name, "ridge", 40, 80, 60.0, 80.0, 0.25, 4 / 3) for name in ("snr", "age")]
    growth = list_growth(learning, pd.DataFrame(codes, columns=COLUMNS["description_length"].split()))
    assert growth["snr", "net"].words == (
        "The ridge probe of net has a skill of 0.40 now. With twice the groups it would reach 0.50 (0.40–0.60), "
        "with ten times as many 0.60 (0.50–0.70)."
    )
    assert "cannot be extrapolated" in growth["age", "net"].words


def test_a_control_that_reaches_as_much_is_said():
    control = finding(representation="random", control=True, skill=0.58)
    assert (
        "the control random reaches at least 90 % of the skill"
        in advice([finding(), control])["Do not blame the training for snr (0.58)"].text
    )


def test_a_label_is_asked_for_and_nothing_to_do_is_said():
    assert advice([no_evidence()], metadata=METADATA | {"label": None})["Name the label"].code == "--label COLUMN"
    assert list(advice([no_evidence()])) == ["Nothing to do"]


def test_what_hurts_the_label_asks_for_more_values_to_train_on():
    def row(drop, representation, verdict="hurts", control=False):
        ends = {"drop": drop, "drop_low": drop - 0.03, "drop_high": drop + 0.03}
        what = {"factor": "scanner", "representation": representation, "control": control, "verdict": verdict}
        return {**what, **ends, "worst": "B", "worst_drop": 0.2}

    shift = [row(0.08, "net"), row(0.05, "other"), row(0.3, "random", control=True), row(0.4, "third", "inconclusive")]
    action = advice([finding()], shift=shift)["Train on more values of scanner"]
    words = "from net, the label’s skill falls by 0.08 (0.05–0.11) on unseen values, most on B (0.20)"
    assert action.text == f"{words}; hold some out to test this"
    assert "Train on more values of scanner" not in advice([finding()], shift=shift[3:])
