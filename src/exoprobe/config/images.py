"""The section images: a folder of pictures, a table and networks, from which an audit's features are computed."""

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Literal

from exoprobe.config import declared
from exoprobe.config.audit import PICTURE_FACTORS
from exoprobe.config.faces import FaceNetwork
from exoprobe.config.fields import Count, Name, OptionalPath, OptionalText, Section
from exoprobe.datasets.column_roles import Roles
from exoprobe.datasets.table_columns import TABLES, check_column, column_names
from exoprobe.errors import ExoprobeError

SHORT = ("images", "network")
DEFAULTS: Mapping[str, Any] = {
    "folder": None,
    "table": None,
    "column": None,
    "bad_images": "refuse",
    "networks": {},
    "shards": 1,
}
SAMPLES = "results/data/images/samples.parquet"
FEATURES = "results/features/images/{network}/{layer}.parquet"
FILES = {".onnx": "onnx", ".pt": "torchscript", ".ts": "torchscript", ".torchscript": "torchscript"}
TORCHVISION = "torchvision:"
PIXELS = {"adapter": "pixels", "align": "image"}
# Networks that see a face, cut out by its landmarks, and nothing else of a picture.
FACE_NETWORKS = ("dlib_resnet", "untrained", "facenet", "vgg_face")
TRAINED_ON_FACES = "attribute_network"
UNTRAINED = "untrained (random weights)"


class Images(Section):
    """Your own pictures, from which features are computed for an audit."""

    folder: OptionalPath
    """The pictures, in subfolders too, or a zip archive of them. null: there are none."""
    table: OptionalPath
    """The table of factors, a row per picture. null: audit.factors."""
    column: OptionalText
    """Its column that names the pictures by their path in the folder. null: the one that names most."""
    bad_images: Literal["refuse", "leave_out"]
    """Pictures that are missing, unreadable, not listed, listed twice or copies of others: refuse the folder, or
    leave_out these; of rows or copies the first is kept."""
    networks: dict[Name, FaceNetwork]
    """Names, files, or sections as in faces.networks."""
    shards: Count
    """Into how many jobs the pictures are cut."""


def with_images(config: Mapping[str, Any]) -> dict[str, Any]:
    """Return the configuration with the pictures' features among the audit's representations.

    Args:
        config: after :func:`exoprobe.config.audit.with_audit`. ``images`` is the section, or in short the folder;
            ``network`` in short names one network or several.

    Returns:
        ``images`` whole, ``networks`` in it as name → settings; where it names a folder, the audit's
        ``representations`` and ``factors`` point to what the workflow makes of it, and its ``images`` to the pixels
        of which a random projection is made.

    Raises:
        ExoprobeError: where a network or the table is missing, or the network is no known one.
    """
    rest = {key: value for key, value in config.items() if key not in SHORT}
    section = _section(config.get("images"))
    audit, known = rest.get("audit"), (rest.get("faces") or {}).get("networks")
    if not (isinstance(audit, Mapping) and isinstance(known, Mapping)):  # said when the configuration is checked
        return {**rest, "images": section}
    section["networks"] = entries = {
        **_networks(section["networks"], known),
        **_networks(config.get("network"), known),
    }
    if not isinstance(section["folder"], str | None):  # said when it is checked
        return {**rest, "images": section}
    if section["folder"] is None:
        if entries:
            raise ExoprobeError("images.folder is null; name the pictures' folder too: images=my_pictures")
        return {**rest, "images": section}
    if not entries:
        raise ExoprobeError("images.networks is empty; name a network too: network=my.onnx")
    if not all(isinstance(entry, Mapping) and _has_layers(entry) for entry in entries.values()):
        return {**rest, "images": section, "audit": {**audit, "factors": None}}  # said when it is checked
    section["table"] = section["table"] or audit.get("factors")
    section["column"] = section["column"] or audit.get("id")  # what names the samples are the pictures
    section["networks"] = entries = with_pixels(entries)
    pixels = next(name for name, entry in entries.items() if entry == PIXELS)
    made = {
        "factors": PICTURE_FACTORS,
        "id": None,
        "images": FEATURES.format(network=pixels, layer="pixels"),
        "representations": {**(audit.get("representations") or {}), **image_representations(entries)},
    }
    return {**rest, "images": section, "audit": {**audit, **made}}


def _section(given: object) -> dict[str, Any]:
    """Return the section whole; in short it is the folder."""
    if not isinstance(given, Mapping):
        given = {} if given in (None, "null") else {"folder": str(given)}
    return {**DEFAULTS, **given, "folder": None if given.get("folder") == "null" else given.get("folder")}


def _networks(given: object, known: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """Return name → settings of what is a mapping already, a name or a list of names."""
    if isinstance(given, Mapping):
        return dict(given)
    if given is None:
        return {}
    return named_networks(given if isinstance(given, list | tuple) else [str(given)], known)


def _has_layers(entry: Mapping[str, Any]) -> bool:
    return entry.get("adapter") in declared.modules("adapter") and isinstance(entry.get("tensors", {}), Mapping)


def with_pixels(networks: Mapping[str, Mapping[str, Any]]) -> dict[str, Mapping[str, Any]]:
    """Return the networks with raw pixels, a control, among them."""
    return dict(networks) if PIXELS in networks.values() else {**networks, "pixels": PIXELS}


def named_networks(names: Iterable[str], known: Mapping[str, Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    """Return the settings of networks by name.

    Args:
        names: names of known networks, ONNX (.onnx) or TorchScript (.pt) files, or ``torchvision:`` and the name of
            a model of torchvision, untrained.
        known: name → settings.

    Raises:
        ExoprobeError: where a name is none of these, or two networks would be called the same.
    """
    entries: dict[str, dict[str, Any]] = {}
    for given in map(str, names):
        name, entry = _named_network(given, known)
        if name in entries:
            raise ExoprobeError(f"images.networks: two networks are called {name}; rename a file")
        entries[name] = entry
    return entries


def image_representations(networks: Mapping[str, Mapping[str, Any]], features: str = FEATURES) -> dict[str, Any]:
    """Return the audit's representations, one per layer of each network.

    Args:
        networks: name → settings.
        features: the feature files, with ``{network}`` and ``{layer}``.
    """
    trained = any(not is_untrained(entry) for entry in networks.values())
    representations = {}
    for network, entry in networks.items():
        layers = layers_of(entry)
        for layer in layers:
            name, title = (network, network) if len(layers) == 1 else (f"{network}_{layer}", f"{network} {layer}")
            title = "raw pixels" if entry == PIXELS else title
            random = is_untrained(entry) and entry["adapter"] != "pixels"
            representations[name] = {
                "title": f"{title}, {UNTRAINED}" if random else title,
                "features": features.format(network=network, layer=layer),
                "control": entry["adapter"] == "pixels" or (random and trained),
            }
    return representations


def layers_of(entry: Mapping[str, Any]) -> list[str]:
    """Return the layers that a network gives."""
    return list(entry.get("tensors") or declared.adapter_layers(entry["adapter"]))


def is_untrained(entry: Mapping[str, Any]) -> bool:
    """Return whether nothing was learned: a control, or a network of torchvision without weights."""
    return entry["adapter"] in ("pixels", "untrained") or (
        entry["adapter"] == "torchvision" and entry.get("weights") is None
    )


def needs_landmarks(entry: Mapping[str, Any]) -> bool:
    """Return whether a network sees a face that is cut out of the picture, not the picture."""
    return entry["adapter"] in FACE_NETWORKS or entry.get("align", "image") != "image"


def check_images(images: Images, roles: Roles) -> None:
    """Check what a schema cannot say, as far as the table's header shows.

    Args:
        images: the section.
        roles: what the table's columns are.

    Raises:
        ExoprobeError: in one line that names key and value.
    """
    if images.folder is None:
        return
    if images.table is None:
        raise ExoprobeError("images.table is null; give the pictures' table too: factors=my.csv")
    for key, path in (("folder", images.folder), ("table", images.table)):
        if not Path(path).exists():
            raise ExoprobeError(f"images.{key} is {path!r}; it does not exist")
    if Path(images.table).suffix not in TABLES:
        raise ExoprobeError(f"images.table is {images.table!r}; its name must end in {', '.join(TABLES)}")
    known = column_names(images.table)
    if images.column is not None:
        check_column(images.table, "images.column", images.column, known)
    roles.check(images.table, known)
    for name, entry in images.networks.items():
        if entry.adapter == TRAINED_ON_FACES:
            raise ExoprobeError(f"images.networks.{name}: it is trained on faces' attributes; choose another")
        if (weights := entry.weights) and not Path(weights).exists():
            raise ExoprobeError(f"images.networks.{name}.weights is {weights!r}; it does not exist")


def _named_network(given: str, known: Mapping[str, Mapping[str, Any]]) -> tuple[str, dict[str, Any]]:
    if given in known:
        return given, dict(known[given])
    if given.startswith(TORCHVISION):
        model = given.removeprefix(TORCHVISION)
        return model, {"adapter": "torchvision", "model": model}
    path = Path(given)
    if path.suffix in FILES:
        return re.sub(r"\W", "_", path.stem), {"adapter": FILES[path.suffix], "weights": given}
    raise ExoprobeError(
        f"images.networks: there is no network {given!r}; name a file ({', '.join(FILES)}), {TORCHVISION}resnet18 or "
        f"one of {', '.join(known)}"
    )
