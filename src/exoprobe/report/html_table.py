"""A table as an HTML page, for the report."""

import json
from collections.abc import Sequence
from pathlib import Path

from exoprobe.io.files import atomic_write

PAGE = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>exoprobe: {title}</title>
<style>
:root {{ color-scheme: light dark }}
body {{ font: 15px/1.5 system-ui, sans-serif; margin: 2rem }}
body {{ color: light-dark(#222, #e7e8ea); background: light-dark(#fff, #15171a) }}
div {{ overflow-x: auto }}
table {{ border-collapse: collapse }}
th, td {{ padding: .25rem .9rem; text-align: right; border-bottom: 1px solid light-dark(#ddd, #33373d) }}
td {{ font-variant-numeric: tabular-nums }}
th:nth-child(-n+{leading}), td:nth-child(-n+{leading}) {{ text-align: left }}
@media print {{ :root {{ color-scheme: light }} }}
@media (max-width: 40rem) {{
  body {{ margin: 1rem }}
{narrow}
}}
</style></head><body>
<h1>{title}</h1>
<p>{caption}</p>
<div tabindex="0" role="region" aria-label="{title}">
{table}
</div>
</body></html>
"""
NARROW = """\
  table, tbody {{ display: block }}
  thead {{ display: none }}
  tr {{ display: block; border-bottom: 1px solid light-dark(#ddd, #33373d); padding: .4rem 0 }}
  td {{ display: flex; gap: 1rem; border: 0; padding: 0; overflow-wrap: anywhere }}
  td:first-child {{ font-weight: 600 }}
  td:empty {{ display: none }}
  td:not(:first-child)::before {{ margin-right: auto; color: light-dark(#5c6168, #a2a7ae) }}
{names}"""


def write_html_table(
    path: str | Path, table: str, *, title: str, caption: str, leading: int, columns: Sequence[str] = ()
) -> None:
    """Write a page with one table.

    Args:
        path: the HTML file.
        table: the ``<table>`` element.
        title: above it.
        caption: a line that says what data this is.
        leading: how many columns from the left hold names, not numbers.
        columns: what they are called, so that a phone can show a row as a block of lines; else it scrolls.
    """
    names = "\n".join(
        f"  td:nth-child({rank})::before {{ content: {json.dumps(name)} }}" for rank, name in enumerate(columns[1:], 2)
    )
    narrow = NARROW.format(names=names) if columns else ""
    page = PAGE.format(title=title, caption=caption, table=table, leading=leading, narrow=narrow)
    with atomic_write(path) as temporary:
        temporary.write_text(page, encoding="utf-8")
