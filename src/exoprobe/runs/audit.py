"""Representations to audit, and their files in a workflow."""

from dataclasses import dataclass

from exoprobe.config.audit_settings import AuditSettings, audit_settings
from exoprobe.config.model import Config


@dataclass(frozen=True)
class AuditRuns:
    """The user's representations and, where there are images, their random projection.

    Attributes:
        config: the configuration.
    """

    config: Config

    @property
    def folder(self) -> str:
        """The folder of its files, within results, results/data …: of its own where the audit has a name."""
        name = self.config.audit.name
        return "audit" if name is None else f"audits/{name}"

    @property
    def settings(self) -> AuditSettings:
        """What the audit computes."""
        return audit_settings(self.config)

    @property
    def files(self) -> dict[str, list[str]]:
        """Name → the user's files, one per training seed."""
        return {name: list(entry.files) for name, entry in self.settings.representations.items() if entry.files}

    @property
    def seeds(self) -> dict[str, int]:
        """Name → how many training seeds, of every representation."""
        return self.settings.seeds

    @property
    def image_file(self) -> str | None:
        """The images, if they lie in one file."""
        images = self.config.audit.images
        return images if isinstance(images, str) else None

    @property
    def image_folder(self) -> dict[str, str] | None:
        """The folder and the column with the images' names, if they do not."""
        images = self.config.audit.images
        return None if images is None or isinstance(images, str) else images.model_dump()

    def features(self, name: str, seed: int | str = 0) -> str:
        """Return the feature file of a representation."""
        return f"results/features/{self.folder}/{name}/seed{seed}.parquet"

    def probes(self, what: str, representation: str | None = None) -> list[str]:
        """Return the probe stage's files of a representation, or of every one, training seed by training seed."""
        return [
            f"results/probes/{self.folder}/{name}/seed{seed}/{what}.parquet"
            for name, seeds in self.seeds.items()
            if representation in (None, name)
            for seed in range(seeds)
        ]

    def described(self, tables: list[str]) -> list[str]:
        """Return the tables that are made for one representation at a time, of all of them."""
        return [f"results/probes/{self.folder}/{name}/{table}.parquet" for name in self.seeds for table in tables]
