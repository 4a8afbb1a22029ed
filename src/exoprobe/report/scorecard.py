"""The scorecard as files."""

from pathlib import Path

import pandas as pd

from exoprobe.io.files import atomic_write
from exoprobe.report.html_table import write_html_table


def write_scorecard(card: pd.DataFrame, csv: str | Path, html: str | Path, *, caption: str) -> None:
    """Write the scorecard as CSV and as an HTML table for the report, under a caption.

    Args:
        card: of :func:`exoprobe.evaluation.scorecard.judge_scorecard`.
        csv: the CSV file.
        html: the HTML file.
        caption: what the numbers are of.
    """
    with atomic_write(csv) as temporary:
        card.to_csv(temporary, index=False, float_format="%.4f")
    shown = card.rename(columns={"sd": "sd over seeds"})
    if card["paper"].isna().all():
        shown = shown.drop(columns=["paper", "difference", "verdict"])
    forms = {"difference": "{:+.2f}".format} if "difference" in shown else {}
    table = shown.to_html(
        index=False, na_rep="", float_format="{:.2f}".format, formatters=forms, border=0, justify="left"
    )
    write_html_table(html, table, title="Scorecard", caption=caption, leading=2, columns=[str(name) for name in shown])
