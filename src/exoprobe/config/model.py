"""The whole configuration."""

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field, ValidationError, model_validator

from exoprobe.config.audit import SHORT, Audit, with_audit
from exoprobe.config.audit_files import check_audit_files
from exoprobe.config.audit_layers import with_layers
from exoprobe.config.faces import Faces
from exoprobe.config.fields import Section, Seeds, Text, Whole, check_known, fault
from exoprobe.config.images import SHORT as IMAGES_SHORT
from exoprobe.config.images import Images, check_images, with_images
from exoprobe.config.questions import Questions
from exoprobe.config.sentences import sentence
from exoprobe.config.training import Digits, Networks, Recipes
from exoprobe.datasets.celeba_layout import celeba_folder
from exoprobe.datasets.registry import find_dataset
from exoprobe.errors import ExoprobeError


class Config(Section):
    """What exoprobe computes."""

    renamed: ClassVar[Mapping[str, str]] = {
        "models": "networks",
        "solver": "recipe",
        "solvers": "recipes",
        "triplet": "faces.triplet",
        "attribute_network": "faces.attribute_network",
    }

    seeds: Seeds
    """One training run of each of section 4's networks per seed; the faces' networks take the first, and the
    questions have their own."""
    device: Literal["auto", "cpu", "cuda"]
    """auto: a GPU where there is one."""
    precision: Literal["auto", "float32", "bfloat16"]
    """Of matrix products in training. auto: bfloat16 where the hardware multiplies it natively (AMX, AVX512-BF16,
    GPUs since Ampere), else float32. Features are always computed in float32."""
    feature_dtype: Literal["float32", "float16"]
    """How features are stored; float16 takes half the space."""
    probe_memory_mb: Annotated[Whole, Field(ge=1000)]
    """What a job may hold that fits attribute probes or an audit's probes, in MiB. Features that need more are read
    batch by batch; the results are the same to rounding."""
    digits: Digits
    networks: Networks
    """Networks for digits. Section 4's are lenet, mu_lenet and pair_lenet."""
    recipe: Text
    """Which of the recipes trains section 4's networks."""
    recipes: Recipes
    """How networks for digits are trained."""
    questions: Questions
    faces: Faces
    images: Images
    audit: Audit

    @classmethod
    def known_keys(cls, given: Mapping[str, Any]) -> list[str]:
        """Return the sections, and the audit's short form."""
        return sorted([*super().known_keys(given), *SHORT, *IMAGES_SHORT[1:]])

    @model_validator(mode="before")
    @classmethod
    def _point_to_faces(cls, given: object) -> object:
        """Refuse the faces' networks where they have been, at the top."""
        networks = given.get("networks") if isinstance(given, Mapping) else None
        for name, entry in networks.items() if isinstance(networks, Mapping) else ():
            if isinstance(entry, Mapping) and "adapter" in entry:
                raise fault(f": a face's network; it is now faces.networks.{name}", "networks", name)
        return given

    @model_validator(mode="after")
    def _check(self) -> "Config":
        check_known([self.recipe], self.recipes, "recipe")
        for name, recipe in self.recipes.items():
            check_known(recipe.overrides, self.networks, "recipes", name, "overrides")
        self.questions.check(self.networks, self.recipes)
        identities = self.questions.unseen_classes.identities
        self.faces.check_input(identities.input, "questions", "unseen_classes", "identities", "input")
        return self


def load_config(given: Mapping[str, Any]) -> Config:
    """Return the configuration that was read, checked, with the files that it names as far as their headers show.

    Raises:
        ExoprobeError: at the first fault, in one line that names key, value and what is allowed.
    """
    try:
        config = Config.model_validate(with_images(with_layers(with_audit(given))))
    except ValidationError as error:
        raise ExoprobeError(sentence(error)) from error
    _check_attributes(config.faces)
    check_audit_files(config.audit)
    check_images(config.images, config.audit.roles())
    return config


def _check_attributes(faces: Faces) -> None:
    """Refuse attributes that the dataset has not, and a folder that is not CelebA's."""
    if faces.dataset == "celeba" and faces.folder is not None:
        celeba_folder(faces.folder)
    known = find_dataset(faces.dataset).attributes(faces.folder)
    names = [name for group in getattr(faces.groups, faces.dataset).values() for name in group]
    if unknown := [name for name in names if known and name not in known]:
        raise ExoprobeError(
            f"faces.groups.{faces.dataset}: there is no attribute {unknown[0]!r}; allowed: {', '.join(known)}"
        )
