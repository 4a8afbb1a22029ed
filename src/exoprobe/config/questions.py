"""The section questions: what the paper left open."""

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar

from pydantic import AfterValidator, Field, ValidationError, model_validator

from exoprobe.config.declared import perturbations
from exoprobe.config.fields import (
    Count,
    Name,
    Names,
    Null,
    Number,
    Section,
    Seeds,
    Text,
    Unique,
    Whole,
    check_known,
    fault,
    wrong,
)
from exoprobe.config.sentences import as_fault
from exoprobe.config.training import Network, Recipe

NETWORKS = {"variants": "networks"}
Enrolled = Annotated[list[Annotated[Annotated[Count, Field()] | None, Null]], Field(min_length=1), Unique]
Values = Annotated[list[Number], Field(min_length=2), Unique]
Ends = Annotated[list[Number], Field(min_length=2, max_length=2)]


class Counts(Section):
    """Source digits per split that features are computed of and probes fitted to, with all their versions."""

    train: Count
    validation: Count
    test: Count


class TradeOff(Section):
    """Does invariance pay? Recognition against what is still encoded of the rotation, before and after erasure."""

    renamed: ClassVar[Mapping[str, str]] = NETWORKS

    networks: Names
    seeds: Seeds
    reference: Text
    """What the others are compared with, seed by seed."""
    counts: Counts
    search: dict[Name, Annotated[dict[Text, Values], Field(min_length=1, max_length=1)]]
    """Values of one setting of a network that were compared on validation, the same number for each network; the
    configured one was best (`snakemake --cores 2 tuning`)."""

    @model_validator(mode="after")
    def _check(self) -> "TradeOff":
        check_known([self.reference], self.networks, "reference")
        return self


class Layers(Section):
    """How does invariance change with depth? Every layer of every network."""

    renamed: ClassVar[Mapping[str, str]] = {"most_elements": "max_features"}

    max_steps: Count
    networks: Annotated[dict[Name, Names], Field(min_length=1)]
    """Layers by network."""
    seeds: Seeds
    counts: Counts
    max_features: Count
    """Maps of more dimensions are pooled to at most so many."""


class Identities(Section):
    """The same on faces: the networks' objectives on a perceptron whose input is a representation of section 3."""

    renamed: ClassVar[Mapping[str, str]] = {
        **NETWORKS,
        "of": "input",
        "beside": "baselines",
        "rounds": "folds",
    }

    input: Text
    """The representation."""
    baselines: Annotated[list[Text], Unique]
    """Representations to compare with."""
    networks: Names
    seeds: Seeds
    folds: Annotated[Whole, Field(ge=2, le=13)]
    """Every person of ORL is once among those not trained on, in so many folds; CelebA has its own partitions."""
    enrolled: Enrolled
    """Images enrolled of each person; null: all."""
    recipe: Text


class UnseenClasses(Section):
    """Does a network distinguish classes that it was not trained on?"""

    renamed: ClassVar[Mapping[str, str]] = {**NETWORKS, "people": "identities", "trained": "train_classes"}

    max_steps: Count
    train_classes: Annotated[list[Annotated[Whole, Field(ge=0, le=9)]], Field(min_length=2, max_length=8), Unique]
    """The digits to train on; the others are enrolled."""
    networks: Names
    seeds: Seeds
    enrolled: Enrolled
    """Images enrolled of each class; null: all."""
    identities: Identities


class Range(Section):
    """From which values a perturbation is drawn."""

    renamed: ClassVar[Mapping[str, str]] = {"inside": "train_range", "outside": "test_range"}

    train_range: Ends
    """The lowest and the highest value that is trained on."""
    test_range: Ends
    """The lowest and the highest value that is tested on; it holds train_range and is wider."""

    @model_validator(mode="after")
    def _check(self) -> "Range":
        (low, high), (lowest, highest) = self.train_range, self.test_range
        if low >= high:
            raise fault(f" is [{low}, {high}]; the first must be the lower", "train_range")
        if not (lowest <= low and high <= highest and highest - lowest > high - low):
            raise wrong(self.test_range, f"it must hold train_range, [{low}, {high}], and be wider", "test_range")
        return self


def check_ranges(ranges: dict[str, Range]) -> dict[str, Range]:
    """Refuse perturbations that there are not, and values that make no sense."""
    if "rotation" in ranges:
        raise fault(": the other questions ask of it; leave it out", "rotation")
    check_known(ranges, perturbations())
    for name, entry in ranges.items():
        least, most = perturbations()[name]
        if not least <= entry.test_range[0] <= entry.test_range[1] <= most:
            raise wrong(entry.test_range, f"values must be in [{least}, {most}]", name, "test_range")
    return ranges


class Perturbations(Section):
    """Other perturbations, each alone, and all together."""

    renamed: ClassVar[Mapping[str, str]] = NETWORKS

    max_steps: Count
    networks: Names
    seeds: Seeds
    counts: Counts
    ranges: Annotated[dict[str, Range], Field(min_length=1), AfterValidator(check_ranges)]


class Questions(Section):
    """The questions that the paper left open."""

    renamed: ClassVar[Mapping[str, str]] = {"variants": "the section networks, at the top"}

    recipe: Text
    """How all their networks are trained; max_steps holds where the question has none."""
    trade_off: TradeOff
    layers: Layers
    unseen_classes: UnseenClasses
    perturbations: Perturbations

    def check(self, networks: Mapping[str, Any], recipes: Mapping[str, Any]) -> None:
        """Refuse questions about networks, layers and recipes that are not configured.

        Args:
            networks: the section networks.
            recipes: the section recipes.
        """
        identities = self.unseen_classes.identities
        check_known([self.recipe], recipes, "questions", "recipe")
        check_known([identities.recipe], recipes, "questions", "unseen_classes", "identities", "recipe")
        for question in ("trade_off", "layers", "unseen_classes", "perturbations"):
            check_known(getattr(self, question).networks, networks, "questions", question, "networks")
        self._check_layers(networks)
        self._check_identities(networks)
        self._check_search(networks, recipes)

    def _check_layers(self, networks: Mapping[str, Any]) -> None:
        for name, layers in self.layers.networks.items():
            for index, layer in enumerate(layers):
                if layer not in networks[name].layers:
                    path = ("questions", "layers", "networks", name, index)
                    raise wrong(layer, f"allowed: {', '.join(networks[name].layers)}", *path)

    def _check_identities(self, networks: Mapping[str, Any]) -> None:
        path = ("questions", "unseen_classes", "identities", "networks")
        check_known(self.unseen_classes.identities.networks, networks, *path)
        for name in self.unseen_classes.identities.networks:
            if networks[name].objective == "adversarial":
                raise fault(f": {name} needs a factor to work against; faces have none here", *path)
            teacher = networks[name].teacher
            if teacher and networks[teacher].teacher:
                raise fault(f": {name}'s teacher, {teacher}, has a teacher itself; with identities none may", *path)

    def _check_search(self, networks: Mapping[str, Any], recipes: Mapping[str, Any]) -> None:
        path = ("questions", "trade_off", "search")
        check_known(self.trade_off.search, networks, *path)
        for name, settings in self.trade_off.search.items():
            ((setting, values),) = settings.items()
            configured = {**recipes[self.recipe].of(name), **networks[name].settings}
            if setting not in configured or setting in ("architecture", "objective", "teacher"):
                raise fault(" is no setting of this network", *path, name, setting)
            for index, value in enumerate(values):
                _check_value(networks[name], configured, setting, value, (*path, name, setting, index))
            if configured[setting] not in values:
                raise wrong(
                    values, f"the configured value, {configured[setting]}, must be among them", *path, name, setting
                )


def _check_value(
    network: Network, recipe: Mapping[str, Any], setting: str, value: object, path: tuple[object, ...]
) -> None:
    """Refuse a value that a network, or its training, could not have."""
    try:
        if setting in network.settings:
            network.changed(setting, value)
        else:
            Recipe.model_validate({name: value if name == setting else recipe[name] for name in Recipe.model_fields})
    except ValidationError as error:
        raise as_fault(error, *path, whole=True) from error
