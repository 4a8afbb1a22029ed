"""What an audit computes of one representation, step by step."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd
import psutil

from exoprobe.config.audit_settings import AuditSettings
from exoprobe.embeddings.import_features import import_features
from exoprobe.evaluation.beyond import beyond_table
from exoprobe.evaluation.erasure_choice import choose_erasures
from exoprobe.evaluation.erasure_effect import erasure_tables
from exoprobe.evaluation.factor_geometry import geometry_tables
from exoprobe.evaluation.learning import learning_tables
from exoprobe.evaluation.probe_files import ProbeFiles
from exoprobe.evaluation.recognition_by import recognition_tables
from exoprobe.evaluation.sensitivity import sensitivity_table
from exoprobe.evaluation.shift import shift_table
from exoprobe.evaluation.tables import write_tables
from exoprobe.probes.probe_data import Representation, open_representation
from exoprobe.probes.registry import general_probe_names
from exoprobe.probes.run import join_results, probe
from exoprobe.provenance import exoprobe_version

FIRST = "linear"  # the probe of the first verdicts
RESULTS = ("predictions", "search")


@dataclass(frozen=True)
class Dataset:
    """The files of an audit's dataset, and the folder for what is computed of it."""

    folder: Path
    samples: Path
    factors: Path
    notes: Path


@dataclass
class AuditSteps:
    """The steps of an audit for one representation.

    Attributes:
        settings: what to compute.
        name: of the representation.
        dataset: what it is a representation of.
        sources: the user's feature files, one per training seed.
        described: the tables that were written so far.
    """

    settings: AuditSettings
    name: str
    dataset: Dataset
    sources: Sequence[Path]
    described: list[Path] = field(default_factory=list)

    @property
    def features(self) -> list[Path]:
        """The feature files as the library reads them, one per training seed."""
        return [self.dataset.folder / self.name / f"features_{seed}.parquet" for seed in range(len(self.sources))]

    @property
    def probes(self) -> ProbeFiles:
        """What all probes predicted."""
        return self._probe_files("")

    @property
    def first_probes(self) -> ProbeFiles:
        """What the first probe predicted."""
        return self._probe_files(FIRST)

    def import_features(self) -> None:
        """Store the features of each training seed."""
        for source, path in zip(self.sources, self.features, strict=True):
            import_features(
                source, self.dataset.samples, path, id_column=self.settings.roles.id, layer=self.name,
                code_digest=f"exoprobe {exoprobe_version()}", dtype=self.settings.dtype,
            )  # fmt: skip

    def probe_first(self) -> None:
        """Fit the first probe, and measure selectivity."""
        for path in self.features:
            paths = {what: self._result(path, what, FIRST) for what in RESULTS}
            probe(self._open(path), {**paths, "selectivity": self._result(path, "selectivity")}, probes={FIRST: None})

    def probe_rest(self) -> None:
        """Fit the other probes."""
        rest = [name for name in general_probe_names() if name != FIRST]
        for path in self.features:
            first, others = ({what: self._result(path, what, of) for what in RESULTS} for of in (FIRST, "others"))
            probe(self._open(path), others, probes=dict.fromkeys(rest))
            join_results([first, others], {what: self._result(path, what) for what in RESULTS})

    def plant(self) -> None:
        """Plant factors and look for them."""
        table = sensitivity_table(self._open(), self.dataset.samples, margin=self.settings.margin)
        self._write({"sensitivity": table})

    def learn(self) -> None:
        """Fit probes on fewer groups."""
        self._write(learning_tables(self._open(), self.dataset.samples, self.dataset.factors))

    def describe_structure(self) -> None:
        """Describe how the factors are encoded."""
        dataset, label_is_group = self.dataset, self.settings.label_is_group
        files = (dataset.samples, dataset.factors, self.features[0])
        self._write(geometry_tables(*files, label_is_group=label_is_group))
        self._write(recognition_tables(*files, label_is_group=label_is_group))

    def compare_with_given(self) -> None:
        """Set factors against what is known."""
        probes, settings = self.probes, self.settings
        tables = beyond_table(
            self._open(), self.dataset.samples, self.dataset.factors, probes.predictions[0], probes.searches[0],
            given=settings.given, label=settings.known_label,
        )  # fmt: skip
        self._write(tables)

    def measure_shift(self) -> None:
        """Ask whether factors hurt the label."""
        self._write(shift_table(self._open(), self.dataset.samples, label=self.settings.known_label))

    def erase(self, erasers: Path) -> None:
        """Erase factors; the erasers go to a folder."""
        settings, dataset = self.settings, self.dataset
        tables = erasure_tables(
            self._open(), dataset.samples, dataset.factors, general_probe_names(),
            erase=choose_erasures(settings.erase, dataset.samples, dataset.factors, self.probes, settings.margin),
            label_is_group=settings.label_is_group, label=settings.known_label, folder=erasers / self.name,
        )  # fmt: skip
        self._write(tables)

    def _probe_files(self, of: str) -> ProbeFiles:
        predictions, searches = ([self._result(path, what, of) for path in self.features] for what in RESULTS)
        selectivities = [self._result(path, "selectivity") for path in self.features]
        return ProbeFiles(predictions, searches, selectivities, self.name in self.settings.controls, self.features)

    def _open(self, features: Path | None = None) -> Representation:
        """Open the features of one training seed; of the first, if none is named."""
        # The stage's share, beside what the caller holds already.
        memory_mb = self.settings.memory_mb + psutil.Process().memory_info().rss / 2**20
        return open_representation(
            self.dataset.samples, self.dataset.factors, features or self.features[0],
            memory_mb=memory_mb, device=self.settings.device,
        )  # fmt: skip

    def _write(self, tables: Mapping[str, pd.DataFrame]) -> None:
        paths = {name: self.features[0].with_name(f"{name}.parquet") for name in tables}
        write_tables(tables, dict(paths))
        self.described.extend(paths.values())

    @staticmethod
    def _result(features: Path, what: str, of: str = "") -> Path:
        """Return a file of the probe stage: of the first probe, of the others, or of all."""
        return features.with_name("_".join(filter(None, (features.stem, what, of))) + ".parquet")
