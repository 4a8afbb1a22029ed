"""What an audit computes: one description for the workflow, the command line and Python."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import TYPE_CHECKING, Any

from exoprobe.config.audit import CONTROL
from exoprobe.datasets.column_roles import Roles
from exoprobe.datasets.layer_axis import common_layers, layer_names, layer_of

if TYPE_CHECKING:
    from exoprobe.config.model import Config  # every model of the workflow


@dataclass(frozen=True)
class AuditedRepresentation:
    """One representation of an audit.

    Attributes:
        title: for readers.
        files: as the user gave them, one per training seed; none for the projection of the images.
        control: it has learned nothing.
    """

    title: str
    files: Sequence[str] = ()
    control: bool = False

    @property
    def seeds(self) -> int:
        """How many training seeds it has."""
        return max(1, len(self.files))


@dataclass(frozen=True)
class AuditSettings:
    """The settings of an audit.

    Attributes:
        representations: by name.
        factors: the table's file, as the user gave it; None where nothing is configured.
        roles: what its columns are; the label is the group unless it is given.
        given: names of factors, or of the label, that all others are set against; None for the label and the
            strongest other factor.
        erase: ``leaks``, ``all``, ``none``, or names of factors, see
            :func:`exoprobe.evaluation.erasure_choice.choose_erasures`.
        rows: whole groups are drawn up to so many rows; None for all.
        seed: of this draw and of the split.
        permutations: for the p-values; None for as many as the number of factors needs.
        margin: the skill that would matter.
        dtype: of the stored features.
        device: ``auto``, ``cpu`` or ``cuda``, of the linear probes.
        memory_mb: MiB that a stage may hold; larger features are read batch by batch.
    """

    representations: Mapping[str, AuditedRepresentation]
    factors: str | None
    roles: Roles = field(default_factory=Roles)
    given: Sequence[str] | None = None
    erase: str | Sequence[str] = "leaks"
    rows: int | None = None
    seed: int = 0
    permutations: int | None = None
    margin: float = 0.1
    dtype: str = "float32"
    device: str = "auto"
    memory_mb: int = 3000

    @property
    def seeds(self) -> dict[str, int]:
        """How many training seeds each representation has."""
        return {name: entry.seeds for name, entry in self.representations.items()}

    @property
    def controls(self) -> list[str]:
        """The representations that have learned nothing."""
        return [name for name, entry in self.representations.items() if entry.control]

    @property
    def label_is_group(self) -> bool:
        """Whether the label is a group column."""
        return self.roles.label_is_group

    @property
    def known_label(self) -> str | None:
        """The label's column, where it is not the groups'."""
        return None if self.label_is_group else self.roles.label

    @property
    def input_names(self) -> list[str]:
        """What the input files are called: the feature files of each representation, then the table."""
        features = [f"{name}: {file}" for name, entry in self.representations.items() for file in entry.files]
        return [*features, f"factors: {self.factors}"]

    def described(self) -> dict[str, Any]:
        """Return all settings as plain values, for provenance.json."""
        return asdict(self)

    def metadata(self) -> dict[str, Any]:
        """Return the settings that :func:`exoprobe.evaluation.audit_metadata.write_metadata` needs."""
        return {
            "representations": {
                name: {"title": entry.title, "files": list(entry.files), "control": entry.control}
                for name, entry in self.representations.items()
            },
            "factors_file": self.factors,
            "label": self.roles.label,
            "group": self.roles.group_name,
            "label_is_group": self.roles.label is not None and self.label_is_group,
            "kinds": dict(self.roles.kinds or {}),
            "permutations": self.permutations,
            "margin": self.margin,
        }


def audit_settings(config: "Config") -> AuditSettings:
    """Return the settings of a configuration that has been checked.

    Args:
        config: the configuration.
    """
    audit = config.audit
    representations = {
        name: AuditedRepresentation(entry.title, tuple(entry.features), entry.control)
        for name, entry in audit.representations.items()
    }
    if audit.images is not None:
        representations[CONTROL] = AuditedRepresentation("random projection of the images", control=True)
    return AuditSettings(
        representations,
        config.images.table or audit.factors,
        audit.roles().labeled(),
        given=audit.given,
        erase=audit.erase,
        rows=audit.rows,
        seed=config.seeds[0],
        permutations=audit.permutations,
        margin=audit.margin,
        dtype=config.feature_dtype,
        device=config.device,
        memory_mb=config.probe_memory_mb,
    )


def by_layer(named: Mapping[str, AuditedRepresentation]) -> dict[str, AuditedRepresentation]:
    """Return every layer of arrays [N, L, D] as a representation."""
    expanded = {}
    for name, entry in named.items():
        layers = common_layers(entry.title, entry.files)
        if not layers:
            expanded[name] = entry
        for layer in range(layers):
            key, title = layer_names(name, entry.title, layer)
            files = tuple(layer_of(file, layer) for file in entry.files)
            expanded[key] = replace(entry, title=title, files=files)
    return expanded
