"""A table as an HTML page, for the report."""

from pathlib import Path

from exoprobe.io.files import atomic_write

PAGE = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>exoprobe: {title}</title>
<style>
body {{ font: 15px/1.5 system-ui, sans-serif; margin: 2rem; color: #222; background: #fff }}
table {{ border-collapse: collapse }}
th, td {{ padding: .25rem .9rem; text-align: right; border-bottom: 1px solid #ddd }}
td {{ font-variant-numeric: tabular-nums }}
th:nth-child(-n+{leading}), td:nth-child(-n+{leading}) {{ text-align: left }}
</style></head><body>
<h1>{title}</h1>
<p>{caption}</p>
{table}
</body></html>
"""


def write_html_table(path: str | Path, table: str, *, title: str, caption: str, leading: int) -> None:
    """Write a page with one table.

    Args:
        path: the HTML file.
        table: the ``<table>`` element.
        title: above it.
        caption: a line that says what data this is.
        leading: how many columns from the left hold names, not numbers.
    """
    with atomic_write(path) as temporary:
        temporary.write_text(PAGE.format(title=title, caption=caption, table=table, leading=leading), encoding="utf-8")
