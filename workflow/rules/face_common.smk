from exoprobe.config.check import EMBEDDING, TRAINED
from exoprobe.datasets.celeba_layout import IMAGES, LANDMARKS, TABLES, celeba_folder

FACES = config["faces"]["dataset"]
CELEBA_DOWNLOAD = "results/data/celeba/download"
CELEBA = Path(CELEBA_DOWNLOAD, "celeba")
if FACES == "celeba" and config["faces"]["folder"] is not None:
    CELEBA = celeba_folder(config["faces"]["folder"])
OFFICIAL_LANDMARKS = []
if FACES == "celeba" and (config["faces"]["folder"] is None or (CELEBA / LANDMARKS).exists()):
    OFFICIAL_LANDMARKS = users_own(CELEBA / LANDMARKS)
ORL_IMAGES = "results/data/orl/images.zip"
# Jobs find the images in a folder, or, of ORL, in an archive that is among their inputs.
FACE_FOLDER = str(CELEBA / IMAGES) if FACES == "celeba" else None
FACE_ARCHIVE = ORL_IMAGES if FACES == "orl" else []
ORL_LABELS = LIBRARY / "exoprobe" / "datasets" / "orl_attributes.csv"
DLIB_RESNET = "results/weights/dlib_face_recognition_resnet_model_v1.dat"
DLIB_LANDMARKS = "results/weights/shape_predictor_68_face_landmarks.dat"


def count_images():
    """How many files a CelebA folder of the user's holds, so that a mended one is looked at again."""
    return len(os.listdir(FACE_FOLDER)) if FACES == "celeba" and config["faces"]["folder"] else None


PARTS = config["faces"]["parts"] or {"orl": 1, "celeba": 4}[FACES]
KILOFACES = 0.4 if FACES == "orl" else (count_images() or 202_599) / 1000
CROP_PIXELS = config["attribute_network"]["size"] ** 2
TRAINING_GIGAPIXELS = (
    config["attribute_network"]["recipe"]["max_steps"]
    * config["attribute_network"]["recipe"]["batch_size"]
    * CROP_PIXELS
    / 1e9
)
ATTRIBUTES = sorted(name for names in config["faces"]["groups"][FACES].values() for name in names)
REPRESENTATIONS = {
    name: entry
    for name, entry in config["faces"]["representations"].items()
    if FACES == "celeba" or entry["network"] not in (EMBEDDING, TRAINED)  # these need official partitions
}
TITLES = {name: entry["title"] for name, entry in REPRESENTATIONS.items()}
# What has learned nothing of faces: what can be read from it needs no training to be there.
CONTROLS = [
    name
    for name, entry in REPRESENTATIONS.items()
    if config["networks"].get(entry["network"], {}).get("adapter") in ("untrained", "pixels")
]
FACE_SAMPLES = f"results/data/{FACES}/samples.parquet"
FACE_FACTORS = f"results/data/{FACES}/factors.parquet"
FACE_PROBES = ["linear", "fourier", "mlp", "head"]
FACE_PREDICTIONS, FACE_SEARCHES = (
    [f"results/probes/{FACES}/{entry['network']}/{entry['layer']}/{what}.parquet" for entry in REPRESENTATIONS.values()]
    for what in ("predictions", "search")
)
POSES = ["abs_yaw", "yaw", "pitch", "roll"]
YAW_EDGES = [0, 15, 30, 45]
ABOUT_FACES = {
    "orl": f"ORL, 400 images of 40 people, {config['faces']['folds']} folds of people",
    "celeba": "CelebA, official partitions",
}[FACES]


wildcard_constraints:
    faces="orl|celeba",
    network="|".join([*config["networks"], EMBEDDING]),
    part=r"\d+",


def existing(path):
    """The file as a rule's input if it is there or will be; a missing one is named by the job, with where to get it."""
    return users_own(path) if path and (path.startswith("results/") or Path(path).exists()) else []


def extraction_seed(network):
    """The seed of a network's random weights, None where it has none."""
    return config["seeds"][0] if config["networks"][network]["adapter"] == "untrained" else None


def network_weights(network):
    """The file that holds a network's weights, None for a network without."""
    entry = config["networks"][network]
    if entry["adapter"] == TRAINED:
        return f"results/models/{FACES}/{network}/weights.safetensors"
    return entry.get("weights") or (DLIB_RESNET if entry["adapter"] == "dlib_resnet" else None)


def face_features(name):
    """The feature file of a representation."""
    entry = config["faces"]["representations"][name]
    return f"results/features/{FACES}/{entry['network']}/{entry['layer']}.parquet"


def face_probes(network):
    """The probes of a network's features: of the attribute network, its own output in place of SVMs."""
    if network == TRAINED:
        return {"head": ATTRIBUTES, **{name: POSES for name in FACE_PROBES if name != "head"}}
    return {"linear": [*ATTRIBUTES, *POSES], "fourier": POSES, "mlp": POSES}


def local_orl():
    """The pictures in the user's ORL folder, if one is configured."""
    folder = config["faces"]["folder"]
    return sorted(Path(folder).glob("s*/*.pgm")) if FACES == "orl" and folder else []
