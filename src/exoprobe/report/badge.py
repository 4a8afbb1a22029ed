"""A badge for a README: what became of the checks, as an SVG."""

from xml.sax.saxutils import escape

NAME = "exoprobe"
COLORS = {"held": "#1a7f37", "broken": "#b42318", "inconclusive": "#6b5900"}  # white text on each is 4.5 : 1 or more
NARROW, LETTER, MARGIN, HEIGHT = 3.5, 7, 10, 20  # pixels, of i, j, l and of other letters of Verdana at 11 px
SVG = """\
<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" role="img" aria-label="{text}">
<title>{text}</title>
<rect width="{width}" height="{height}" rx="3" fill="#444"/>
<path fill="{color}" d="M{left} 0h{right}a3 3 0 0 1 3 3v14a3 3 0 0 1-3 3h-{right}z"/>
<g fill="#fff" font-family="Verdana,DejaVu Sans,sans-serif" font-size="11" text-anchor="middle">
<text x="{name_at}" y="14" textLength="{name_length}">{name}</text>
<text x="{status_at}" y="14" textLength="{status_length}">{status}</text>
</g>
</svg>
"""


def badge(status: str) -> bytes:
    """Return an SVG of 20 pixels' height that says ``exoprobe`` and what became of the checks.

    Args:
        status: held, broken or inconclusive.
    """
    name_length, status_length = _length(NAME), _length(status)
    left, right = name_length + 2 * MARGIN, status_length + 2 * MARGIN
    return SVG.format(
        width=left + right,
        height=HEIGHT,
        left=left,
        right=right - 3,  # the rounded corners are 3 pixels wide
        color=COLORS[status],
        text=escape(f"{NAME}: {status}"),
        name=NAME,
        name_at=left / 2,
        name_length=name_length,
        status=status,
        status_at=left + right / 2,
        status_length=status_length,
    ).encode()


def _length(text: str) -> float:
    """Return about how long a word is, in pixels."""
    return sum(NARROW if letter in "ijl" else LETTER for letter in text)
