"""What the open questions compare."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from exoprobe.runs.digits import LAYERS, ROTATION, DigitRuns, Run
from exoprobe.runs.scores import ScoreRuns

FIGURES = ("trade_off", "layers", "unseen_classes", "probe_errors", "perturbed_digits", "perturbations")


@dataclass(frozen=True)
class QuestionRuns:
    """Networks for digits that a question compares, and the files of their probes.

    Attributes:
        digits: the networks.
    """

    digits: DigitRuns

    @property
    def trade_off_runs(self) -> list[Run]:
        """Networks and seeds of the trade-off."""
        return _runs(self.digits.config.questions.trade_off)

    @property
    def unseen_runs(self) -> list[Run]:
        """Networks and seeds that are trained on some of the classes."""
        return _runs(self.digits.config.questions.unseen_classes)

    @property
    def layer_runs(self) -> list[tuple[str, str, int]]:
        """Networks, layers and seeds of the question of depth."""
        question = self.digits.config.questions.layers
        return [
            (name, layer, seed) for name, of in question.networks.items() for layer in of for seed in question.seeds
        ]

    @property
    def perturbed_runs(self) -> list[tuple[str, str, int]]:
        """Tasks, networks and seeds of the perturbations."""
        return [
            (task, *run) for task in self.digits.perturbed for run in _runs(self.digits.config.questions.perturbations)
        ]

    @property
    def ranges(self) -> dict[str, Any]:
        """Perturbations, and from which values each is drawn."""
        return {name: entry.model_dump() for name, entry in self.digits.config.questions.perturbations.ranges.items()}

    @property
    def alike(self) -> list[str]:
        """Networks of the trade-off that differ in nothing but what they are trained for."""
        names = self.digits.config.questions.trade_off.networks
        return [name for name in names if self.digits.config.networks[name].architecture == "lenet"]

    @property
    def configured(self) -> dict[str, Any]:
        """The values of the settings that were searched."""
        return {
            name: {**self.digits.recipe(f"{ROTATION}/{name}"), **self.digits.config.networks[name].settings}[setting]
            for name, settings in self.digits.config.questions.trade_off.search.items()
            for setting in settings
        }

    @property
    def unseen_title(self) -> str:
        """What is compared on digits that were not trained on."""
        classes = ", ".join(map(str, self.digits.config.questions.unseen_classes.train_classes))
        return f"digits: trained on {classes}, the others enrolled"

    def caption(self, task: str) -> str:
        """Return what the networks of a task have seen."""
        question, recipe = self.digits.question(task), self.digits.config.recipes[self.digits.config.questions.recipe]
        images = getattr(question, "max_steps", recipe.max_steps) * recipe.batch_size
        counts = self.digits.config.digits.counts
        return f"{self.digits.title}, {counts.train:,} training digits, {images:,} images seen in all"

    def title(self, name: str) -> str:
        """Return a network's title."""
        return self.digits.config.networks[name].title

    def titles(self, names: Iterable[str]) -> dict[str, str]:
        """Return networks' titles."""
        return {name: self.title(name) for name in names}

    def up_to_last(self, names: Sequence[str]) -> list[str]:
        """Return the configured networks up to the last of some, which say how each looks in every figure."""
        configured = list(self.digits.config.networks)
        return configured[: max(map(configured.index, names)) + 1]

    def searches(self, task: str, runs: Iterable[Run]) -> list[str]:
        """Return the search results of some runs of a task."""
        return [f"{self._probes(task, name, seed)}search.parquet" for name, seed in runs]

    def scores(self, question: str) -> ScoreRuns:
        """Return the runs of the trade-off, the layers or the perturbations, to be scored."""
        keys = {
            "trade_off": [(ROTATION, name, "ip1", seed) for name, seed in self.trade_off_runs],
            "layers": [(LAYERS, *run) for run in self.layer_runs],
            "perturbations": [(task, name, "ip1", seed) for task, name, seed in self.perturbed_runs],
        }
        runs = ScoreRuns()
        for task, name, layer, seed in keys[question]:
            samples, factors = self.digits.probed_samples(task), self.digits.task_factors(task)
            runs.add((task, name, layer, seed), samples, factors, self._probes(task, name, seed, layer))
        return runs

    def features(self, task: str, runs: Iterable[Run]) -> list[str]:
        """Return the ip1 features of some runs of a task."""
        return [f"results/features/{self.digits.dataset}/{task}/{name}/seed{seed}/ip1.parquet" for name, seed in runs]

    def _probes(self, task: str, name: str, seed: int, layer: str = "ip1") -> str:
        return f"results/probes/{self.digits.dataset}/{task}/{name}/seed{seed}/{layer}_"


def _runs(question: Any) -> list[Run]:  # noqa: ANN401
    return [(name, seed) for name in question.networks for seed in question.seeds]
