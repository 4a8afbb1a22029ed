"""The first screen's sentence and matrix, from hand-made findings."""

import math
from dataclasses import replace

import pandas as pd
import pytest

from exoprobe.report.answer import Circumstances, make_answer, strongest_lines
from exoprobe.report.comparison import list_pairs, lowest_by_factor
from exoprobe.report.findings import beyond_rows, list_findings, with_twins
from exoprobe.report.matrix import make_matrix
from exoprobe.report.representations import list_representations
from exoprobe.report.tables import COLUMNS
from exoprobe.report.wanted import Wanted, list_wanted
from tests.unit.report.findings import METADATA, beyond, finding, no_evidence

QUIET = Circumstances(0.1, 999, (), {})


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


def test_what_is_wanted_is_in_the_unit_of_skill():
    rows = [
        ("net", "", "verification_auc", 0.95, 0.9, 1.0),
        ("net", "", "label_accuracy", 0.6, 0.2, 1.0),
        ("net", "snr", "label_accuracy", 0, 0, 0),
    ]
    table = pd.DataFrame(rows, columns=["representation", "erased", "measure", "value", "low", "high"])
    shift = pd.DataFrame(
        [("net", 0.7, 0.6, 0.8)] * 2, columns=["representation", "label_skill", "label_low", "label_high"]
    )
    tables = {"recognition": table, "shift": shift.iloc[:0]}
    (wanted,) = list_wanted(tables, METADATA)
    assert wanted.skills["net"] == pytest.approx((0.9, 0.8, 1.0))
    assert wanted.measure == "verification_auc"
    (labeled,) = list_wanted(tables | {"shift": shift}, METADATA)
    assert (labeled.measure, labeled.skills) == ("label_accuracy", {"net": (0.7, 0.6, 0.8)})
    assert list_wanted(tables | {"recognition": table[table["measure"] == "label_accuracy"]}, METADATA) == []
    assert list_wanted(tables, METADATA | {"label": None}) == []


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
