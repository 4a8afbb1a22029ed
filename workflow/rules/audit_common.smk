from exoprobe.config.audit import CONTROL, NOTHING, ROLES, seed_files

from exoprobe.probes.registry import general_probe_names

AUDIT = config["audit"]
AUDIT_PROBES = general_probe_names()
# The class that features are meant to tell is who or what they are of, if nothing else is said.
AUDIT_LABEL = AUDIT["label"] or AUDIT["group"]
AUDIT_SAMPLES = "results/data/audit/samples.parquet"
AUDIT_FACTORS = "results/data/audit/factors.parquet"
# Name → the user's files, one per training seed; the projection of the images has none of its own.
AUDIT_FILES = {name: seed_files(entry) for name, entry in AUDIT["representations"].items()}
# Name → how many training seeds.
AUDIT_REPRESENTATIONS = {name: len(files) for name, files in AUDIT_FILES.items()}
if AUDIT["images"] is not None:
    AUDIT_REPRESENTATIONS[CONTROL] = 1
AUDIT_ABOUT = {
    name: dict(title=entry["title"], files=AUDIT_FILES[name], control=entry.get("control", False))
    for name, entry in AUDIT["representations"].items()
}
if AUDIT["images"] is not None:
    AUDIT_ABOUT[CONTROL] = dict(title="random projection of the images", files=[], control=True)

# Tables of one representation, and of all.
STRUCTURE_TABLES = ["structure", "scree", "geometry", "subspace", "dimensions"]
ERASURE_TABLES = ["erasure", "recognition"]
PAGE_TEMPLATES = LIBRARY / "exoprobe" / "report" / "templates"
SCORE_TABLES = ["scores", "verdicts", "differences"]
AUDIT_TABLES = {
    table: f"results/audit/{table}.csv" for table in [*SCORE_TABLES, *STRUCTURE_TABLES, *ERASURE_TABLES]
}
AUDIT_LABEL_IS_GROUP = AUDIT_LABEL == AUDIT["group"]


wildcard_constraints:
    representation="|".join(AUDIT_REPRESENTATIONS) or "none configured",


def audit_features(name, seed=0):
    """The feature file of a representation."""
    return f"results/features/audit/{name}/seed{seed}.parquet"


def audit_factor_table(wildcards):
    """The user's factor table; where nothing is configured, say in one sentence what to give."""
    if AUDIT["factors"] is None:
        sys.exit(NOTHING)
    return users_own(AUDIT["factors"])


def audit_images():
    """The images, if they lie in one file."""
    return users_own(AUDIT["images"]) if isinstance(AUDIT["images"], str) else []


def audit_probes(what):
    """A probe's files of every representation, training seed by training seed."""
    return [
        f"results/probes/audit/{name}/seed{seed}/{what}.parquet"
        for name, seeds in AUDIT_REPRESENTATIONS.items()
        for seed in range(seeds)
    ]


def audit_described(tables):
    """The tables that are made for one representation at a time, of all of them."""
    return [f"results/probes/audit/{name}/{table}.parquet" for name in AUDIT_REPRESENTATIONS for table in tables]
