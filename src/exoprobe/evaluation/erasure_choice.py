"""What is erased from a representation: what leaks, what is named, or everything."""

from collections.abc import Sequence
from pathlib import Path

from exoprobe.errors import ExoprobeError
from exoprobe.evaluation.evaluator import Evaluator
from exoprobe.evaluation.probe_files import ProbeFiles, best_on_validation, read_predictions

LEAKS, ALL, NONE = "leaks", "all", "none"


def choose_erasures(
    erase: str | Sequence[str], samples: str | Path, factors: str | Path, files: ProbeFiles, margin: float
) -> list[list[str]]:
    """Choose what to erase from a representation.

    A leak is what the verdict *leaks* asks of the skill: the interval of the probe that was best on validation lies
    above the margin. P-values, which need all representations, are not awaited.

    Args:
        erase: ``leaks``: each leak by itself; a control, which nobody uses, has none. ``all``: each factor by itself.
            ``none``. Or names of factors: each leak and each of these by itself, and all of these together.
        samples: the dataset.
        factors: of its samples.
        files: what was probed of the representation.
        margin: the skill that would matter.

    Returns:
        The names of the factors of each eraser.

    Raises:
        ExoprobeError: where no factor has one of the names.
    """
    if erase == NONE:
        return []
    evaluator = Evaluator(samples, factors, rare=False)
    names = [factor.name for factor in evaluator.factors]
    if erase == ALL:
        return [[name] for name in names]
    asked = [] if isinstance(erase, str) else list(erase)
    check_erase(asked, names)
    leaking = set() if files.control else _leaking(evaluator, files, margin)
    alone = [[name] for name in names if name in leaking or name in asked]
    return [*alone, asked] if len(asked) > 1 else alone


def check_erase(erase: str | Sequence[str], names: Sequence[str]) -> None:
    """Refuse names of what is no factor.

    Raises:
        ExoprobeError: naming the first, and the factors.
    """
    asked = () if isinstance(erase, str) else erase
    if unknown := [name for name in asked if name not in names]:
        raise ExoprobeError(f"audit.erase: {unknown[0]!r} is no factor here; the factors are {', '.join(names)}")


def _leaking(evaluator: Evaluator, files: ProbeFiles, margin: float) -> set[str]:
    """Return the names of the factors whose best probe's interval lies above the margin."""
    best, predicted = best_on_validation(files), read_predictions(files, evaluator.factors)
    lows = {
        factor.name: evaluator.score(index, predicted[index][best[factor.name]]).interval("skill")[0]
        for index, factor in enumerate(evaluator.factors)
    }
    return {name for name, low in lows.items() if low > margin}
