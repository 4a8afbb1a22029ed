"""Reading factors linearly: support vector machines for classes, ridge regression for numbers and angles."""

from collections.abc import Iterator

import numpy as np

from exoprobe.features.blocks import Blocks
from exoprobe.features.moments import measure_moments
from exoprobe.probes.attributes import PENALTIES as MACHINE_PENALTIES
from exoprobe.probes.linear_readouts import LinearReadouts
from exoprobe.probes.linear_regression import PENALTIES as RIDGE_PENALTIES
from exoprobe.probes.linear_regression import fit_ridge_path
from exoprobe.probes.reading import Reading, skills_on
from exoprobe.probes.scaled_splits import Features, Rows
from exoprobe.probes.svm.linear_svm import LinearSVMs
from exoprobe.probes.targets import Targets, join_targets

OBJECTIVE_GAP = 1e-5  # of a machine's minimum; no decision hangs on less


def read_linearly(
    features: Features, rows: Rows, targets: Targets, *, memory_mb: float | None = None, device: str = "cpu"
) -> list[Reading]:
    """Fit on train, choose each factor's penalty on validation, read test.

    Args:
        features: of some rows, bool [N].
        rows: which are train, validation and test, bool [N] each.
        targets: of all N samples.
        memory_mb: what the fit may hold, see :class:`~exoprobe.probes.svm.linear_svm.LinearSVMs`.
        device: ``auto``, ``cpu`` or ``cuda``.

    Returns:
        A reading of the classes, and one of each set of numbers that are known for the same samples.
    """
    readings = []
    for part in _fitted_together(targets):
        if part.is_class.all():
            readouts = _fit_machines(features(rows["train"]), part, rows["train"], memory_mb, device)
        else:
            known = rows["train"] & part.factors[0].known
            path = fit_ridge_path(measure_moments(features(known), part.columns[known]))
            readouts = LinearReadouts(path.coef, path.intercept, RIDGE_PENALTIES)
        readings.append(_choose_and_read(readouts, features, rows, part))
    return readings


def _fitted_together(targets: Targets) -> Iterator[Targets]:
    """Yield the classes, whose machines leave out unknown rows, and the numbers by which rows are known."""
    together: dict[object, list] = {}
    for place, factor in enumerate(targets.factors):
        key = "class" if targets.is_class[targets.of(place)].all() else factor.known.tobytes()
        together.setdefault(key, []).append(factor)
    return map(join_targets, together.values())


def _fit_machines(
    train: Blocks, targets: Targets, rows: np.ndarray, memory_mb: float | None, device: str
) -> LinearReadouts:
    names = [targets.factors[place].name for place in targets.owner]
    machines = LinearSVMs(
        MACHINE_PENALTIES,
        class_weight="balanced",
        tolerance=OBJECTIVE_GAP,
        memory_mb=memory_mb,
        device=device,
    ).fit(train, targets.columns[rows], names)
    return LinearReadouts(machines.coef_, machines.intercept_, MACHINE_PENALTIES)


def _choose_and_read(readouts: LinearReadouts, features: Features, rows: Rows, targets: Targets) -> Reading:
    tried = readouts.outputs(features(rows["validation"]))
    skills = skills_on(targets, rows["validation"], rows["train"], tried)
    chosen = skills.argmax(0)
    (outputs,) = readouts.at(chosen[targets.owner]).outputs(features(rows["test"]))
    return Reading(targets, targets.read(outputs), readouts.penalties, skills, chosen)
