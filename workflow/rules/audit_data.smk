from exoprobe.datasets.content_digest import content_digests


def user_content(*files):
    """Digests of users' files, for params: new content is new whatever its time."""
    return content_digests([file for file in files if not file.startswith("results/")], ".snakemake/exoprobe_digests")


rule audit_samples:
    """The audit's dataset: the factor table joined with the feature files, grouped and split."""
    input:
        table=audit_factor_table,
        features=[users_own(file) for files in AUDIT_FILES.values() for file in files],
    output:
        samples=AUDIT_SAMPLES,
        factors=AUDIT_FACTORS,
        notes="results/data/audit/notes.json",
    log:
        "results/logs/audit/samples.log",
    benchmark:
        "results/benchmarks/audit/samples.tsv"
    conda:
        "../../envs/exoprobe.yaml"
    resources:
        mem_mb=grows_with_input(1000, 1),
    params:
        *code("audit_samples.py"),
        content=user_content(AUDIT["factors"] or "results/", *(file for files in AUDIT_FILES.values() for file in files)),
        cfg=dict(
            seeds={name: len(files) for name, files in AUDIT_FILES.items()},
            roles={**{role: AUDIT[role] for role in ROLES}, "label": AUDIT_LABEL},
            rows=AUDIT["rows"],
            seed=config["seeds"][0],
        ),
    message:
        "Joining the features with their factors"
    script:
        "../scripts/audit_samples.py"


rule audit_features:
    """A user's features as a feature file, in the order of the audit's samples."""
    input:
        samples=AUDIT_SAMPLES,
        source=lambda wildcards: users_own(AUDIT_FILES[wildcards.representation][int(wildcards.seed)]),
    output:
        audit_features("{representation}", "{seed}"),
    log:
        "results/logs/audit/{representation}/seed{seed}/features.log",
    benchmark:
        "results/benchmarks/audit/{representation}/seed{seed}/features.tsv"
    wildcard_constraints:
        representation="|".join(AUDIT_FILES) or "none configured",
    conda:
        "../../envs/exoprobe.yaml"
    resources:
        mem_mb=grows_with_input(1000, 1.5),
    params:
        *code("audit_features.py"),
        content=lambda wildcards: user_content(AUDIT_FILES[wildcards.representation][int(wildcards.seed)]),
        cfg=dict(
            id_column=AUDIT["id"],
            dtype=config["feature_dtype"],
            code_digest=digest_of_files(code_files("audit_features.py")),
        ),
    message:
        "Importing {wildcards.representation}, seed {wildcards.seed}"
    script:
        "../scripts/audit_features.py"


rule audit_control:
    """A control that has learned nothing: the images seen through random weights."""
    input:
        samples=AUDIT_SAMPLES,
        table=audit_factor_table,
        images=audit_images(),
        features=[audit_features(name) for name in list(AUDIT_FILES)[:1]],
    output:
        audit_features(CONTROL),
    log:
        "results/logs/audit/control.log",
    benchmark:
        "results/benchmarks/audit/control.tsv"
    conda:
        "../../envs/exoprobe.yaml"
    resources:
        mem_mb=grows_with_input(2000, 2),
    params:
        *code("audit_control.py"),
        cfg=dict(
            folder=None if isinstance(AUDIT["images"], str) else AUDIT["images"],
            seed=config["seeds"][0],
            dtype=config["feature_dtype"],
            code_digest=digest_of_files(code_files("audit_control.py")),
        ),
    message:
        "Projecting the images at random"
    script:
        "../scripts/audit_control.py"


rule audit_about:
    """What the audit looked at: files, rows, groups, and a table of the factors."""
    input:
        samples=AUDIT_SAMPLES,
        factors=AUDIT_FACTORS,
        notes="results/data/audit/notes.json",
        features=[audit_features(name) for name in AUDIT_REPRESENTATIONS],
    output:
        about="results/audit/about.json",
        table="results/audit/factors.csv",
    log:
        "results/logs/audit/about.log",
    conda:
        "../../envs/exoprobe.yaml"
    resources:
        mem_mb=grows(1500),
    params:
        *code("audit_about.py"),
        cfg=dict(
            representations=AUDIT_ABOUT,
            factors_file=AUDIT["factors"],
            label=AUDIT_LABEL,
            **{key: AUDIT[key] for key in ("group", "kinds", "permutations", "margin")},
        ),
    message:
        "Writing what is audited"
    script:
        "../scripts/audit_about.py"
