import os
import sys
import tempfile
import time
from dataclasses import asdict
from functools import cache
from itertools import chain
from pathlib import Path


def checkout(source):
    """The folder of the repository at the revision that a file of it is from.

    Snakemake fetches a workflow on GitHub or GitLab file by file; the library is needed whole.
    """
    if source.is_local:
        return Path(str(source.get_path_or_uri(secret_free=False))).parents[1]
    repository = source.hosted_repo.repo
    folder = Path(".snakemake", "exoprobe", repository.commit(source.ref).hexsha).absolute()
    if not folder.exists():
        folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder.parent) as temporary:
            whole = Path(temporary, "whole")
            whole.mkdir()
            repository.git(work_tree=whole).checkout(folder.name, "--", ".")
            whole.rename(folder)
    return folder


BEGUN = time.time()
ROOT = checkout(workflow.current_basedir)
LIBRARY = ROOT / "src"
SCRIPTS = ROOT / "workflow" / "scripts"

# The library need not be installed: this process and the scripts that it starts find it here.
sys.path.insert(0, str(LIBRARY))
os.environ.update(PYTHONPATH=os.pathsep.join([str(LIBRARY), *filter(None, [os.getenv("PYTHONPATH")])]))

from exoprobe.config.audit import CONTROL, NOTHING, PICTURE_FACTORS
from exoprobe.config.audit_files import check_feature_files
from exoprobe.config.config_file import check_command_line, check_config_file, with_defaults
from exoprobe.config.declared import module_of
from exoprobe.config.model import load_config
from exoprobe.config.training import PAPER
from exoprobe.config.images import SAMPLES as IMAGE_SAMPLES
from exoprobe.datasets.content_digest import content_digests
from exoprobe.datasets.celeba_layout import LANDMARKS, TABLES
from exoprobe.errors import ExoprobeError
from exoprobe.gpu_lock import has_card
from exoprobe.io.code_digest import imported_files
from exoprobe.evaluation.pose_ranges import EDGES as YAW_EDGES
from exoprobe.io.files import digest_of_file, digest_of_files
from exoprobe.io.locations import files_of
from exoprobe.probes.registry import METHODS, general_probe_names
from exoprobe.run_end import answer, refusals, set_aside
from exoprobe.run_lock import begin_run, check_run
from exoprobe.runs.audit import AuditRuns
from exoprobe.runs.digits import DATASETS, LAYERS, ROTATION, TOGETHER, UNSEEN, DigitRuns
from exoprobe.runs.faces import CELEBA_DOWNLOAD, DLIB_RESNET, FaceRuns, IdentityRuns
from exoprobe.runs.images import TABLE_NOTES, ImageRuns
from exoprobe.runs.questions import FIGURES, QuestionRuns

# The configuration of the working folder or, where there is none, the one that is shipped, which also has the sections
# that the working folder's leaves out. Who uses these rules as a module gives what shall differ from that.
SHIPPED = ROOT / "config.yaml"
IS_MODULE = workflow.modifier.skip_configfile
CONFIG = str(SHIPPED) if IS_MODULE or not Path("config.yaml").exists() else "config.yaml"

try:
    if workflow.is_main_process:
        check_command_line(sys.argv)
    for file in [CONFIG, *workflow.overwrite_configfiles]:
        check_config_file(file)
except ExoprobeError as error:
    sys.exit(f"config: {error}")


configfile: CONFIG


config = with_defaults(config, SHIPPED, None if IS_MODULE else CONFIG)
try:
    settings = load_config(config)
except ExoprobeError as error:
    sys.exit(f"config: {error}")
config.clear()  # of the keys that are short for others
config.update(settings.model_dump())

try:
    if workflow.is_main_process:
        check_feature_files(settings.audit)
        begin_run(Path(".snakemake"))
    else:  # a job of a run, maybe on another node
        check_run(Path(".snakemake"))
except ExoprobeError as error:
    sys.exit(str(error))

digits, faces, audited = DigitRuns(settings), FaceRuns(settings), AuditRuns(settings)
pictures = ImageRuns(settings)
asked, identities = QuestionRuns(digits), IdentityRuns(faces)

# A job of a network asks for a GPU if it is to compute on one, and for the memory that CUDA takes beside it.
GPUS = 1 if settings.device == "cuda" or (settings.device == "auto" and has_card()) else None
CUDA_MEGABYTES = 3000 if GPUS else 0
PAPER_NUMBERS = LIBRARY / "exoprobe" / "evaluation" / "paper_numbers.csv"
PAGE_TEMPLATES = LIBRARY / "exoprobe" / "report" / "templates"
ORL_LABELS = LIBRARY / "exoprobe" / "datasets" / "orl_attributes.csv"
ORL_IMAGES = "results/data/orl/images.zip"
FACE_ARCHIVE = [] if faces.is_celeba else ORL_IMAGES  # those of CelebA are found in a folder
DLIB_LANDMARKS = "results/weights/shape_predictor_68_face_landmarks.dat"
AUDIT_PROBES = general_probe_names()
AUDIT = audited.folder
AUDIT_SAMPLES, AUDIT_FACTORS = f"results/data/{AUDIT}/samples.parquet", f"results/data/{AUDIT}/factors.parquet"


def figure_paths(*names):
    """The files of figures."""
    return [f"results/figures/{name}.{kind}" for name in names for kind in ("pdf", "png", "svg", "csv")]


DIGIT_FIGURES = figure_paths(*(f"figure_{number}" for number in range(3, 9)), "training_curves")
FACE_FIGURES = [*figure_paths("figure_1", "figure_2"), "results/figures/table_1.csv"]


# Locally, as many jobs on GPUs at once as --resources gpu says; on a cluster, each gets its own from the scheduler.
resource_scopes:
    gpu="local",


wildcard_constraints:
    dataset="|".join(DATASETS),
    model="|".join(digits.paper_folders),
    task="|".join(digits.factors),
    variant="|".join(digits.variants),
    run=f"({'|'.join(digits.paper_folders)}|({'|'.join(digits.factors)})/({'|'.join(digits.variants)}))",
    seed=r"\d+",
    layer=r"(conv|pool|block)\d+|ip[12]",
    faces="orl|celeba",
    network="|".join(faces.networks),
    shard=r"\d+",
    representation="|".join(audited.seeds) or "none configured",


def grows(amount):
    """A resource that grows with the attempt: a job that ran out of it comes back with more."""
    return lambda wildcards, attempt: round(amount * attempt)


def grows_with_input(base, per_megabyte, but=None):
    """A resource that grows with the size of the job's inputs, but for those of one name, and with the attempt."""

    def resource(wildcards, input, attempt):
        left_out = sum(Path(file).stat().st_size for file in input[but]) / 2**20 if but else 0
        return round((base + per_megabyte * (input.size_mb - left_out)) * attempt)

    return resource


def figure_files(name, category, label, *, shown="svg", caption=None):
    """A figure's four files, one of which the report shows under its label, with a caption of workflow/report."""
    files = {kind: f"results/figures/{name}.{kind}" for kind in ("pdf", "png", "svg", "csv")}
    described = dict(category=category, caption=f"../report/{caption or name}.rst", labels={"figure": label})
    return {**files, shown: report(files[shown], **described)}


@cache
def code_files(script, *modules):
    """The script and the library modules that it imports or, as (kind, name), finds by name."""
    files = {file for module in modules for file in imported_files(module_of(*module), LIBRARY)}
    return [*(own := imported_files(SCRIPTS / script, LIBRARY)), *sorted(files - {*own})]


@cache
def code(script, *modules):
    """The stamps of a script's code."""
    return stamps(code_files(script, *modules))


@cache
def probe_code(*probes, script="probe.py"):
    """The stamps of a script's code and of probes' modules, which it finds by name."""
    files = {file for name in probes for file in imported_files(METHODS / f"{name}.py", LIBRARY)}
    return stamps(sorted({*code_files(script), *files}))


@cache
def call(function):
    """The params of a rule whose script calls a function of the library, with the stamps of its code."""
    file = LIBRARY.joinpath(*function.split(".")[:-1]).with_suffix(".py")
    files = {*code_files("call.py"), *imported_files(file, LIBRARY)}
    return dict(function=function, code=stamps(sorted(files)))


@cache
def code_digest(script, *modules):
    """A digest of a script's code, for the files that it writes."""
    return digest_of_files(code_files(script, *modules))


def stamps(files):
    """A line per file, its name and a digest of its content, to put into the params of the rules that use it.

    Snakemake compares params with those of the last run as they were when that run began. So editing a file
    reruns these rules and no others, even during a run and whatever its time; touching it reruns nothing. As
    inputs, files with an old time would pass unseen, and so would edits between a job's start and its end.
    """
    return [f"{os.path.relpath(file, ROOT)} {digest_of_file(file)[:16]}" for file in files]


def users_own(path):
    """A file as a rule's input: what the workflow makes is where its results are kept, anything else lies here."""
    return str(path) if str(path).startswith("results/") else local(str(path))


def users_files(*locations):
    """The files that a user's features or factors are in, as a rule's input."""
    return [users_own(file) for location in locations for file in files_of(location)]


def existing(path):
    """The file as a rule's input if it is there or will be; a missing one is named by the job, with where to get it."""
    return users_own(path) if path and (path.startswith("results/") or Path(path).exists()) else []


def found_in(folder, *patterns):
    """The files in a user's folder, if one is configured."""
    return sorted(file for pattern in patterns for file in Path(folder).glob(pattern)) if folder else []


def training_minutes(wildcards, attempt):
    """How long training may take: five times what two cores of 2023 need."""
    recipe = digits.recipe(wildcards.run)
    return round(attempt * (30 + 20 * recipe["max_steps"] * recipe["batch_size"] / 1e6))


def teacher_weights(wildcards):
    """The network whose class means this one learns, if it learns any."""
    teacher = digits.teacher(wildcards.run)
    return digits.weights(teacher, wildcards.seed) if teacher else []


def architecture(wildcards):
    """The module of a network's architecture."""
    return "architecture", digits.network(wildcards.run).architecture


def training_code(wildcards):
    """The stamps of the code that trains a network."""
    return code("train.py", architecture(wildcards), ("objective", digits.network(wildcards.run).objective))


def extraction_settings(wildcards):
    """What of the configuration concerns the features of a network for digits."""
    return dict(
        device=settings.device,
        dtype=settings.feature_dtype,
        max_features=digits.max_features(wildcards.run),
        code_digest=code_digest("extract.py", architecture(wildcards)),
    )


def face_network(wildcards):
    """The module of a face network's adapter."""
    return "adapter", settings.faces.networks[wildcards.network].adapter


def image_network(wildcards):
    """The module of the adapter of a network for pictures."""
    return "adapter", settings.images.networks[wildcards.network].adapter


def identity_modules(name):
    """The modules of a network on faces' features, and of its teacher."""
    names = [name, *filter(None, [identities.teacher(name)])]
    return [("architecture", "perceptron"), *(("objective", settings.networks[own].objective) for own in names)]


def user_content(*files):
    """Digests of users' files, for params: new content is new whatever its time."""
    own = [path for file in files if file and not file.startswith("results/") for path in files_of(file)]
    return content_digests(own, ".snakemake/exoprobe_digests")


def audit_factor_table(wildcards):
    """The user's factor table; where nothing is configured, say in one sentence what to give."""
    if settings.audit.factors is None:
        sys.exit(NOTHING)
    return users_own(settings.audit.factors)


def pages_asked(pages):
    """Those of some pages, by target, that the run was to make."""
    targets = set(workflow.dag_settings.targets)
    return [page for target, page in pages.items() if {target, str(page)} & targets]
