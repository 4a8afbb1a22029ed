import pandas as pd
import pytest

from exoprobe.report.scorecard import write_scorecard

ROW = {"quantity": "lenet_mav_accuracy", "unit": "percent", "ours": 62.5, "sd": 17.6777, "seeds": 2}


@pytest.mark.parametrize(("paper", "shown"), [(89.9, True), (None, False)])
def test_both_files_hold_the_card_and_the_paper_s_numbers_where_there_are_any(tmp_path, paper, shown):
    card = pd.DataFrame([{**ROW, "paper": paper}])
    write_scorecard(card, tmp_path / "card.csv", tmp_path / "card.html", caption="MNIST, 2 seeds")
    assert pd.read_csv(tmp_path / "card.csv")["ours"].tolist() == [62.5]
    html = (tmp_path / "card.html").read_text(encoding="utf-8")
    assert "<p>MNIST, 2 seeds</p>" in html
    assert "sd over seeds" in html
    assert ("<th>paper</th>" in html) is shown
