"""Features of a user's own pictures."""

import os
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from exoprobe.config.images import Images, needs_landmarks
from exoprobe.config.model import Config
from exoprobe.runs.faces import DLIB_RESNET

TABLE_NOTES = "results/data/images/notes.json"


@dataclass(frozen=True)
class ImageRuns:
    """The networks that see the pictures.

    Attributes:
        config: the configuration.
    """

    config: Config

    @property
    def section(self) -> Images:
        """The configuration's section."""
        return self.config.images

    @property
    def networks(self) -> dict[str, dict[str, Any]]:
        """Name → settings."""
        return {name: entry.model_dump(exclude_none=True) for name, entry in self.section.networks.items()}

    @property
    def layers(self) -> list[str]:
        """The layers of all networks."""
        return sorted({layer for entry in self.section.networks.values() for layer in entry.layers})

    @property
    def notes(self) -> list[str]:
        """What the audit's page says of the pictures."""
        if self.section.folder is None:
            return []
        return [TABLE_NOTES, *(f"results/features/images/{network}/shards/0.json" for network in self.networks)]

    @cached_property
    def count(self) -> int:
        """How many files the folder holds, so that a mended one is looked at again."""
        return sum(len(files) for _, _, files in os.walk(self.section.folder)) if self.section.folder else 0

    def weights(self, network: str) -> str | None:
        """Return the file that holds a network's weights."""
        entry = self.section.networks[network]
        return entry.weights or (DLIB_RESNET if entry.adapter == "dlib_resnet" else None)

    def landmarks(self, network: str, shard: str) -> list[str]:
        """Return the landmarks of a shard, for a network that sees faces."""
        aligned = needs_landmarks(self.networks[network])
        return [f"results/data/images/landmarks/{shard}.parquet"] if aligned else []
