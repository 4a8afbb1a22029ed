"""The page in headless Chromium: figures are drawn, nothing is asked of a network, and a keyboard is enough."""

import csv
import io

import pytest

from tests.browser import MARKS, parts, settle, show
from tests.unit.report.synthetic import NAMES, Audit, write_audit

FORGOTTEN = """() => ![...document.querySelectorAll("figure[data-drawn]")].some(figure => !figure.offsetParent)"""
CONTRASTS = """() => {
    const paint = document.createElement("canvas").getContext("2d", {willReadFrequently: true});
    const light = color => {
        paint.fillStyle = color; paint.fillRect(0, 0, 1, 1);
        const [r, g, b] = [...paint.getImageData(0, 0, 1, 1).data].map(v => v / 255)
            .map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
        return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const ground = light(getComputedStyle(document.body).backgroundColor);
    const text = "section.shown :is(h1, p, td, th, td a, th a, .verdict, figcaption)";
    const found = [...document.querySelectorAll(text)]
        .map(e => getComputedStyle(e).color)
        .concat([...document.querySelectorAll("section.shown svg :not(.mark-text.role-mark) > text")]
            .map(e => getComputedStyle(e).fill));
    const ratio = (a, b) => (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    return {ground: getComputedStyle(document.body).backgroundColor,
            least: Math.min(...found.map(color => ratio(light(color), ground)))};
}"""


@pytest.fixture(scope="module")
def page_file(tmp_path_factory):
    """A page of six factors of all kinds and three representations."""
    return write_audit(tmp_path_factory.mktemp("audit"))


def test_every_part_shows_all_its_figures_with_marks(visit, page_file):
    page = visit(page_file)
    drawn = 0
    for part in parts(page):
        show(page, part)
        page.evaluate("() => document.querySelectorAll('section.shown details').forEach(d => { d.open = true; })")
        settle(page)
        marks = page.evaluate(MARKS)
        assert all(marks), part
        drawn += len(marks)
    binary = 3  # factors, with two figures more
    assert drawn == 2 + 3 + 2 * binary + 6 * (3 + 1 + 1 + 1 + 1 + 1 + 3 + 1) + 3 * (1 + 1 + 1 + 1 + 3)


def test_figures_tell_more_on_hover(visit, page_file):
    page = visit(page_file, "factor-smiling")
    page.locator("section.shown figure .mark-symbol.role-mark path").first.hover()
    tooltip = page.locator("#vg-tooltip-element.visible")
    tooltip.wait_for()
    assert "balanced accuracy" in tooltip.inner_text()
    assert "VGG-Face" in tooltip.inner_text()


def test_maps_are_colored_by_the_factor_that_the_reader_chooses(visit, page_file):
    page = visit(page_file, "maps")
    legend = page.locator("section.shown figure .role-legend-title")
    chosen = page.locator(".map-form option:checked").inner_text()
    assert set(legend.all_text_contents()) == {chosen}
    other = page.locator(".map-form option").all_inner_texts()[-1]
    page.select_option(".map-form select", label=other)
    settle(page)
    assert set(legend.all_text_contents()) == {other} != {chosen}
    with page.expect_download() as saved:
        page.locator("section.shown a.data").first.click()
    rows = list(csv.DictReader(io.StringIO(saved.value.path().read_text(encoding="utf-8"))))
    assert list(rows[0]) == ["sample", "x", "y", "annotation"]
    assert len(rows) == 60


def test_figures_are_saved_with_their_data(visit, page_file):
    page = visit(page_file, "representation-vgg")
    figure = page.locator("section.shown figure").first
    with page.expect_download() as saved:
        figure.locator("a.data").click()
    assert saved.value.suggested_filename == "VGG-Face scree.csv"
    rows = list(csv.DictReader(io.StringIO(saved.value.path().read_text(encoding="utf-8"))))
    assert len(rows) == 100
    assert float(rows[0]["singular_value"]) == 900
    figure.locator("summary[aria-label='Save this figure']").click()
    for kind in ("svg", "png"):
        with page.expect_download() as saved:
            figure.locator(f"a[download$='.{kind}']").click()
        assert saved.value.path().stat().st_size > 1000
    figure.locator(".numbers-table > summary").click()
    figure.locator(".numbers-table tbody tr").first.wait_for()
    assert figure.locator(".numbers-table tbody tr").count() == 100


def tab_to(page, found):
    """Press Tab until the focused element is what a JavaScript expression of it asks for."""
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate(f"() => (element => {found})(document.activeElement)"):
            return
    raise AssertionError(f"60 tabs do not reach {found}")


def test_a_keyboard_is_enough(visit, page_file):
    page = visit(page_file, "")
    page.keyboard.press("Tab")
    assert page.evaluate("() => document.activeElement.textContent") == "Skip to the content"
    page.keyboard.press("Enter")
    tab_to(page, "element.closest('.matrix') && element.hash?.startsWith('#factor-')")
    assert page.evaluate("() => getComputedStyle(document.activeElement).outlineStyle") == "solid"
    page.keyboard.press("Enter")
    page.wait_for_selector("section.shown[id^='factor-'] h1")
    assert page.evaluate("() => document.activeElement.tagName") == "H1"


def test_results_are_sorted_by_keyboard(visit, page_file):
    page = visit(page_file, "results")
    tab_to(page, "element.closest('#verdicts thead th')?.textContent === 'Factor'")
    page.keyboard.press("Enter")
    first = page.locator("#verdicts tbody th").first
    assert first.inner_text() == sorted(NAMES)[0]
    page.keyboard.press("Enter")
    assert first.inner_text() == sorted(NAMES)[-1]
    assert page.locator("#verdicts th[aria-sort='descending']").inner_text().endswith("Factor")


def test_skipping_to_the_content_keeps_the_part(visit, page_file):
    page = visit(page_file, "factor-age")
    page.locator(".skip").focus()
    page.keyboard.press("Enter")
    assert page.evaluate("() => document.activeElement.id") == "main"
    assert page.locator("section.shown").get_attribute("id") == "factor-age"


def test_a_figure_fits_after_the_window_changed_while_it_was_hidden(visit, page_file):
    page = visit(page_file, "representation-vgg")
    show(page, "factor-age")
    page.set_viewport_size({"width": 700, "height": 800})
    page.wait_for_function(FORGOTTEN, timeout=5000)
    show(page, "representation-vgg")
    assert 500 < page.locator("section.shown figure svg.marks").first.bounding_box()["width"] <= 700


def test_the_results_are_filtered(visit, page_file):
    page = visit(page_file, "results")
    page.fill("input[name=find]", "HA")
    page.select_option("select[name=representation]", "VGG-Face")
    assert page.locator("#verdicts tbody tr:visible").count() == 2  # hair color, hat
    assert page.locator(".filters output").inner_text() == "2 of 18 rows"


@pytest.mark.parametrize("part", ["factor-age", "summary"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_stands_out_in_light_and_dark(visit, page_file, scheme, part):
    page = visit(page_file, part, color_scheme=scheme)
    found = page.evaluate(CONTRASTS)
    assert found["ground"] == {"light": "rgb(255, 255, 255)", "dark": "rgb(21, 23, 26)"}[scheme]
    assert found["least"] >= 4.5  # WCAG 2, level AA


def test_a_chosen_theme_is_remembered_and_figures_follow(visit, page_file):
    page = visit(page_file, "factor-age", color_scheme="light")
    ground = "() => document.querySelector('section.shown figure svg').style.backgroundColor"
    assert page.evaluate(ground) == "rgb(255, 255, 255)"
    page.click("#theme")
    settle(page)
    assert page.evaluate(ground) == "rgb(21, 23, 26)"
    page.reload()
    settle(page)
    assert page.evaluate(ground) == "rgb(21, 23, 26)"


def test_a_phone_scrolls_in_one_direction(visit, page_file):
    page = visit(page_file, viewport={"width": 360, "height": 740})
    for part in parts(page):
        show(page, part)
        assert page.evaluate("() => document.documentElement.scrollWidth") == 360, part


def test_without_scripts_the_answer_and_the_matrix_remain(visit, chromium, page_file):
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(page_file.as_uri())
    assert page.locator("section.part:visible").count() == 4  # summary, data, reading, limits
    assert page.locator(".matrix tbody tr:visible").count() == 1 + 6
    assert "beside it" in page.locator("noscript").inner_text()
    assert page.locator("figure:visible, form:visible, select:visible").count() == 0
    context.close()


def test_a_page_of_41_factors_opens_and_hostile_names_do_nothing(visit, tmp_path):
    names = ["<script>alert(1)</script>", "a\\'\"b", "@x", "=1+1", *(f"factor {rank}" for rank in range(37))]
    page = visit(write_audit(tmp_path, Audit(names)))
    assert page.locator(".matrix tbody th a").first.inner_text() == names[0]
    show(page, "results")
    assert page.locator("#verdicts tbody tr").count() == 123
    for part in ("factor-script-alert-1-script", "factor-a-b", "representation-facenet"):
        show(page, part)
        assert all(page.evaluate(MARKS))


def test_the_least_page_opens(visit, tmp_path):
    audit = Audit(["only"], {"mine": "Mine"}, label=False, seeds=1)
    page = visit(write_audit(tmp_path, audit, empty=("differences", "recognition", "dimensions"), group=None))
    for part in parts(page):
        show(page, part)
    assert page.locator("nav a").count() == 7


def test_two_representations_are_compared_in_either_order(visit, page_file):
    page = visit(page_file, "compare")
    page.locator("section.shown .numbers-table > summary").click()
    values = "() => [...document.querySelectorAll('section.shown .numbers-table tbody tr')].map(row => row.innerText)"
    page.wait_for_selector("section.shown .numbers-table tbody tr")
    before = page.evaluate(values)
    assert len(before) == len(NAMES)
    assert all(row.startswith("VGG-Face\tFaceNet") for row in before)
    page.select_option("select[name=representation]", "FaceNet")
    page.select_option("select[name=other]", "VGG-Face")
    settle(page)
    after = page.evaluate(values)
    assert all(row.startswith("FaceNet\tVGG-Face") for row in after)
    for one, other in zip(before, after, strict=True):
        assert one.split("\t")[2] == other.split("\t")[2]
        differences = [float(row.split("\t")[3].replace("−", "-")) for row in (one, other)]
        assert differences[0] == -differences[1] != 0
