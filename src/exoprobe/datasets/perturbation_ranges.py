"""From which values perturbations are drawn."""

from exoprobe.errors import ExoprobeError

Range = dict[str, list[float]]  # inside: [low, high], outside: [low, high]


def check_range(name: str, ranges: Range) -> None:
    """Refuse a range from which nothing could be drawn.

    Args:
        name: to be named by.
        ranges: ``inside``, and ``outside``, which holds it and is wider, at one end or at both.

    Raises:
        ExoprobeError: naming what is wrong.
    """
    (low, high), (lowest, highest) = ranges["inside"], ranges["outside"]
    if low >= high:
        raise ExoprobeError(f"{name}.inside is [{low}, {high}]; the first must be the lower")
    if not (lowest <= low and high <= highest and highest - lowest > high - low):
        raise ExoprobeError(
            f"{name}.outside is [{lowest}, {highest}]; it must hold inside, [{low}, {high}], and be wider"
        )
