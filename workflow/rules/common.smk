import os
import sys
from functools import cache
from pathlib import Path

ROOT = Path(workflow.basedir)
LIBRARY = ROOT / "src"
SCRIPTS = ROOT / "workflow" / "scripts"

# The library need not be installed: this process and the scripts that it starts find it here.
sys.path.insert(0, str(LIBRARY))
os.environ.update(PYTHONPATH=os.pathsep.join([str(LIBRARY), *filter(None, [os.getenv("PYTHONPATH")])]))

from exoprobe.gpu_lock import has_card
from exoprobe.config.check import check_config, with_numbers
from exoprobe.config.audit import check_feature_files, with_audit
from exoprobe.config.config_file import check_config_file
from exoprobe.config.questions import module_of
from exoprobe.errors import ExoprobeError
from exoprobe.io.files import digest_of_file, digest_of_files
from exoprobe.io.code_digest import imported_files
from exoprobe.run_lock import begin_run, check_run

try:
    for file in ["config.yaml", *workflow.overwrite_configfiles]:
        check_config_file(file)
except ExoprobeError as error:
    sys.exit(f"config: {error}")


configfile: "config.yaml"


SCHEMA = ROOT / "workflow" / "schemas" / "config.schema.yaml"
try:
    whole = with_numbers(with_audit(config), SCHEMA)
except ExoprobeError as error:
    sys.exit(f"config: {error}")
config.clear()  # of the keys that are short for others
config.update(whole)
try:
    check_config(config, SCHEMA)
except ExoprobeError as error:
    sys.exit(f"config: {error}")

try:
    if workflow.is_main_process:
        check_feature_files(config["audit"])
        begin_run(Path(".snakemake"))
    else:  # a job of a run, maybe on another node
        check_run(Path(".snakemake"))
except ExoprobeError as error:
    sys.exit(str(error))

KILODIGITS = sum(config["digits"]["counts"].values()) * len(config["digits"]["angles"]) / 1000
# A job of a network asks for a GPU if it is to compute on one, and for the memory that CUDA takes beside it.
GPUS = 1 if config["device"] == "cuda" or (config["device"] == "auto" and has_card()) else None
CUDA_MEGABYTES = 3000 if GPUS else 0
PAPER_NUMBERS = LIBRARY / "exoprobe" / "evaluation" / "paper_numbers.csv"
DATASET = config["digits"]["dataset"]
DIGITS = {"mnist": "MNIST", "fashion_mnist": "Fashion-MNIST", "kmnist": "KMNIST"}[DATASET]
SAMPLES = f"results/data/{DATASET}/samples.parquet"
MODELS = list(config["models"])
RUNS = [(model, seed) for model in MODELS for seed in config["seeds"]]
FIRST_RUNS = [(model, config["seeds"][0]) for model in MODELS]  # for pictures of a single feature space
# The networks' folders: the solver is part of the name unless it is the default, so that both solvers' are kept.
DIGIT_FOLDERS = {
    model if solver == "fast" else f"{model}_{solver}": (model, solver)
    for solver in config["solvers"]
    for model in MODELS
}
ABOUT = "{}, {:,} training digits, {} angles from {}° to {}°, solver {}".format(
    DIGITS,
    config["digits"]["counts"]["train"],
    len(config["digits"]["angles"]),
    min(config["digits"]["angles"]),
    max(config["digits"]["angles"]),
    config["solver"],
)
FIGURES = [
    f"results/figures/{name}.{kind}"
    for name in [*(f"figure_{number}" for number in range(1, 9)), "training_curves"]
    for kind in ("pdf", "png", "svg", "csv")
]
FACE_FIGURES = ("results/figures/figure_1", "results/figures/figure_2")


# Locally, as many jobs on GPUs at once as --resources gpu says; on a cluster, each gets its own from the scheduler.
resource_scopes:
    gpu="local",


wildcard_constraints:
    dataset="|".join(["mnist", "fashion_mnist", "kmnist"]),
    model="|".join(DIGIT_FOLDERS),
    seed=r"\d+",
    layer=r"(conv|pool|block)\d+|ip[12]",


def grows(amount):
    """A resource that grows with the attempt: a job that ran out of it comes back with more."""
    return lambda wildcards, attempt: round(amount * attempt)


def grows_with_input(base, per_megabyte):
    """A resource that grows with the size of the job's inputs, and with the attempt."""
    return lambda wildcards, input, attempt: round((base + per_megabyte * input.size_mb) * attempt)


def training_minutes(wildcards):
    """How long training a network of section 4 may take: five times what two cores of 2023 need."""
    model, solver = DIGIT_FOLDERS[wildcards.model]
    recipe = config["solvers"][solver][model]
    return round(15 + 20 * recipe["max_steps"] * recipe["batch_size"] / 1e6)


@cache
def code_files(script):
    """The script and the library modules that it imports: what a job's result depends on besides its data."""
    return imported_files(SCRIPTS / script, LIBRARY)


@cache
def code(script):
    """The stamps of a script's code."""
    return stamps(code_files(script))


def stamps(files):
    """A line per file, its name and a digest of its content, to put into the params of the rules that use it.

    Snakemake compares params with those of the last run as they were when that run began. So editing a file
    reruns these rules and no others, even during a run and whatever its time; touching it reruns nothing. As
    inputs, files with an old time would pass unseen, and so would edits between a job's start and its end.
    """
    return [f"{os.path.relpath(file, ROOT)} {digest_of_file(file)[:16]}" for file in files]


@cache
def model_code(architecture, objective=None):
    """The stamps of a network's own modules, which are found by name: a new one concerns no other network."""
    files = [module_of("architecture", architecture), *([module_of("objective", objective)] if objective else [])]
    return stamps(sorted({file for own in files for file in imported_files(own, LIBRARY)}))


def users_own(path):
    """A file as a rule's input: what the workflow makes is where its results are kept, anything else lies here."""
    return str(path) if str(path).startswith("results/") else local(str(path))


def local_digits():
    """The idx files in the user's folder, if one is configured."""
    folder = config["digits"]["folder"]
    return sorted(file for below in ("", "raw") for file in Path(folder, below).glob("*-ubyte*")) if folder else []


def run_files(pattern, runs=RUNS):
    """The files of all (model, seed) runs of the configured solver, in the order of ``runs``."""
    folders = {key: folder for folder, key in DIGIT_FOLDERS.items()}
    return [
        pattern.format(dataset=DATASET, model=folders[model, config["solver"]], seed=seed) for model, seed in runs
    ]


def teacher_features(wildcards):
    """The features whose class means this model learns, if it learns any."""
    model, _ = DIGIT_FOLDERS[wildcards.model]
    teacher = config["models"][model].get("teacher")
    if not teacher:
        return []
    folder = wildcards.model.replace(model, teacher)
    return f"results/features/{wildcards.dataset}/{folder}/seed{wildcards.seed}/ip1.parquet"


def training_settings(wildcards):
    """What of the configuration concerns the training of one network, and nothing else."""
    model, solver = DIGIT_FOLDERS[wildcards.model]
    return dict(
        model=config["models"][model],
        recipe=config["solvers"][solver][model],
        device=config["device"],
        precision=config["precision"],
    )


# Snakemake (9.27) looks through the waiting jobs once more a second for every job that has ended: after 300 of them
# that keeps a core busy. It does so for a limit of 100 jobs a second, which spares a cluster's scheduler.
onstart:
    if workflow.local_exec:
        workflow.scheduler.job_rate_limiter = None
