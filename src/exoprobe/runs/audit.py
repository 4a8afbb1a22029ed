"""Representations to audit."""

from dataclasses import dataclass
from typing import Any

from exoprobe.config.audit import CONTROL, Audit
from exoprobe.config.model import Config


@dataclass(frozen=True)
class AuditRuns:
    """The user's representations and, where there are images, their random projection.

    Attributes:
        config: the configuration.
    """

    config: Config

    @property
    def section(self) -> Audit:
        """The configuration's section."""
        return self.config.audit

    @property
    def label(self) -> str | None:
        """The class that features are meant to encode: who or what they are of, if nothing else is said."""
        return self.section.label or self.section.group

    @property
    def label_is_group(self) -> bool:
        """Whether the class is the group."""
        return self.label == self.section.group

    @property
    def files(self) -> dict[str, list[str]]:
        """Name → the user's files, one per training seed."""
        return {name: entry.features for name, entry in self.section.representations.items()}

    @property
    def seeds(self) -> dict[str, int]:
        """Name → how many training seeds, of every representation."""
        return {name: len(entry["files"]) or 1 for name, entry in self.metadata.items()}

    @property
    def metadata(self) -> dict[str, dict[str, Any]]:
        """Name → title, files and whether it is a control."""
        described = {
            name: {"title": entry.title, "files": entry.features, "control": entry.control}
            for name, entry in self.section.representations.items()
        }
        if self.section.images is not None:
            described[CONTROL] = {"title": "random projection of the images", "files": [], "control": True}
        return described

    @property
    def controls(self) -> list[str]:
        """Representations that have learned nothing."""
        return [name for name, entry in self.metadata.items() if entry["control"]]

    @property
    def image_file(self) -> str | None:
        """The images, if they lie in one file."""
        return self.section.images if isinstance(self.section.images, str) else None

    @property
    def image_folder(self) -> dict[str, str] | None:
        """The folder and the column with the images' names, if they do not."""
        images = self.section.images
        return None if images is None or isinstance(images, str) else images.model_dump()

    @staticmethod
    def features(name: str, seed: int | str = 0) -> str:
        """Return the feature file of a representation."""
        return f"results/features/audit/{name}/seed{seed}.parquet"

    def probes(self, what: str) -> list[str]:
        """Return a probe's files of every representation, training seed by training seed."""
        return [
            f"results/probes/audit/{name}/seed{seed}/{what}.parquet"
            for name, seeds in self.seeds.items()
            for seed in range(seeds)
        ]

    def described(self, tables: list[str]) -> list[str]:
        """Return the tables that are made for one representation at a time, of all of them."""
        return [f"results/probes/audit/{name}/{table}.parquet" for name in self.seeds for table in tables]
