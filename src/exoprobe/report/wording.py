"""How numbers stand in the page's text: real minus signs, en dashes in ranges, as many digits as mean something."""

import math

NOTHING = "–"  # where a number does not apply


def number(value: float, digits: int = 2) -> str:
    """Return a number with that many decimals."""
    if not math.isfinite(value):
        return NOTHING
    text = f"{value:,.{digits}f}"
    return text.removeprefix("-") if float(text.replace(",", "")) == 0 else text.replace("-", "−")


def count(value: float) -> str:
    """Return a whole number, thousands apart."""
    return number(value, 0)


def share(value: float) -> str:
    """Return a share from 0 to 1 in percent."""
    return f"{number(100 * value, 1)} %" if math.isfinite(value) else NOTHING


def significant(value: float) -> str:
    """Return a number of unknown scale with three significant digits."""
    if not math.isfinite(value):
        return NOTHING
    whole = abs(value) >= 1000
    return number(value, 0) if whole else f"{value:.3g}".replace("-", "−")


def signed(value: float, digits: int = 2) -> str:
    """Return a change with its sign."""
    text = number(value, digits)
    return f"+{text}" if value > 0 and text != number(0, digits) else text


def interval(low: float, high: float, digits: int | None = 2) -> str:
    """Return a range: ``0.25–0.37``, or ``−0.05 to 0.03`` where a dash would be read as a sign.

    Args:
        low: its lower end.
        high: its upper end.
        digits: decimals; None for three significant digits.
    """
    if not (math.isfinite(low) and math.isfinite(high)):
        return ""
    ends = [significant(end) if digits is None else number(end, digits) for end in (low, high)]
    return ("–" if low >= 0 else " to ").join(ends)


def p_value(value: float, permutations: int = 0) -> str:
    """Return a p-value; the least one that so many permutations can give is an upper bound."""
    if not math.isfinite(value):
        return NOTHING
    if permutations and value <= (1 + 1e-4) / (permutations + 1):
        return f"≤ {significant(value)}"
    return "< 0.001" if value < 0.0005 else number(value, 3)


def listed(words: list[str]) -> str:
    """Return ``a, b and c``."""
    return " and ".join(filter(None, [", ".join(words[:-1]), *words[-1:]]))


def counted(amount: int, noun: str) -> str:
    """Return ``1 factor`` or ``3 factors``."""
    return f"{count(amount)} {noun}{'' if amount == 1 else 's'}"


def estimate(value: float, low: float, high: float) -> str:
    """Return ``0.42 (0.35–0.48)``, the interval where there is one."""
    between = interval(low, high)
    return f"{number(value)} ({between})" if between else number(value)


def difference(value: float, low: float, high: float, digits: int = 2) -> str:
    """Return ``−0.42 (−0.48 to −0.35)``."""
    change, *ends = (signed(amount, digits) for amount in (value, low, high))
    return f"{change} ({ends[0]} to {ends[1]})" if math.isfinite(low) and math.isfinite(high) else change


def holm(p_holm: float, p: float, permutations: int) -> str:
    """Return a corrected p-value; where the test could not give less, an upper bound."""
    if permutations and math.isfinite(p_holm) and p <= (1 + 1e-4) / (permutations + 1):
        return f"≤ {significant(p_holm)}"
    return p_value(p_holm)


def first_few(words: list[str], most: int = 3) -> str:
    """Return ``a, b, c and 4 more``."""
    return listed(words) if len(words) <= most + 1 else f"{', '.join(words[:most])} and {len(words) - most} more"


def quoted(title: str) -> str:
    """Set a title of several words in quotation marks, so that a sentence around it can be read."""
    return f"“{title}”" if " " in title else title


def middle(name: str, most: int = 28) -> str:
    """Shorten a name in its middle, so that its end, which often distinguishes it, remains."""
    if len(name) <= most:
        return name
    end = (most - 1) // 2
    return f"{name[: most - 1 - end].rstrip()}…{name[-end:].lstrip()}"


def shortened(values: str, most: int = 8) -> str:
    """Return the first of a list of values, and how many more there are."""
    names = values.split(", ")
    return values if len(names) <= most else f"{', '.join(names[: most - 2])} and {len(names) - most + 2} more values"
