"""WCAG 2.2 AA of every part by axe-core, where the environment variable AXE_CORE names its axe.min.js."""

import os
from pathlib import Path

import pytest

from tests.browser import parts, settle, show
from tests.unit.report.planted import PlantedAudit
from tests.unit.report.synthetic import write_audit

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
VIOLATIONS = """rules => axe.run({runOnly: rules}).then(found => found.violations.map(
    rule => `${rule.id}: ${rule.nodes[0].html.slice(0, 120)}`))"""


@pytest.mark.parametrize(("theme", "width"), [("light", 1280), ("dark", 390)])
def test_no_part_breaks_a_rule(visit, tmp_path, theme, width):
    script = os.environ.get("AXE_CORE")
    if not script:
        pytest.skip("AXE_CORE does not name an axe.min.js")
    file = write_audit(tmp_path, PlantedAudit(only=("sex", "pitch")))
    page = visit(file, viewport={"width": width, "height": 900}, color_scheme=theme)
    page.evaluate(Path(script).read_text(encoding="utf-8"))
    for part in parts(page):
        show(page, part)
        page.evaluate("() => document.querySelectorAll('section.shown details').forEach(d => { d.open = true; })")
        settle(page)
        assert page.evaluate(VIOLATIONS, RULES) == [], part
