"""Linear probes: balanced linear support vector machines for classes (section 3.1), ridge regression for numbers."""

from collections.abc import Sequence

from exoprobe.datasets.factors import CLASSES
from exoprobe.embeddings.erasure import Projection
from exoprobe.probes.base import Probe
from exoprobe.probes.linear_models import LinearModels
from exoprobe.probes.number_models import NumberModels, fit_numbers
from exoprobe.probes.probe_data import ProbeData
from exoprobe.probes.svm.linear_svm import LinearSVMs
from exoprobe.probes.targets import Targets

CS = tuple(10.0**power for power in range(-6, 1))
OBJECTIVE_GAP = 1e-6  # of an SVM's minimum; at 1e-5 a choice of C on the ORL faces changed


def fit_linear(
    data: ProbeData, targets: Targets, erasers: Sequence[Projection] | None = None
) -> LinearModels | NumberModels:
    """Fit factors of classes, or numbers that are known for the same rows, on train at every C or alpha."""
    return _fit_svms(data, targets) if targets.is_class.all() else fit_numbers(data, targets)


def _fit_svms(data: ProbeData, targets: Targets) -> LinearModels:
    train = data.rows["train"]
    svms = LinearSVMs(
        CS,
        class_weight="balanced",
        tolerance=OBJECTIVE_GAP,
        memory_mb=data.source.memory_mb,
        device=data.source.device,
    ).fit(data.blocks(train), targets.columns[train], [targets.factors[index].name for index in targets.owner])
    return LinearModels(svms.coef_, svms.intercept_, [{"C": C} for C in CS])


def by_solver(targets: Targets) -> list[list[int]]:
    """Fit all classes in one go, whose SVMs leave out unknown rows, and numbers that are known for the same rows."""
    groups: dict[bytes, list[int]] = {}
    for index, factor in enumerate(targets.factors):
        groups.setdefault(b"" if factor.kind in CLASSES else factor.known.tobytes(), []).append(index)
    return list(groups.values())


PROBE = Probe(
    title="linear",
    phrase="the linear probe",
    description="Linear SVMs for classes and ridge regression for numbers and angles, on standardized features; C or "
    "alpha is chosen on validation, and whether a number or its normal score is fitted.",
    fit=fit_linear,
    partition=by_solver,
    general=True,
    repeated=True,
    rank=0,
)
