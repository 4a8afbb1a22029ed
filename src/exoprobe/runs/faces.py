"""Representations of faces, and networks that are trained on them."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from exoprobe.config.faces import EMBEDDING, TRAINED, Representation
from exoprobe.config.images import is_untrained
from exoprobe.config.model import Config
from exoprobe.config.questions import Identities
from exoprobe.datasets.celeba_layout import IMAGES, LANDMARKS, celeba_folder
from exoprobe.runs.digits import Run
from exoprobe.runs.scores import ScoreRuns

DLIB_RESNET = "results/weights/dlib_face_recognition_resnet_model_v1.dat"
CELEBA_DOWNLOAD = "results/data/celeba/download"
CELEBA_IMAGES = 202_599
POSES = ["abs_yaw", "yaw", "pitch", "roll"]


@dataclass(frozen=True)
class FaceRuns:
    """Representations of faces.

    Attributes:
        config: the configuration.
    """

    config: Config

    @property
    def dataset(self) -> str:
        """The name of the dataset."""
        return self.config.faces.dataset

    @property
    def samples(self) -> str:
        """The faces."""
        return f"results/data/{self.dataset}/samples.parquet"

    @property
    def is_celeba(self) -> bool:
        """Whether the dataset has official partitions."""
        return self.dataset == "celeba"

    @cached_property
    def celeba(self) -> Path:
        """The folder with CelebA's files, the user's or the downloaded one."""
        folder = self.config.faces.folder
        return celeba_folder(folder) if self.is_celeba and folder else Path(CELEBA_DOWNLOAD, "celeba")

    @property
    def official_landmarks(self) -> Path | None:
        """CelebA's own landmarks, where there are any."""
        there = self.config.faces.folder is None or (self.celeba / LANDMARKS).exists()
        return self.celeba / LANDMARKS if self.is_celeba and there else None

    @property
    def image_folder(self) -> str | None:
        """The folder with the images; those of ORL are in an archive."""
        return str(self.celeba / IMAGES) if self.is_celeba else None

    @cached_property
    def images(self) -> int | None:
        """How many files a CelebA folder of the user's holds."""
        return (
            sum(1 for _ in Path(self.image_folder).iterdir())
            if self.image_folder and self.config.faces.folder
            else None
        )

    @property
    def thousands(self) -> float:
        """Images of the dataset, in thousands."""
        return (self.images or CELEBA_IMAGES) / 1000 if self.is_celeba else 0.4

    @property
    def training_gigapixels(self) -> float:
        """What the attribute network sees in training."""
        recipe, size = self.config.faces.attribute_network.recipe, self.config.faces.attribute_network.size
        return recipe.max_steps * recipe.batch_size * size**2 / 1e9

    @property
    def shards(self) -> int:
        """Into how many jobs the images are cut."""
        return self.config.faces.shards or (4 if self.is_celeba else 1)

    @property
    def attributes(self) -> list[str]:
        """The attributes to probe."""
        return sorted(name for group in self.groups.values() for name in group)

    @property
    def groups(self) -> dict[str, list[str]]:
        """The attributes as they are grouped in Figure 2."""
        return getattr(self.config.faces.groups, self.dataset)

    @property
    def representations(self) -> dict[str, Representation]:
        """The representations that the dataset allows."""
        return self.config.faces.available

    @property
    def titles(self) -> dict[str, str]:
        """Their names in figures."""
        return {name: entry.title for name, entry in self.representations.items()}

    @property
    def controls(self) -> list[str]:
        """Representations that have learned nothing of faces."""
        networks = self.config.faces.networks
        return [
            name
            for name, entry in self.representations.items()
            if entry.network in networks and is_untrained(networks[entry.network].model_dump())
        ]

    @property
    def caption(self) -> str:
        """What the faces are, for figures."""
        folds = self.config.faces.folds
        return (
            "CelebA, official partitions"
            if self.is_celeba
            else f"ORL, 400 images of 40 identities, {folds} folds of identities"
        )

    def features(self, name: str) -> str:
        """Return the feature file of a representation."""
        entry = self.config.faces.representations[name]
        return f"results/features/{self.dataset}/{entry.network}/{entry.layer}.parquet"

    @property
    def factors(self) -> str:
        """The factors of the faces."""
        return f"results/data/{self.dataset}/factors.parquet"

    def probes(self, network: str) -> dict[str, list[str]]:
        """Return the probes of a network's features, and what each predicts; the attribute network predicts itself."""
        poses = dict.fromkeys(("linear", "fourier", "mlp"), POSES)
        if network == TRAINED:
            return {"head": self.attributes, **poses}
        return {**poses, "linear": [*self.attributes, *POSES]}

    @property
    def scores(self) -> ScoreRuns:
        """All representations, to be scored."""
        runs = ScoreRuns()
        for name, entry in self.representations.items():
            probes = f"results/probes/{self.dataset}/{entry.network}/{entry.layer}/"
            runs.add(("faces", name, entry.layer, 0), self.samples, self.factors, probes)
        return runs

    def head(self, network: str) -> str | list[str]:
        """Return the weights of the network's own last layer, of the one that is trained here."""
        return str(self.weights(network)) if network == TRAINED else []

    def weights(self, network: str) -> str | None:
        """Return the file that holds a network's weights, None for a network without."""
        entry = self.config.faces.networks[network]
        if entry.adapter == TRAINED:
            return f"results/models/{self.dataset}/{network}/weights.safetensors"
        return entry.weights or (DLIB_RESNET if entry.adapter == "dlib_resnet" else None)

    def seed(self, network: str) -> int | None:
        """Return the seed of a network's random weights, None where it has none."""
        entry = self.config.faces.networks[network]
        drawn = is_untrained(entry.model_dump()) and entry.adapter != "pixels"
        return self.config.seeds[0] if drawn else None

    @property
    def networks(self) -> list[str]:
        """The networks, with the one that is learned from features."""
        return [*self.config.faces.networks, EMBEDDING]


@dataclass(frozen=True)
class IdentityRuns:
    """Networks on a representation of faces, trained on some of the people: digits' objectives on a perceptron.

    Attributes:
        faces: the representations.
    """

    faces: FaceRuns

    @property
    def section(self) -> Identities:
        """The configuration's section."""
        return self.faces.config.questions.unseen_classes.identities

    @property
    def runs(self) -> list[Run]:
        """Networks and seeds."""
        return [(name, seed) for name in self.section.networks for seed in self.section.seeds]

    @property
    def folds(self) -> int:
        """How many networks a run trains, each on other people."""
        return 1 if self.faces.is_celeba else self.section.folds

    @property
    def split(self) -> dict[str, int]:
        """How people are split into those trained on and others."""
        return {"folds": self.folds, "split_seed": self.faces.config.seeds[0]}

    @property
    def baselines(self) -> list[str]:
        """Representations to compare with, as far as the dataset allows them."""
        return [name for name in self.section.baselines if name in self.faces.representations]

    @property
    def titles(self) -> dict[str, str]:
        """Names in figures; of networks that end alike, what the objectives are called without LeNet."""
        titles = {name: self.faces.config.networks[name].title for name in self.section.networks}
        plain = {name: title.replace("-LeNet", "").replace("LeNet", "softmax") for name, title in titles.items()}
        return {**plain, **{name: self.faces.titles[name] for name in self.baselines}}

    @property
    def input_title(self) -> str:
        """The name of the representation that the networks see."""
        return self.faces.titles[self.section.input]

    def features(self, name: str, seed: int | str) -> list[str]:
        """Return what a run's networks compute of everyone, a file per fold."""
        folder = f"results/features/{self.faces.dataset}/identities/{name}/seed{seed}"
        return [f"{folder}/fold{number}.parquet" for number in range(self.folds)]

    def training(self, name: str, seed: int | str) -> dict[str, Any]:
        """Return what of the configuration concerns one run."""
        teacher = self.teacher(name)
        return {
            "model": self._on_vectors(name),
            "teacher": self._on_vectors(teacher) if teacher else None,
            "recipe": self.faces.config.recipes[self.section.recipe].of(name),
            "seed": int(seed),
            **self.split,
        }

    def teacher(self, name: str) -> str | None:
        """Return the network whose class means this one learns, if it learns any."""
        return self.faces.config.networks[name].teacher

    def _on_vectors(self, name: str) -> dict[str, Any]:
        settings = self.faces.config.networks[name].settings
        return {**settings, **({"layers": ["ip1", "ip2"]} if "layers" in settings else {})}
