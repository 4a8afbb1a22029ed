"""What a new reader has to find on the page: on the first screen, or after one click."""

import re

import pytest

from tests.browser import settle, show
from tests.unit.report.planted import PlantedAudit
from tests.unit.report.synthetic import Audit, write_audit

SCREEN = {"width": 1280, "height": 800}
PHONE = {"width": 390, "height": 844}


@pytest.fixture(scope="module")
def page_file(tmp_path_factory):
    """A page with every kind of finding."""
    return write_audit(tmp_path_factory.mktemp("planted"), PlantedAudit())


def on_screen(page):
    """Return the text that is in view without scrolling."""
    return page.evaluate("""() => [...document.querySelectorAll("section.shown :is(h1, dt, dd, li, th, td)")]
        .filter(e => e.getBoundingClientRect().bottom <= innerHeight).map(e => e.innerText).join("\\n")""")


def test_the_worst_leak_beyond_has_its_size_and_interval_on_the_first_screen(visit, page_file):
    page = visit(page_file, "", viewport=SCREEN)
    headline = page.locator("h1:visible").inner_text()
    assert re.search(r"^sex leaks almost perfectly from ECAPA: skill 0\.97 \(95 % interval 0\.95–0\.99\)", headline)
    text = on_screen(page)
    assert re.search(r"Also leaking\s+channel 0\.86 beyond sex", text)
    assert re.search(r"beyond sex 0\.86\s+\(0\.81–0\.91\)", text)
    assert "identity" in text
    assert re.search(r"Only through sex\s+pitch \(0\.57\)", text)
    assert re.search(r"Not separable from channel\s+recording studio", text)


def test_a_no_says_whether_it_can_be_trusted(visit, page_file, tmp_path):
    page = visit(page_file, "", viewport=SCREEN)
    text = on_screen(page)
    assert re.search(r"No evidence\s+.*hour.*; a skill of 0\.12 or more would have been found", text)
    assert re.search(
        r"hospital \(skill 0\.98, p significant\): the rarest value is in 2 test groups; 5 are needed", text
    )
    assert "about 60 groups (person) in test instead of 18 would decide" in text
    few = write_audit(tmp_path, PlantedAudit(only=("hour", "weekday"), beyond=False))
    assert "No evidence of a leak from x-vector and ECAPA" in visit(few, "").locator("h1:visible").inner_text()


def test_no_all_clear_beside_a_significant_p(visit, tmp_path):
    page = visit(write_audit(tmp_path, PlantedAudit(only=("hospital", "hour"), beyond=False)), "")
    headline = page.locator("h1:visible").inner_text()
    assert headline.startswith("hospital can be predicted from ECAPA (skill 0.98, p ≤ 0.011); how much is open")
    assert "o evidence" not in headline


def test_the_better_of_two_models_and_whether_that_is_sure(visit, page_file, tmp_path):
    page = visit(page_file, "", viewport=SCREEN)
    text = on_screen(page)
    assert "x-vector surely encodes less: channel −0.36 (−0.41 to −0.31)" in text
    assert "Prefer x-vector" in text
    rows = page.locator(".matrix tbody tr")
    lowest = {row.locator("th").inner_text(): row.locator("td.lowest").inner_text() for row in rows.all()[1:]}
    assert lowest["channel"] == "x-vector −0.36 (−0.41 to −0.31)"
    assert lowest["sex"] == "not shown"
    unsure = write_audit(tmp_path, PlantedAudit(only=("sex", "snr")))
    assert "the data do not show which encodes less of sex and snr" in on_screen(visit(unsure, "", viewport=SCREEN))


def test_the_cost_of_removal_is_one_click_away(visit, page_file):
    page = visit(page_file, "", viewport=SCREEN)
    advice = page.locator(".now li", has_text="erasing channel")
    text = advice.inner_text()
    assert re.search(r"the MLP probe still reaches a skill of 0\.\d\d \(0\.\d\d before\); label accuracy", text)
    advice.locator("a").click()
    page.wait_for_selector("#factor-channel.shown h1")
    settle(page)
    assert "What removing it costs" in page.locator("#factor-channel").inner_text()
    assert page.locator("#factor-channel h3", has_text="Recognition before and after").count() == 1


def test_controls_are_named_and_last(visit, page_file):
    page = visit(page_file, "", viewport=SCREEN)
    heads = page.locator(".matrix thead th").all_inner_texts()
    assert [bool(re.search("control", head)) for head in heads] == [False, False, False, True, False]
    assert re.search(r"For comparison\s.*sex from “random projection” \(control\) 0\.", on_screen(page))


@pytest.mark.parametrize("viewport", [SCREEN, PHONE], ids=["screen", "phone"])
def test_no_column_of_the_matrix_is_cut_off(visit, page_file, viewport):
    page = visit(page_file, "", viewport=viewport)
    box = page.locator(".matrix").locator("xpath=..")
    assert box.evaluate("box => box.scrollWidth <= box.clientWidth + 1")
    assert page.evaluate("() => document.documentElement.scrollWidth") == viewport["width"]


@pytest.mark.parametrize(("factors", "representations"), [(1, 1), (12, 8), (8, 20)])
def test_the_first_screen_answers_at_every_size(visit, tmp_path, factors, representations):
    networks = {f"layer{rank}": f"layer {rank} of a network whose name is long" for rank in range(representations)}
    file = write_audit(tmp_path, Audit([f"factor {rank}" for rank in range(factors)], networks, dimension=8))
    for viewport in (SCREEN, PHONE):
        page = visit(file, "", viewport=viewport)
        assert "factor 0 leaks strongly from “layer 0 of a network" in on_screen(page)
        assert page.locator(".matrix tbody tr").count() == 1 + factors
        assert page.evaluate("() => document.documentElement.scrollWidth") == viewport["width"]


def test_closed_details_and_other_parts_are_not_drawn(visit, page_file):
    page = visit(page_file, "")
    assert page.locator("svg.marks").count() == 0
    assert page.evaluate("() => document.querySelectorAll('*').length") < 2500


def test_long_names_keep_their_end(visit, tmp_path):
    start = "Average corrected retinal nerve fibre layer thickness"
    page = visit(write_audit(tmp_path, Audit([f"{start} left", f"{start} right"])), "")
    names = page.locator(".matrix tbody tr:not(.wanted) th a")
    assert [name[-5:] for name in names.all_inner_texts()] == [" left", "right"]
    assert all(len(name) <= 30 for name in names.all_inner_texts())
    assert names.first.get_attribute("title") == f"{start} left"


def test_all_sections_are_printed_in_light_colors(visit, page_file):
    page = visit(page_file, "", color_scheme="dark")
    page.evaluate("""() => { window.print = () => { window.printed = [document.body.innerText,
        document.documentElement.dataset.theme, document.querySelectorAll('svg.marks').length]; }; }""")
    page.click("#print")
    page.wait_for_function("() => window.printed", timeout=60_000)
    text, theme, drawn = page.evaluate("() => window.printed")
    assert theme == "light"
    assert drawn > 11 * 5
    for words in ("All results", "Compare two representations", "What removing it costs", "How to read this"):
        assert words in text
    page.wait_for_function("() => !document.documentElement.classList.contains('printing')")


def test_no_table_is_cut_off_on_a_phone(visit, page_file):
    page = visit(page_file, "results", viewport=PHONE)
    wider = """() => [...document.querySelectorAll("section.shown .scroll")].filter(box => box.querySelector("table"))
        .filter(box => box.scrollWidth > box.clientWidth + 1).map(box => box.getAttribute("aria-label"))"""
    for part in ("results", "factor-channel", "representation-ecapa", "audited"):
        show(page, part)
        assert page.evaluate(wider) == [], part
    show(page, "results")
    row = page.locator("#verdicts tbody tr").first
    assert row.locator("td").nth(2).evaluate("cell => getComputedStyle(cell, '::before').content") == '"Skill"'
