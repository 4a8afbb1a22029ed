"""The first screen's sentence, matrix and advice, from hand-made findings."""

import math
from dataclasses import replace

import pandas as pd
import pytest

from exoprobe.report.actions import FREE, groups_needed, list_actions
from exoprobe.report.answer import Circumstances, make_answer, strongest_lines
from exoprobe.report.comparison import list_pairs, lowest_by_factor
from exoprobe.report.findings import Beyond, Finding, beyond_rows, list_findings, with_twins
from exoprobe.report.learning import list_growth
from exoprobe.report.matrix import make_matrix
from exoprobe.report.representations import list_representations
from exoprobe.report.tables import COLUMNS
from exoprobe.report.wanted import Wanted, list_wanted

QUIET = Circumstances(0.1, 999, (), {})
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


def headline(*findings, circumstances=QUIET):
    return make_answer(sorted(findings, key=lambda entry: entry.rank), circumstances).headline


def test_the_headline_has_effect_certainty_and_what_is_beyond():
    text = headline(finding(beyond=beyond()), finding("age", low=0.2))
    assert text == "snr leaks strongly from net: skill 0.60 (95 % interval 0.50–0.70), beyond sex 0.40 (0.30–0.50)."


def test_a_factor_that_explains_nothing_is_not_named():
    nothing = replace(beyond(), given_skill=0.04)
    entry = finding(beyond=nothing)
    assert headline(entry).endswith("skill 0.60 (95 % interval 0.50–0.70); no other factor explains it.")
    assert (entry.words, entry.adds) == ("leaks", None)
    assert finding(beyond=beyond()).adds == beyond()
    assert finding(beyond=replace(nothing, source="label")).words == "leaks beyond sex"
    assert no_evidence(beyond=beyond("no evidence")).adds is None


def test_titles_of_several_words_are_quoted_and_what_is_wanted_is_not_taken_from_controls():
    skills = {"before training": (0.86, 0.8, 0.9), "net": (0.99, 0.98, 1.0), "random": (-0.09, -0.2, 0.0)}
    circumstances = Circumstances(0.1, 999, [Wanted("speaker", "verification_auc", "", skills)], {})
    control = finding("hour", representation="random", control=True, skill=0.0)
    answer = make_answer([finding(representation="before training"), control], circumstances)
    assert answer.headline.startswith("snr leaks strongly from “before training”: ")
    wanted = dict(answer.more)["For comparison"]
    assert wanted == "speaker (wanted) 0.86 from “before training” and 0.99 from net"


@pytest.mark.parametrize(
    ("low", "word"),
    [(0.95, "almost perfectly"), (0.9, "almost perfectly"), (0.5, "strongly"), (0.2, "clearly"), (0.11, "weakly")],
)
def test_the_low_end_says_how_strongly(low, word):
    assert f"leaks {word} from net" in headline(finding(low=low))


def test_no_all_clear_stands_beside_a_significant_p():
    hospital = finding(
        "hospital", verdict="inconclusive", skill=0.99, low=math.nan, high=math.nan, reason="2 groups; 5 are needed"
    )
    text = headline(no_evidence(), hospital)
    assert "No evidence" not in text
    assert (
        text == "hospital can be predicted from net (skill 0.99, p ≤ 0.006); how much is open: 2 groups; 5 are needed."
    )
    assert "No leak" not in text


def test_inconclusive_says_why_and_no_evidence_what_it_is_worth():
    unclear = finding(
        "age", verdict="inconclusive", skill=0.1, low=-0.2, high=0.4, p_holm=1.0, reason="the interval is too wide"
    )
    assert headline(unclear, no_evidence()) == "Whether age leaks from net is open: the interval is too wide."
    assert headline(no_evidence()) == "No evidence of a leak from net; all intervals end below a skill of 0.10."
    sure = [no_evidence(detectable=0.08), no_evidence("day", detectable=0.12)]
    assert headline(*sure) == "No evidence of a leak from net; a skill of 0.12 or more would have been found."
    folded = {0.3: "a nonlinear one of 0.30", math.inf: "of a nonlinear one that is not known"}
    for least, words in folded.items():
        text = headline(no_evidence(detectable=0.08, detectable_nonlinear=least))
        assert text.endswith(f"a linear leak of 0.08 or more would have been found, {words}.")


def test_what_comes_only_through_another_column_ranks_below_what_is_beyond():
    pitch = finding("pitch", skill=0.9, low=0.85, beyond=beyond("only through sex", low=-0.02))
    snr = finding("snr", skill=0.3, low=0.2, beyond=beyond(low=0.15))
    assert headline(pitch, snr).startswith("snr leaks clearly")
    assert headline(pitch).startswith("pitch is encoded only through sex in net: skill 0.90")
    same = finding("studio", beyond=beyond("not separable from channel", low=math.nan, given="channel"))
    assert headline(same).startswith("studio cannot be separated from channel in net")


def test_what_is_surely_less_than_a_quarter_beyond_another_column_is_mostly_through_it():
    lipstick = finding("lipstick", skill=0.87, low=0.84, beyond=beyond("encoded beyond sex", low=0.01))  # to 0.21
    assert lipstick.words == "mostly through sex"
    assert not lipstick.settled
    assert headline(lipstick).startswith("lipstick is encoded mostly through sex in net: skill 0.87")
    assert finding("hat", skill=0.4, low=0.3, beyond=beyond("encoded beyond sex", low=0.01)).settled


def test_of_factors_that_go_through_each_other_the_strongest_stands_for_all():
    def through(factor, given, skill):
        return finding(factor, skill=skill, low=skill - 0.1, beyond=beyond(f"only through {given}", -0.01, given))

    sex, pitch, hat = through("sex", "pitch", 0.8), through("pitch", "sex", 0.5), through("hat", "sex", 0.9)
    found = {entry.factor: entry for entry in with_twins([sex, pitch, hat])}
    assert (found["sex"].twins, found["pitch"].twins, found["hat"].twins) == (("pitch",), (), ())
    assert [found["sex"].words, found["pitch"].words] == ["leaks like pitch", "only through sex"]
    text = headline(*found.values())
    assert text.startswith("sex leaks strongly from net: skill 0.80")
    assert "or pitch instead, which the data do not separate from it" in text


def test_a_trace_is_no_leak():
    text = headline(finding("loudness", verdict="trace", skill=0.06, low=0.03, high=0.09))
    assert (
        text
        == "Only traces: loudness from net, skill 0.06 (95 % interval 0.03–0.09), not surely above the margin of 0.10."
    )


def test_a_control_is_named_as_one_and_never_heads_the_answer():
    control = finding("snr", representation="random", control=True, skill=0.99, low=0.98)
    answer = make_answer(sorted([control, finding()], key=lambda entry: entry.rank), QUIET)
    assert answer.headline.startswith("snr leaks strongly from net")
    assert dict(answer.more)["For comparison"] == "snr from random (control) 0.99"
    assert "the control random" in headline(control)


def test_the_strongest_findings_are_three_lines():
    lines = strongest_lines([finding(name) for name in "abcd"])
    assert lines[0] == "leaks: a from net, skill 0.60 (0.50–0.70)"
    assert len(lines) == 3


def test_the_columns_that_the_user_gave_count_and_else_those_that_leave_least():
    table = pd.DataFrame(
        [
            [
                "a",
                "binary",
                "net",
                False,
                given,
                source,
                0.1,
                0.5,
                low + 0.1,
                low,
                low + 0.2,
                0.1,
                0.1,
                0.1,
                0.1,
                0.1,
                "x",
                "",
                90,
                18,
            ]
            for given, source, low in (("label", "label", 0.3), ("sex", "strongest", 0.1), ("site", "strongest", 0.2))
        ],
        columns=COLUMNS["beyond"].split(),
    )
    verdict = {
        name: getattr(finding("a"), name)
        for name in ("factor", "representation", "control", "verdict", "how", "reason", "probe", "skill", "p", "p_holm")
    }
    verdicts = pd.DataFrame(
        [
            verdict
            | {
                "skill_low": 0.5,
                "skill_high": 0.7,
                "test_groups": 18.0,
                "unit": "",
                "detectable": 0.1,
                "detectable_nonlinear": 0.1,
                "groups_needed": 9.0,
            }
        ]
    )
    tables = {"verdicts": verdicts, "beyond": table}
    assert list_findings(tables)[0].beyond.given == "sex"
    asked = table.assign(source=["given", "strongest", "strongest"])
    assert list_findings(tables | {"beyond": asked})[0].beyond.given == "label"


def differences(*rows):
    return pd.DataFrame(
        [["linear", *row] for row in rows],
        columns=["probe", "factor", "representation", "other", "difference", "low", "high"],
    )


def tiers(*rows):
    return pd.DataFrame(rows, columns=["factor", "representation", "tier"])


def test_of_many_representations_the_lowest_is_their_first_tier():
    rows = [("snr", name, 1 if name in "AB" else 2) for name in "ABCDE"]
    lowest = lowest_by_factor(tiers(*rows, ("age", "A", float("nan"))), {})
    assert (lowest["snr"].title, lowest["snr"].words) == (None, "A and B")
    assert "age" not in lowest


REPRESENTATIONS = list_representations(
    {name: {"title": name.upper(), "files": [], "dimension": 2, "control": name == "r"} for name in ("a", "b", "r")}
)


def test_a_representation_is_lowest_only_where_the_first_tier_has_no_other():
    pairs = list_pairs(differences(("snr", "A", "B", 0.3, 0.2, 0.4), ("age", "A", "B", 0.1, -0.1, 0.3)))
    lowest = lowest_by_factor(
        tiers(("snr", "A", 2), ("snr", "B", 1), ("snr", "R", float("nan")), ("age", "A", 1), ("age", "B", 1)), pairs
    )
    assert lowest["snr"].words == "B −0.30 (−0.40 to −0.20)"
    assert (lowest["age"].title, lowest["age"].words) == (None, "not shown")
    both = [finding("snr", representation="A"), finding("snr", representation="B")]
    told = dict(make_answer(both, Circumstances(0.1, 999, (), lowest)).more)["Which is lower"]
    assert told == "B surely encodes less: snr −0.30 (−0.40 to −0.20) against A"
    unclear = dict(make_answer([finding("age")], Circumstances(0.1, 999, (), lowest)).more)["Which is lower"]
    assert unclear == "the data do not show which encodes less of age"


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


def test_what_is_wanted_is_in_the_unit_of_skill():
    rows = [
        ("net", "", "verification_auc", 0.95, 0.9, 1.0),
        ("net", "", "label_accuracy", 0.6, 0.2, 1.0),
        ("net", "snr", "label_accuracy", 0, 0, 0),
    ]
    table = pd.DataFrame(rows, columns=["representation", "erased", "measure", "value", "low", "high"])
    (wanted,) = list_wanted(table, METADATA)
    assert wanted.skills["net"] == pytest.approx((0.9, 0.8, 1.0))
    assert list_wanted(table[table["measure"] == "label_accuracy"], METADATA) == []
    assert list_wanted(table, METADATA | {"label": None}) == []


@pytest.mark.parametrize(
    ("count", "density"), [(1, "roomy"), (4, "roomy"), (5, "numbered"), (12, "numbered"), (13, "dense")]
)
def test_the_matrix_grows_denser_with_the_representations(count, density):
    stated = {
        f"n{rank}": {"title": f"n{rank}", "files": [], "dimension": 2, "control": rank == 0} for rank in range(count)
    }
    representations = list_representations(stated)
    findings = [finding(name, representation=f"n{count - 1}", low=low) for name, low in (("a", 0.2), ("b", 0.7))]
    matrix = make_matrix(sorted(findings, key=lambda entry: entry.rank), representations, [], {}, {"a": "a", "b": "b"})
    assert matrix.density == density
    assert [row.name for row in matrix.rows] == ["b", "a"]
    assert [column.control for column in matrix.columns][-1] == 1
    assert [cell.shade for cell in matrix.rows[0].cells if cell.finding] == [4]


def test_what_is_encoded_only_through_a_factor_explains_nothing_of_it():
    rows = [
        ("sex", "class", "label", 0.6, "encoded beyond class"),
        ("sex", "lipstick", "strongest", 0.01, "encoded beyond lipstick"),
        ("lipstick", "class", "label", 0.5, "encoded beyond class"),
        ("lipstick", "sex", "strongest", 0.0, "only through sex"),
        ("age", "grey", "strongest", 0.01, "encoded beyond grey"),
        ("grey", "age", "strongest", 0.0, "only through age"),
    ]
    table = pd.DataFrame(rows, columns=["factor", "given", "source", "beyond_low", "verdict"])
    table = table.assign(representation="net").reindex(columns=COLUMNS["beyond"].split())
    chosen = {factor: entry.given for (factor, _), entry in beyond_rows(table).items()}
    assert chosen == {"sex": "class", "lipstick": "sex", "grey": "age"}


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
