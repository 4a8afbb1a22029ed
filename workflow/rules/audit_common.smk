from exoprobe.config.audit import CONTROL, NOTHING, ROLES
from exoprobe.config.audit_settings import audit_settings
from exoprobe.probes.registry import general_probe_names

AUDIT = config["audit"]
AUDIT_PROBES = general_probe_names()
AUDIT_SETTINGS = audit_settings(config)
AUDIT_SAMPLES = "results/data/audit/samples.parquet"
AUDIT_FACTORS = "results/data/audit/factors.parquet"
# Name → the user's files, one per training seed; the projection of the images has none of its own.
AUDIT_FILES = {name: entry.files for name, entry in AUDIT_SETTINGS.representations.items() if entry.files}
# Name → how many training seeds.
AUDIT_REPRESENTATIONS = AUDIT_SETTINGS.seeds

# Tables of one representation, and of all.
STRUCTURE_TABLES = ["structure", "scree", "geometry", "subspace", "dimensions"]
ERASURE_TABLES = ["erasure", "recognition"]
PAGE_TEMPLATES = LIBRARY / "exoprobe" / "report" / "templates"
SCORE_TABLES = ["scores", "verdicts", "differences"]
AUDIT_TABLES = {
    table: f"results/audit/{table}.csv" for table in [*SCORE_TABLES, *STRUCTURE_TABLES, *ERASURE_TABLES]
}


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
