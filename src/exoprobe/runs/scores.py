"""Runs that are scored together: what the score stage reads."""

from dataclasses import dataclass, field

KINDS = ("samples", "factors", "predictions", "search")

Key = tuple[str, str, str, int]  # task, representation, layer and training seed


@dataclass
class ScoreRuns:
    """Representations that are scored into one table, and their files.

    Attributes:
        keys: of each.
        files: of each, by kind: samples, factors, predictions and search.
    """

    keys: list[Key] = field(default_factory=list)
    files: dict[str, list[str]] = field(default_factory=lambda: {kind: [] for kind in KINDS})

    def add(self, key: Key, samples: str, factors: str, probes: str) -> None:
        """Add a run, whose probes' files have names that begin alike."""
        self.keys.append(key)
        names = samples, factors, f"{probes}predictions.parquet", f"{probes}search.parquet"
        for kind, file in zip(KINDS, names, strict=True):
            self.files[kind].append(file)
