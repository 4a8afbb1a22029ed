"""A gate for releases: limits hold, are broken, or are inconclusive."""

import json
import math
from dataclasses import replace
from xml.etree import ElementTree

import jsonschema
import numpy as np
import pandas as pd
import pytest
import yaml

from exoprobe.cli import main
from exoprobe.errors import ExoprobeError
from exoprobe.evaluation.release_change import GroupErrors
from exoprobe.gate import Limit, as_json, as_junit, check_baseline, check_limits, exit_status, parse_limit
from exoprobe.report.badge import badge
from exoprobe.report.tables import COLUMNS, empty_table


def verdicts(*rows):
    columns = ["factor", "representation", "control", "skill", "skill_low", "skill_high"]
    table = pd.DataFrame(rows, columns=columns)
    return table.assign(verdict=np.where(table["skill_low"] > 0, "leaks", "no evidence"))


BEYOND = pd.DataFrame(
    [("site", "net", False, "label", 0.02, -0.03, 0.04), ("site", "net", False, "sex", 0.3, 0.2, 0.4)],
    columns=["factor", "representation", "control", "given", "beyond", "beyond_low", "beyond_high"],
)


@pytest.mark.parametrize(
    ("text", "limit"),
    [
        ("sex=0.1", Limit("sex", 0.1)),
        ("site:label=0.05", Limit("site", 0.05, "label")),
        ("dose: mg:label, sex=0", Limit("dose: mg", 0.0, "label, sex")),
    ],
)
def test_a_limit_is_read(text, limit):
    assert parse_limit(text) == limit


@pytest.mark.parametrize("text", ["sex", "=0.1", "sex=", "sex=much", "sex=1", "sex=-0.1", "sex=nan"])
def test_what_is_no_limit_is_refused(text):
    with pytest.raises(ExoprobeError, match=r"must have the form factor=0\.1"):
        parse_limit(text)


@pytest.mark.parametrize(
    ("ends", "status", "code"),
    [
        ((0.05, -0.02, 0.1), "held", 0),
        ((0.2, 0.11, 0.3), "broken", 2),
        ((0.2, 0.1, 0.3), "inconclusive", 3),
        ((0.05, -0.1, 0.2), "inconclusive", 3),
        ((0.05, math.nan, math.nan), "inconclusive", 3),
    ],
)
def test_a_limit_is_judged_by_the_interval(ends, status, code):
    (check,) = check_limits(verdicts(("sex", "net", False, *ends)), BEYOND, [Limit("sex", 0.1)])
    assert check.status == status
    assert exit_status([check]) == code


def test_a_limit_beyond_other_columns_is_of_the_table_beyond():
    table = verdicts(("site", "net", False, 0.9, 0.8, 0.95))
    checks = check_limits(table, BEYOND, [Limit("site", 0.05, "label"), Limit("site", 0.05, "sex")])
    assert [check.status for check in checks] == ["held", "broken"]
    assert exit_status(checks) == 2


def test_controls_are_not_checked_and_every_other_representation_is():
    rows = [
        ("sex", "a", False, 0.0, -0.1, 0.05),
        ("sex", "b", False, 0.5, 0.4, 0.6),
        ("sex", "raw", True, 0.9, 0.8, 1.0),
    ]
    checks = check_limits(verdicts(*rows), BEYOND, [Limit("sex", 0.1)])
    assert [(check.representation, check.status) for check in checks] == [("a", "held"), ("b", "broken")]


@pytest.mark.parametrize("limit", [Limit("age", 0.1), Limit("sex", 0.1, "label")])
def test_what_was_not_audited_is_named(limit):
    with pytest.raises(ExoprobeError, match="it was not audited; there are "):
        check_limits(verdicts(("sex", "net", False, 0.0, 0.0, 0.0)), BEYOND, [limit])


def test_a_rise_beyond_the_margin_breaks_the_comparison_with_an_earlier_audit():
    earlier = verdicts(("sex", "net", False, 0.1, 0.05, 0.15), ("age", "net", False, 0.5, 0.45, 0.55))
    later = verdicts(("sex", "net", False, 0.5, 0.45, 0.55), ("age", "net", False, 0.4, 0.35, 0.45))
    sex, age = check_baseline(later, earlier, margin=0.05)
    assert (sex.status, age.status) == ("broken", "held")
    assert sex.value == pytest.approx(0.4)
    assert sex.high - sex.low == pytest.approx(2 * math.hypot(0.05, 0.05))
    assert (sex.change, age.change) == ("worse", "better")
    assert (sex.name, sex.note) == ("sex: change", "unpaired: the earlier audit has no group_errors.parquet")


def errors(*missed, rows="a"):
    """Return the errors of ten groups with ten rows of each of two classes."""
    return {("sex", "net"): GroupErrors(rows, np.array(missed, float), np.full((10, 2), 10.0))}


FEW, MANY = [[2, 1]] * 5 + [[1, 2]] * 5, [[4, 3]] * 5 + [[3, 4]] * 5


@pytest.mark.parametrize(
    ("then", "now", "name", "change"),
    [
        (errors(*MANY), errors(*FEW), "sex: new leak", "worse"),
        (errors(*FEW), errors(*MANY), "sex: change", "better"),
        (errors(*FEW), errors(*FEW), "sex: change", "same"),
    ],
)
def test_a_change_on_the_same_test_rows_is_paired(then, now, name, change):
    """Every group loses 0.4 in skill: paired, that is sure, whatever the intervals of both audits are."""
    earlier, later = verdicts(("sex", "net", False, 0.3, -0.1, 0.7)), verdicts(("sex", "net", False, 0.7, 0.3, 1.0))
    (check,) = check_baseline(later, earlier, 0.05, now, then)
    assert (check.name, check.change, check.note) == (name, change, "")
    size = {"worse": 0.4, "better": -0.4, "same": 0.0}[change]
    assert [check.value, check.low, check.high] == pytest.approx([size] * 3, abs=1e-9)
    other = {key: replace(of, rows="b") for key, of in then.items()}
    (unpaired,) = check_baseline(later, earlier, 0.05, now, other)
    assert (unpaired.status, unpaired.note) == ("inconclusive", "unpaired: other test rows")


def test_many_factors_do_not_make_a_release_worse_by_chance():
    names = [f"f{number}" for number in range(20)]
    earlier = verdicts(*((name, "net", False, 0.3, 0.2, 0.4) for name in names))
    later = verdicts(*((name, "net", False, 0.45 if name == "f0" else 0.3, 0.4, 0.6) for name in names))
    assert check_baseline(later.query("factor == 'f0'"), earlier, 0.0)[0].status == "broken"
    assert {check.status for check in check_baseline(later, earlier, 0.0)} == {"inconclusive"}


def test_a_leak_that_the_earlier_audit_has_not_looked_for_is_named():
    earlier = verdicts(("sex", "net", False, 0.1, 0.05, 0.15))
    later = verdicts(
        ("sex", "net", False, 0.1, 0.05, 0.15),
        ("site", "net", False, 0.5, 0.4, 0.6),
        ("age", "net", False, 0, -0.1, 0.1),
    )
    same, new = check_baseline(later, earlier, 0.2)
    assert (same.status, new.status, new.name) == ("held", "inconclusive", "site: new leak")


def test_an_unchanged_release_is_rarely_called_worse():
    random = np.random.default_rng(0)
    broken = 0
    for _ in range(200):
        first, second = 0.3 + 0.05 * random.normal(size=2)
        row = ("sex", "net", False)
        tables = [verdicts((*row, skill, skill - 0.098, skill + 0.098)) for skill in (first, second)]
        broken += check_baseline(*tables, margin=0.0)[0].status == "broken"
    assert broken <= 10  # 5 of 200 are expected: the upper of two tails of 5 % in all


def test_audits_without_a_common_factor_are_refused():
    with pytest.raises(ExoprobeError, match="no factor of the same representation"):
        check_baseline(verdicts(("a", "x", False, 0, 0, 0)), verdicts(("b", "x", False, 0, 0, 0)), 0.05)


def test_checks_are_written_for_machines(root):
    table = verdicts(("sex", "a", False, 0.5, 0.4, math.nan), ("age", "a", False, 0.0, -0.1, 0.05))
    table = table.assign(verdict="leaks", reason="", probe="linear", p_holm=0.01)
    checks = check_limits(table, BEYOND, [Limit("sex", 0.1), Limit("age", 0.1)]) + check_baseline(table, table, 0.05)
    content = json.loads(json.dumps(as_json(table, checks), allow_nan=False))
    jsonschema.validate(content, json.loads((root / "docs/reference/verdicts.schema.json").read_text()))
    assert content["status"] == "broken"
    assert content["verdicts"][0]["skill_high"] is None
    suite = ElementTree.fromstring(as_junit(checks))
    assert suite.attrib == {"name": "exoprobe", "tests": "4", "failures": "1", "skipped": "2"}
    assert suite.find("testcase/failure").get("message").startswith("broken")


@pytest.mark.parametrize("status", ["held", "broken", "inconclusive"])
def test_a_badge_shows_the_status_in_words_and_color(status):
    image = ElementTree.fromstring(badge(status))
    texts = image.findall(".//{*}text")
    assert [text.text for text in texts] == ["exoprobe", status]
    assert image.get("aria-label") == f"exoprobe: {status}"
    ends = [float(text.get("x")) + float(text.get("textLength")) / 2 for text in texts]
    assert ends[0] < float(texts[1].get("x")) - float(texts[1].get("textLength")) / 2
    assert ends[1] < float(image.get("width"))
    color = image.find("{*}path").get("fill")
    channels = [int(color[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [(value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4) for value in channels]
    assert 1.05 / (np.dot([0.2126, 0.7152, 0.0722], linear) + 0.05) >= 4.5  # contrast of white text (WCAG)


def test_the_documented_workflow_has_ten_lines_at_most(root):
    _, _, block = (root / "docs/release-gate.md").read_text().partition("In a GitHub workflow")
    lines = [line for line in block.splitlines() if line.startswith("    ")]
    assert len(lines) <= 10
    runs = [step.get("run", "") for step in yaml.safe_load("\n".join(lines))["jobs"]["gate"]["steps"]]
    assert [run.split()[1] for run in runs if run.startswith("exoprobe")] == ["audit", "check"]


@pytest.fixture
def audit_folder(tmp_path):
    """Write a folder as an audit does, of which all tables but the verdicts are empty."""

    def write(name, *rows):
        folder = tmp_path / name
        folder.mkdir()
        for table in COLUMNS:
            empty_table(table).to_csv(folder / f"{table}.csv", index=False)
        verdicts(*rows).reindex(columns=COLUMNS["verdicts"].split()).to_csv(folder / "verdicts.csv", index=False)
        (folder / "metadata.json").write_text("{}")
        (folder / "index.html").write_text("")
        return str(folder)

    return write


def test_the_command_ends_with_the_status_and_writes_the_checks(audit_folder, tmp_path, capsys):
    later = audit_folder("later", ("sex", "net", False, 0.5, 0.4, 0.6), ("age", "net", False, 0.0, -0.1, 0.05))
    earlier = audit_folder("earlier", ("sex", "net", False, 0.48, 0.38, 0.58))
    written = ["--json", str(tmp_path / "v.json"), "--junit", str(tmp_path / "v.xml")]
    written += ["--badge", str(tmp_path / "v.svg")]
    assert main(["check", later, "--limit", "age=0.1", *written]) == 0
    assert json.loads((tmp_path / "v.json").read_text())["status"] == "held"
    assert ">held<" in (tmp_path / "v.svg").read_text()
    assert main(["check", later, "--limit", "age=0.1", "--limit", "sex=0.1", *written]) == 2
    assert ElementTree.parse(tmp_path / "v.xml").getroot().get("failures") == "1"
    assert ">broken<" in (tmp_path / "v.svg").read_text()
    capsys.readouterr()
    assert main(["check", later, "--baseline", earlier]) == 3
    assert capsys.readouterr().out.startswith("inconclusive  sex: change (net): 0.02 (-0.12 to 0.16), at most 0.05")


def test_an_earlier_audit_may_be_of_an_older_version(audit_folder, tmp_path):
    later = audit_folder("later", ("sex", "net", False, 0.5, 0.4, 0.6))
    earlier = tmp_path / "earlier"
    earlier.mkdir()
    verdicts(("sex", "net", False, 0.1, 0.05, 0.15)).to_csv(earlier / "verdicts.csv", index=False)
    assert main(["check", later, "--baseline", str(earlier)]) == 2


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "give --limit or --baseline; there is nothing to check"),
        (["--limit", "sex"], "limit 'sex' must have the form"),
        (["--limit", "who=0.1"], "limit of who: it was not audited; there are sex"),
        (["--baseline", "nowhere"], "nowhere has no verdicts.csv"),
        (["--limit", "who:label=0.1"], "limit of who beyond label: it was not audited; there are no such factors"),
    ],
)
def test_the_command_refuses_what_it_cannot_check_with_1(audit_folder, capsys, arguments, message):
    assert main(["check", audit_folder("audit", ("sex", "net", False, 0.5, 0.4, 0.6)), *arguments]) == 1
    assert capsys.readouterr().err.startswith(f"exoprobe: {message}")


def test_wrong_usage_is_no_broken_limit():
    with pytest.raises(SystemExit) as ended:
        main(["check"])
    assert ended.value.code == 1
