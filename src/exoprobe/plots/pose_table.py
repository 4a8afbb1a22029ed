"""Table 1: how well pose is decodable from each representation, beside what a constant would score."""

import html
import re
import textwrap
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from exoprobe.evaluation.pose_errors import TOTAL, range_names
from exoprobe.io.files import atomic_write, write_table
from exoprobe.report.html_table import write_html_table

MAIN = "abs_yaw"
NOTHING = "–"  # where there are no samples, or too few identities for an interval
HEADING_WIDTH = 12  # characters per line of a column's heading in LaTeX
TITLE = "Pose predicted from deep features"
NOTE = (
    "mean absolute difference in degrees between the angle predicted by a linear regression and the annotated one, "
    "with 95 % intervals over identities; constant: the error of always predicting the training median"
)
LATEX = """% Needs \\usepackage{{booktabs}}.
\\begin{{table}}
\\centering
\\caption{{{caption}}}
\\footnotesize
\\setlength{{\\tabcolsep}}{{3pt}}
\\begin{{tabular}}{{l{columns}}}
\\toprule
{heading} \\\\
\\midrule
{blocks}
\\bottomrule
\\end{{tabular}}
\\end{{table}}
"""
ESCAPES = {
    **{character: f"\\{character}" for character in "&%$#_{}"},
    **{character: f"${character}$" for character in "|<>"},
    "\\": r"\textbackslash{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "°": r"$^\circ$",
    "²": r"$^2$",
    "−": "$-$",
    "–": "--",
    "µ": r"$\mu$",
}


@dataclass(frozen=True)
class PoseTable:
    """The table's texts, for any format.

    Attributes:
        columns: the heading of each column.
        blocks: the rows of each block, a text per column.
    """

    columns: list[str]
    blocks: list[list[list[str]]]


def write_pose_tables(
    errors: pd.DataFrame, paths: dict[str, str | Path], *, names: dict[str, str], source: str, caption: str
) -> None:
    """Write Table 1.

    Args:
        errors: of :func:`exoprobe.evaluation.pose_errors.pose_errors`; the linear probe is shown.
        paths: the files to write, by ``csv`` (``errors`` itself, in full precision), ``md``, ``tex`` and ``html``.
        names: the name to show for each representation, in their order.
        source: who annotated or estimated the angles.
        caption: a line that says what data this is.
    """
    table = arrange_table(errors, names)
    note = f"{caption}; annotated by: {source}. {NOTE[0].upper()}{NOTE[1:]}."
    texts = {"md": _to_markdown(table, note), "tex": _to_latex(table, note)}
    for kind, text in texts.items():
        with atomic_write(paths[kind]) as temporary:
            temporary.write_text(text, encoding="utf-8")
    write_html_table(paths["html"], _to_html(table), title=TITLE, caption=html.escape(note), leading=1)
    write_table(errors, paths["csv"])


def arrange_table(errors: pd.DataFrame, names: dict[str, str]) -> PoseTable:
    """Put the errors into rows: |yaw| by range, then over all samples, then the other angles over all samples."""
    linear = errors[errors["probe"] == "linear"]
    shown = [name for name in range_names() if not _cells(linear, MAIN, name).empty]
    ranges = [_row(f"{name}°", _cells(linear, MAIN, name), names, "{mae:.1f}") for name in shown]
    total = _cells(linear, MAIN, TOTAL)
    summary = [
        _row("total", total, names, "{mae:.1f}"),
        ["95 %", *_texts(total, names, "[{mae_low:.1f}, {mae_high:.1f}]"), "", ""],
        ["R²", *_texts(total, names, "{r2:z.2f}"), "", ""],
    ]
    others = [target for target in linear["target"].unique() if target != MAIN]
    compact = [_row(f"{name} (R²)", _cells(linear, name, TOTAL), names, "{mae:.1f} ({r2:z.2f})") for name in others]
    blocks = [block for block in (ranges, summary, compact) if block]
    return PoseTable(["|yaw|", *names.values(), "constant", "count"], blocks)


def _cells(errors: pd.DataFrame, target: str, limits: str) -> pd.DataFrame:
    """Return the errors of an angle within a range, by representation."""
    return errors[(errors["target"] == target) & (errors["range"] == limits)].set_index("representation")


def _row(title: str, cells: pd.DataFrame, names: dict[str, str], form: str) -> list[str]:
    first = cells.iloc[0]  # the same for all representations
    return [title, *_texts(cells, names, form), f"{first['constant_mae']:.1f}", f"{first['count']:d}"]


def _texts(cells: pd.DataFrame, names: dict[str, str], form: str) -> list[str]:
    texts = [form.format(**cells.loc[name]) if name in cells.index else NOTHING for name in names]
    return [NOTHING if "nan" in text else text.replace("-", "−") for text in texts]


def _to_markdown(table: PoseTable, caption: str) -> str:
    escaped = [column.replace("|", r"\|") for column in table.columns]
    rows = [escaped, ["---", *["---:"] * (len(escaped) - 1)], *(row for block in table.blocks for row in block)]
    return "\n".join([f"| {' | '.join(row)} |" for row in rows] + ["", caption, ""])


def _to_html(table: PoseTable) -> str:
    def line(cells: list[str], tag: str) -> str:
        return "<tr>" + "".join(f"<{tag}>{html.escape(cell)}</{tag}>" for cell in cells) + "</tr>"

    blocks = ["\n".join(line(row, "td") for row in block) for block in table.blocks]
    bodies = "\n".join(f"<tbody>\n{block}\n</tbody>" for block in blocks)
    return f"<table>\n<thead>{line(table.columns, 'th')}</thead>\n{bodies}\n</table>"


def _to_latex(table: PoseTable, caption: str) -> str:
    blocks = ["\n".join(" & ".join(map(_escape, row)) + r" \\" for row in block) for block in table.blocks]
    return LATEX.format(
        caption=_escape(caption),
        columns="r" * (len(table.columns) - 1),
        heading=" & ".join(map(_stack, table.columns)),
        blocks="\n\\midrule\n".join(blocks),
    )


def _stack(heading: str) -> str:
    """Break a heading into lines, so that many columns fit the page."""
    lines = [_escape(line) for line in textwrap.wrap(heading, HEADING_WIDTH)]
    return r"\shortstack[r]{" + r" \\ ".join(lines) + "}"


def _escape(text: str) -> str:
    """Write a text so that plain LaTeX sets it, whatever the fonts' encoding."""
    return re.sub("|".join(map(re.escape, ESCAPES)), lambda match: ESCAPES[match[0]], text)
