"""Networks that are trained on digits, for section 4 and for the open questions."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from exoprobe.config.model import Config
from exoprobe.config.training import PAPER, Network
from exoprobe.runs.scores import ScoreRuns

DATASETS = {"mnist": "MNIST", "fashion_mnist": "Fashion-MNIST", "kmnist": "KMNIST"}
DEFAULT_RECIPE = "fast"  # networks trained by another are in folders that end with its name
TOGETHER = "together"  # all perturbations at once
ROTATION, LAYERS, UNSEEN = "rotation", "layers", "unseen_classes"  # tasks of the open questions

LABEL_PROBES = ("head", "nearest_mean", "per_angle_mean")  # of section 4
ANGLE_PROBES = ("linear", "linear_per_label")
TASK_PROBES = ("linear", "linear_per_label", "fourier", "mlp")  # of the open questions

Run = tuple[str, int]  # a network and a seed


@dataclass(frozen=True)
class DigitRuns:
    """Networks that are trained on digits.

    A network's folder is its name for section 4's, with its recipe's where that is not the default: ``lenet``,
    ``lenet_caffe``; for the open questions it is within the task's: ``rotation/lenet``.

    Attributes:
        config: the configuration.
    """

    config: Config

    @property
    def dataset(self) -> str:
        """The name of the dataset."""
        return self.config.digits.dataset

    @property
    def title(self) -> str:
        """The dataset's name in figures."""
        return DATASETS[self.dataset]

    @property
    def samples(self) -> str:
        """The rotated digits."""
        return f"results/data/{self.dataset}/samples.parquet"

    @property
    def factors_file(self) -> str:
        """Their factors."""
        return f"results/data/{self.dataset}/factors.parquet"

    @property
    def scores(self) -> ScoreRuns:
        """Section 4's networks, to be scored."""
        runs = ScoreRuns()
        probes = self.files("results/probes/{dataset}/{model}/seed{seed}/ip1_")
        for (name, seed), files in zip(self.runs, probes, strict=True):
            runs.add((ROTATION, name, "ip1", seed), self.samples, self.factors_file, files)
        return runs

    @property
    def thousands(self) -> float:
        """Images of the dataset, in thousands."""
        counts = self.config.digits.counts
        return (counts.train + counts.validation + counts.test) * len(self.config.digits.angles) / 1000

    @property
    def caption(self) -> str:
        """What section 4's networks have seen, for figures."""
        digits = self.config.digits
        angles = f"{len(digits.angles)} angles from {min(digits.angles)}° to {max(digits.angles)}°"
        return f"{self.title}, {digits.counts.train:,} training digits, {angles}, recipe {self.config.recipe}"

    # Section 4

    @property
    def runs(self) -> list[Run]:
        """Section 4's networks, seed by seed."""
        return [(name, seed) for name in PAPER for seed in self.config.seeds]

    @property
    def first_runs(self) -> list[Run]:
        """Those of the first seed, for pictures of a single feature space."""
        return [(name, self.config.seeds[0]) for name in PAPER]

    @cached_property
    def paper_folders(self) -> dict[str, tuple[str, str]]:
        """Folder → network and recipe."""
        return {
            name if recipe == DEFAULT_RECIPE else f"{name}_{recipe}": (name, recipe)
            for recipe in self.config.recipes
            for name in self.config.networks
        }

    def files(self, pattern: str, runs: Iterable[Run] | None = None) -> list[str]:
        """Return the files of section 4's runs, or of some: ``pattern`` holds {dataset}, {model} and {seed}."""
        folders = {key: folder for folder, key in self.paper_folders.items()}
        return [
            pattern.format(dataset=self.dataset, model=folders[name, self.config.recipe], seed=seed)
            for name, seed in (self.runs if runs is None else runs)
        ]

    # The open questions

    @property
    def perturbed(self) -> dict[str, list[str]]:
        """Tasks on perturbed digits: task → perturbations."""
        ranges = list(self.config.questions.perturbations.ranges)
        return {**{name: [name] for name in ranges}, TOGETHER: ranges}

    @property
    def factors(self) -> dict[str, list[str]]:
        """Task → factors that vary in it."""
        return {ROTATION: ["angle"], UNSEEN: ["angle"], LAYERS: ["angle"], **self.perturbed}

    @cached_property
    def trials(self) -> dict[str, tuple[str, str, Any]]:
        """What was tried in the search: ``pair_lenet@0.3`` → network, setting and value."""
        return {
            f"{name}@{value}": (name, setting, value)
            for name, settings in self.config.questions.trade_off.search.items()
            for setting, values in settings.items()
            for value in values
        }

    @property
    def variants(self) -> list[str]:
        """Networks that a task can have: those configured, and the search's."""
        return [*self.config.networks, *self.trials]

    def question(self, task: str) -> Any:  # noqa: ANN401
        """Return the question that a task belongs to."""
        sections = {ROTATION: "trade_off", LAYERS: "layers", UNSEEN: "unseen_classes"}
        return getattr(self.config.questions, sections.get(task, "perturbations"))

    def probed_counts(self, task: str) -> dict[str, int]:
        """Return how many source digits of each split are probed."""
        return self.question(task).counts.model_dump()

    # Any of them, by its folder

    def network(self, folder: str) -> Network:
        """Return the network of a folder."""
        task, name = _split(folder)
        if task is None:
            return self.config.networks[self.paper_folders[name][0]]
        network, setting, value = self.trials.get(name, (name, "", None))
        entry = self.config.networks[network]
        return entry.changed(setting, value) if setting in entry.settings else entry

    def recipe(self, folder: str) -> dict[str, Any]:
        """Return the recipe of a folder's network."""
        task, name = _split(folder)
        if task is None:
            network, shared = self.paper_folders[name]
            return self.config.recipes[shared].of(network)
        network, setting, value = self.trials.get(name, (name, "", None))
        steps = getattr(self.question(task), "max_steps", None)
        recipe = self.config.recipes[self.config.questions.recipe].of(
            network, **({"max_steps": steps} if steps else {})
        )
        return {**recipe, setting: value} if setting in recipe else recipe

    def training(self, folder: str) -> dict[str, Any]:
        """Return what of the configuration concerns the training of one network, and nothing else."""
        task, _ = _split(folder)
        row_filter = None
        if task == UNSEEN:
            row_filter = {"label": self.config.questions.unseen_classes.train_classes}
        elif task in self.perturbed:
            row_filter = {"inside": [True]}
        return {
            "model": self.network(folder).settings,
            "recipe": self.recipe(folder),
            "device": self.config.device,
            "precision": self.config.precision,
            "row_filter": row_filter,
            "nuisances": self.factors.get(str(task), []),
        }

    def training_samples(self, folder: str) -> str:
        """Return the samples that a folder's network is trained on."""
        return self.task_samples(str(_split(folder)[0]))

    def extracted_samples(self, folder: str) -> str:
        """Return the samples that features of a folder's network are computed of."""
        task, _ = _split(folder)
        if task is None:
            return self.samples
        return self.probed_samples(task)

    def probed_factors(self, folder: str) -> str:
        """Return the factors of the samples that a folder's network is probed on."""
        task, _ = _split(folder)
        return self.factors_file if task is None else self.task_factors(task)

    def probes(self, folder: str) -> dict[str, list[str]]:
        """Return the probes of a folder's network, and what each predicts."""
        task, _ = _split(folder)
        if task is None:
            truncated = self.network(folder).teacher is not None  # before its last layer
            label = {name: ["label"] for name in LABEL_PROBES if name != "head" or not truncated}
            return {**label, **{name: ["angle"] for name in ANGLE_PROBES}}
        return {"nearest_mean": ["label"], **dict.fromkeys(TASK_PROBES, self.factors[task])}

    def erased(self, folder: str) -> list[str]:
        """Return the factors that are erased together before a folder's network is probed once more."""
        return self.factors[ROTATION] if _split(folder)[0] == ROTATION else []

    def max_features(self, folder: str) -> int | None:
        """Return the most dimensions that a folder's maps are pooled to; section 4's are not."""
        return None if _split(folder)[0] is None else self.config.questions.layers.max_features

    def task_samples(self, task: str) -> str:
        """Return the samples that a task's networks are trained on."""
        return f"results/data/{self.dataset}/{task}/samples.parquet" if task in self.perturbed else self.samples

    def probed_samples(self, task: str) -> str:
        """Return the samples that a task's networks are probed on."""
        return f"results/data/{self.dataset}/{ROTATION if task == UNSEEN else task}/probed.parquet"

    def task_factors(self, task: str) -> str:
        """Return the factors of the samples that a task's networks are probed on."""
        return str(Path(self.probed_samples(task)).with_name("factors.parquet"))

    def teacher(self, folder: str) -> str | None:
        """Return the folder of the network whose class means a folder's learns, if it learns any."""
        task, name = _split(folder)
        teacher = self.network(folder).teacher
        if teacher is None:
            return None
        if task is not None:
            return f"{task}/{teacher}"
        return next(
            folder for folder, key in self.paper_folders.items() if key == (teacher, self.paper_folders[name][1])
        )

    def weights(self, folder: str, seed: int | str) -> str:
        """Return the weights of a folder's network."""
        return f"results/models/{self.dataset}/{folder}/seed{seed}/weights.safetensors"


def _split(folder: str) -> tuple[str | None, str]:
    """Return a folder's task, None for section 4's, and the rest."""
    task, _, name = folder.rpartition("/")
    return task or None, name
