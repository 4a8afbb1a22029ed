from exoprobe.config.audit import PICTURE_FACTORS
from exoprobe.config.images import SAMPLES as IMAGE_SAMPLES
from exoprobe.config.images import FEATURES as IMAGE_FEATURES
from exoprobe.config.images import layers_of, needs_landmarks

IMAGES = config["images"]
IMAGE_TABLE_NOTES = "results/data/images/notes.json"
IMAGE_SHARDS = range(IMAGES["shards"])
IMAGE_LAYERS = sorted({layer for entry in IMAGES["networks"].values() for layer in layers_of(entry)})
# What the audit's page says of the pictures.
IMAGE_NOTES = []
if IMAGES["folder"]:
    IMAGE_NOTES = [
        IMAGE_TABLE_NOTES,
        *(f"results/features/images/{network}/shards/0.json" for network in IMAGES["networks"]),
    ]


@cache
def count_pictures():
    """How many files the folder holds, so that a mended one is looked at again."""
    return sum(len(files) for _, _, files in os.walk(IMAGES["folder"])) if IMAGES["folder"] else 0


def image_weights(wildcards):
    """The file that holds a network's weights, or none."""
    entry = IMAGES["networks"][wildcards.network]
    path = entry.get("weights") or (DLIB_RESNET if entry["adapter"] == "dlib_resnet" else None)
    return users_own(path) if path else []


def image_landmarks(wildcards):
    """The landmarks of a shard, for a network that sees faces."""
    aligned = needs_landmarks(IMAGES["networks"][wildcards.network])
    return f"results/data/images/landmarks/{wildcards.shard}.parquet" if aligned else []
