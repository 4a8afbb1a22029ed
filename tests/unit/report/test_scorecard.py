import pandas as pd
import pytest

from exoprobe.report.scorecard import write_scorecard

ROW = {
    "quantity": "lenet_mav_accuracy", "unit": "percent", "ours": 62.5, "difference": -27.4, "verdict": "not reproduced",
    "sd": 17.6777, "seeds": 2,
}  # fmt: skip


@pytest.mark.parametrize(("paper", "shown"), [(89.9, True), (None, False)])
def test_both_files_hold_the_card_and_the_paper_s_numbers_where_there_are_any(tmp_path, paper, shown):
    card = pd.DataFrame([{**ROW, "paper": paper}])
    write_scorecard(card, tmp_path / "card.csv", tmp_path / "card.html", caption="MNIST, 2 seeds")
    assert pd.read_csv(tmp_path / "card.csv")["ours"].tolist() == [62.5]
    html = (tmp_path / "card.html").read_text(encoding="utf-8")
    assert "<p>MNIST, 2 seeds</p>" in html
    assert "sd over seeds" in html
    assert ("<th>paper</th>" in html) is shown
    assert ("-27.40" in html) is shown


def test_a_phone_shows_a_row_as_a_block(visit, tmp_path):
    card = pd.DataFrame([{**ROW, "paper": 89.9}])
    write_scorecard(card, tmp_path / "card.csv", tmp_path / "card.html", caption="MNIST, 2 seeds")
    page = visit(tmp_path / "card.html", viewport={"width": 390, "height": 800}, wait=False)
    assert page.evaluate("() => document.documentElement.scrollWidth") == 390
    assert page.locator("td").nth(5).bounding_box()["y"] > page.locator("td").nth(4).bounding_box()["y"]
    shown = "cell => getComputedStyle(cell, '::before').content"
    assert page.locator("td").nth(4).evaluate(shown) == '"verdict"'
