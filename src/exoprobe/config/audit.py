"""The section audit, its short form on the command line, and what the files' headers show."""

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Literal

from pydantic import AfterValidator, BeforeValidator, Discriminator, Field, Tag, model_validator

from exoprobe.config.fields import (
    Name,
    Names,
    Null,
    Number,
    OptionalPath,
    OptionalText,
    Path_,
    Section,
    Text,
    Truth,
    Unique,
    Whole,
    fault,
    shown,
    wrong,
)
from exoprobe.datasets.column_roles import KIND, KINDS_ALLOWED, Roles, as_group
from exoprobe.datasets.row_filter import with_quotes
from exoprobe.datasets.table_columns import TABLES
from exoprobe.errors import ExoprobeError
from exoprobe.io.locations import CONTAINERS, parse_location

CONTROL = "random_projection"
PICTURE_FACTORS = "results/data/images/factors.parquet"  # made of the section images, and checked with it
SHORT = ("name", "features", "factors", "group", "id", "label", "split", "where")
ERASE = ("leaks", "all", "none")
ROLES = ("group", "id", "label", "split", "kinds", "factor_columns", "where")
FEATURES = (".npy", *CONTAINERS, *TABLES)
NOTHING = (
    "audit: nothing to audit yet; give your files, snakemake --cores 2 audit --config features=my.npy "
    "factors=my.csv, and group=person where rows belong together, or fill in the section audit of config.yaml"
)


def with_audit(config: Mapping[str, Any]) -> dict[str, Any]:
    """Return the configuration with the short form's keys moved into its section.

    Args:
        config: the configuration as read, where ``name``, ``features``, ``factors``, ``group``, ``id``, ``label``,
            ``split`` and ``where`` may stand at the top. ``features`` is a file, or files by name: a file each, or a
            list with one per training seed.

    Raises:
        ExoprobeError: where one of them is empty, as of an unset variable, or files are given without names.
    """
    given = {key: config[key] for key in SHORT if key in config}
    if empty := [key for key, value in given.items() if value is None or value == ""]:
        raise ExoprobeError(f"{empty[0]} is empty; give a value, or leave {empty[0]} out")
    rest = {key: value for key, value in config.items() if key not in given}
    section = rest.get("audit")
    if not given or not isinstance(section, Mapping):
        return rest
    files = given.pop("features", None)
    names: dict[str, Any] = {key: str(value) for key, value in given.items()}  # a column may be called 7
    if "group" in given:
        group = given["group"] if isinstance(given["group"], list) else names["group"].split(",")
        names["group"] = as_group([str(name).strip() for name in group])
    if names.get("where"):
        names["where"] = with_quotes(names["where"])
    if files is not None:
        names["representations"] = _representations(files)
    return {**rest, "audit": {**section, **names}}


def _representations(files: object) -> dict[str, Any]:
    """Return the section's representations: of one file, or of files by name."""
    if isinstance(files, Mapping):
        return {str(name): {"title": str(name), "features": file} for name, file in files.items()}
    if isinstance(files, list) and len(files) != 1:
        stems = [parse_location(str(file)).stem for file in files]
        keys = stems if len(set(stems)) == len(stems) else [f"model{index + 1}" for index in range(len(files))]
        named = ", ".join(f"{key}: {file}" for key, file in zip(keys, files, strict=True))
        seeds = ", ".join(map(str, files))
        raise ExoprobeError(
            f"features is a list; name what it holds: 'features={{{named}}}' to compare models, or "
            f"'features={{name: [{seeds}]}}' if these are training seeds of one"
        )
    file = files[0] if isinstance(files, list) else files
    return {"features": {"title": parse_location(str(file)).stem, "features": file}}


def _as_list(value: object) -> object:
    return [value] if isinstance(value, str) else value


class AuditedRepresentation(Section):
    """Features to audit."""

    title: Text
    features: Annotated[list[Path_], BeforeValidator(_as_list), Field(min_length=1), Unique]
    """A file, or a list of files: one per training seed. A row per sample, as .npy, .csv, .tsv or .parquet, as
    FILE:WHERE in a container (atlas.h5ad:obsm/X_pca; .npz, .h5, .zarr, .pt, .safetensors), or as a folder or a pattern
    of such files (docs/file-formats.md)."""
    control: Truth = False
    """true: it has learned nothing."""


class ImageFolder(Section):
    """Images in files of their own."""

    folder: Path_
    column: Text
    """The factor table's column with their names."""


def _kind_of_images(value: object) -> str:
    return "(folder)" if isinstance(value, Mapping | ImageFolder) else "(file)"


def _kind(value: str) -> str:
    """Refuse what is no kind of a factor."""
    if not KIND.fullmatch(value):
        raise fault(f" is {shown(value)}; allowed: {KINDS_ALLOWED}")
    return value


def _as_group(value: object) -> object:
    if value is None or value == "null":
        return None
    given = list(value) if isinstance(value, list | tuple) else [value]
    names = [name for name in given if isinstance(name, str) and name]
    if not names or len(names) < len(given):
        raise wrong(value, "it must be a column, a list of columns, or null")
    if len(set(names)) < len(names):
        raise wrong(value, "no column may appear twice")
    return as_group(names)


def _as_erase(value: object) -> object:
    if isinstance(value, str) and value not in ERASE:
        raise fault(f" is {shown(value)}; allowed: {', '.join(ERASE)}, or a list of factors")
    return value


class Audit(Section):
    """Your own features: what do they encode that they should not?"""

    renamed: ClassVar[Mapping[str, str]] = {"probe": "factor_columns"}

    name: Annotated[Name | None, Null] = None
    """What this audit is called: its results are in results/audits/NAME, beside those of others. null: they are in
    results/audit, and the next audit without a name replaces them."""
    representations: dict[Name, AuditedRepresentation]
    """Features to compare."""
    factors: OptionalPath
    """The table of factors, a row per sample: .csv, .tsv, .parquet (or a samples.parquet of exoprobe), .xlsx, or the
    obs of .h5ad or .zarr. A field without a value is unknown: its row is left out for that factor alone."""
    group: Annotated[str | list[str] | None, BeforeValidator(_as_group)]
    """Who or what the rows come from (person, patient, recording); rows of one group stay in one split, and intervals
    are over groups. A list of columns, [patient, site]: no value of any is in two splits, so that patients nested in
    sites are grouped by site. null: every row is its own group."""
    id: OptionalText
    """The samples' names, in the feature files too (in .npz an array of this name). null: rows are joined
    by order."""
    label: OptionalText
    """The class or number that the features are meant to encode: factors are set against it, and what removing a factor
    does to the recognition of a class is measured. null: the group, of several columns the first."""
    split: OptionalText
    """train, validation or test. null: drawn by group with the first of the seeds: 60, 15 and 25 % of the rows or, of
    fewer than 500 groups, folds, each of which is test once."""
    kinds: dict[Text, Annotated[Text, AfterValidator(_kind)]]
    """Kinds of factors that are inferred wrongly: binary, categorical, continuous, angle (degrees), an angle with its
    period: "angle radians", "angle 24" for hours; categories in their order: "ordered low < medium < high", or
    ordered where their words or the file show it; of dates one or more of "date, hour, weekday, month", which but for
    the first go around and are factors of their own."""
    factor_columns: Annotated[Names | None, Null]
    """Which columns are factors. null: all that can be and have no other role."""
    where: OptionalText = None
    """Which rows of the table count: tissue == 'lung' and age >= 18. Columns are compared with values by ==, !=, <, <=,
    >, >=, in and not in; and, or and not join comparisons; names with blanks stand in `…`. Rows where a column is
    unknown do not count. null: all."""
    given: Annotated[Names | None, Null]
    """Factors, or the label, that are known anyway: is each other factor encoded beyond what they imply? null: each
    factor is set against the label, and against the other factor that predicts it best."""
    rows: Annotated[Annotated[Whole, Field(ge=20)] | None, Null]
    """Draw whole groups up to so many rows, for a quick look. null: all."""
    erase: Annotated[Literal["leaks", "all", "none"] | Names, BeforeValidator(_as_erase)] = "leaks"
    """What removing factors costs, and the erasers to do it with (docs/erasers.md). leaks: of each factor whose skill
    is surely above the margin; all; none; or a list of factors: of what leaks, of each of these, and of all of these
    together."""
    images: Annotated[
        Annotated[OptionalPath, Tag("(file)")] | Annotated[ImageFolder, Tag("(folder)")],
        Discriminator(_kind_of_images),
    ]
    """The images, from which a random projection is made as a control: a .npy file or a samples.parquet with as many
    images as the factor table has rows, in its order; or {folder: photos, column: file}. null: there are none."""
    permutations: Annotated[Annotated[Whole, Field(ge=19)] | None, Null]
    """How often groups exchange their values for a p-value. null: 999, or more where many factors need more."""
    margin: Annotated[Number, Field(gt=0, lt=1)]
    """The skill (0: a constant answer, 1: perfect) that would matter: "no evidence" means surely below this."""

    @property
    def configured(self) -> bool:
        """Whether there is anything to audit."""
        return bool(self.representations) or self.factors is not None

    @model_validator(mode="after")
    def _check(self) -> "Audit":
        if not self.configured:
            return self
        if self.factors is None:
            raise fault(" is null; give the table of factors too: factors=my.csv", "factors")
        if not self.representations:
            raise fault(" is empty; give features too: features=my.npy", "representations")
        if CONTROL in self.representations and self.images is not None:
            raise fault(": this name is that of the images' projection", "representations", CONTROL)
        titles = [entry.title for entry in self.representations.values()]
        if twice := [title for title in titles if titles.count(title) > 1]:
            raise fault(f": two have the title {twice[0]!r}; rename one", "representations")
        self._check_given()
        for index, name in enumerate(self.erased):
            if self.factor_columns is not None and name not in self.factor_columns:
                known = ", ".join(self.factor_columns)
                raise wrong(name, f"it must be among factor_columns: {known}", "erase", index)
        if all(entry.control for entry in self.representations.values()):
            raise fault(": all are controls; one at least must be what is audited", "representations")
        return self

    def _check_given(self) -> None:
        """Refuse given columns that cannot be factors."""
        for index, name in enumerate(self.given or ()):
            for role in ("group", "id", "split"):
                if name in (self.roles().group_columns if role == "group" else (getattr(self, role),)):
                    raise wrong(name, f"the {role} column cannot be given", "given", index)
            if self.factor_columns is not None and name not in (*self.factor_columns, self.label):
                known = ", ".join([*self.factor_columns, *([] if self.label is None else [self.label])])
                raise wrong(name, f"it must be among factor_columns, or the label: {known}", "given", index)

    @property
    def erased(self) -> list[str]:
        """The factors that are erased whether they leak or not, as far as they are named."""
        return [] if isinstance(self.erase, str) else self.erase

    def roles(self) -> Roles:
        """Return what the columns of the factor table are."""
        return Roles(**{role: getattr(self, role) for role in ROLES})
