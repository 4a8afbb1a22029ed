# Tables of one representation, and of all.
STRUCTURE_TABLES = ["structure", "scree", "geometry", "subspace", "dimensions"]
ERASURE_TABLES = ["erasure", "recognition"]
SCORE_TABLES = ["scores", "verdicts", "differences", "association", "predicted"]
OTHER_TABLES = [*STRUCTURE_TABLES, "beyond", "sensitivity", *ERASURE_TABLES]
AUDIT_TABLES = {table: f"results/audit/{table}.csv" for table in [*SCORE_TABLES, *OTHER_TABLES]}


rule audit_samples:
    """The audit's dataset: the factor table joined with the feature files, grouped and split."""
    input:
        table=audit_factor_table,
        features=users_files(*chain(*audited.files.values())),
    output:
        samples=AUDIT_SAMPLES,
        factors=AUDIT_FACTORS,
        notes="results/data/audit/notes.json",
    log:
        "results/logs/audit/samples.log",
    benchmark:
        "results/benchmarks/audit/samples.tsv"
    resources:
        mem_mb=grows_with_input(1000, 1),
    params:
        *code("audit_samples.py"),
        content=user_content(settings.audit.factors, *chain(*audited.files.values())),
        cfg=dict(
            files=audited.files,
            roles=asdict(audited.settings.roles),
            rows=settings.audit.rows,
            seed=settings.seeds[0],
        ),
    message:
        "Joining the features with their factors"
    script:
        "../scripts/audit_samples.py"


rule audit_features:
    """A user's features as a feature file, in the order of the audit's samples."""
    input:
        samples=AUDIT_SAMPLES,
        source=lambda wildcards: users_files(audited.files[wildcards.representation][int(wildcards.seed)]),
    output:
        audited.features("{representation}", "{seed}"),
    log:
        "results/logs/audit/{representation}/seed{seed}/features.log",
    benchmark:
        "results/benchmarks/audit/{representation}/seed{seed}/features.tsv"
    wildcard_constraints:
        representation="|".join(audited.files) or "none configured",
    resources:
        mem_mb=grows_with_input(1000, 1.5),
    params:
        *code("audit_features.py"),
        content=lambda wildcards: user_content(audited.files[wildcards.representation][int(wildcards.seed)]),
        location=lambda wildcards: audited.files[wildcards.representation][int(wildcards.seed)],
        cfg=dict(
            id_column=settings.audit.id,
            dtype=settings.feature_dtype,
            code_digest=code_digest("audit_features.py"),
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
        images=users_own(audited.image_file) if audited.image_file else [],
        features=[audited.features(name) for name in list(audited.files)[:1]],
    output:
        audited.features(CONTROL),
    log:
        "results/logs/audit/control.log",
    benchmark:
        "results/benchmarks/audit/control.tsv"
    resources:
        mem_mb=grows_with_input(2000, 2),
    params:
        *code("audit_control.py"),
        cfg=dict(
            folder=audited.image_folder,
            seed=settings.seeds[0],
            dtype=settings.feature_dtype,
            code_digest=code_digest("audit_control.py"),
        ),
    message:
        "Projecting the images at random"
    script:
        "../scripts/audit_control.py"


rule audit_metadata:
    """What the audit looked at: files, rows, groups, and a table of the factors."""
    input:
        samples=AUDIT_SAMPLES,
        factors=AUDIT_FACTORS,
        notes="results/data/audit/notes.json",
        features=[audited.features(name) for name in audited.seeds],
        sources=users_files(*chain(*audited.files.values())),
        factor_table=audit_factor_table,
        pictures=pictures.notes,
    output:
        metadata="results/audit/metadata.json",
        table="results/audit/factors.csv",
        provenance="results/audit/provenance.json",
    log:
        "results/logs/audit/metadata.log",
    resources:
        mem_mb=grows(1500),
    params:
        *code("audit_metadata.py"),
        cfg=audited.settings.metadata(),
        settings=audited.settings.described(),
        input_names=audited.settings.input_names,
        locations=[*chain(*audited.files.values())],
    message:
        "Writing what is audited"
    script:
        "../scripts/audit_metadata.py"


rule probe_factors:
    """Every factor predicted from a representation by every general probe."""
    input:
        samples=AUDIT_SAMPLES,
        factors=AUDIT_FACTORS,
        features=audited.features("{representation}", "{seed}"),
    output:
        predictions="results/probes/audit/{representation}/seed{seed}/predictions.parquet",
        search="results/probes/audit/{representation}/seed{seed}/search.parquet",
        selectivity="results/probes/audit/{representation}/seed{seed}/selectivity.parquet",
    log:
        "results/logs/audit/{representation}/seed{seed}/probe.log",
    benchmark:
        "results/benchmarks/audit/{representation}/seed{seed}/probe.tsv"
    threads: 8
    resources:
        mem_mb=grows(CUDA_MEGABYTES + settings.probe_memory_mb),
        runtime=grows_with_input(30, 0.2),
        gpu=GPUS,
    params:
        *probe_code(*AUDIT_PROBES),
        cfg=dict(probes=dict.fromkeys(AUDIT_PROBES), device=settings.device),
    message:
        "Probing {wildcards.representation}, seed {wildcards.seed}"
    script:
        "../scripts/probe.py"


rule erase_factors:
    """What removing each factor costs: all probes again, and recognition (of the first training seed)."""
    input:
        samples=AUDIT_SAMPLES,
        factors=AUDIT_FACTORS,
        features=audited.features("{representation}"),
    output:
        **{table: f"results/probes/audit/{{representation}}/{table}.parquet" for table in ERASURE_TABLES},
    log:
        "results/logs/audit/{representation}/erase.log",
    benchmark:
        "results/benchmarks/audit/{representation}/erase.tsv"
    threads: 8
    resources:
        mem_mb=grows(CUDA_MEGABYTES + settings.probe_memory_mb),
        runtime=grows_with_input(60, 1),
        gpu=GPUS,
    params:
        *probe_code(*AUDIT_PROBES, script="erase_factors.py"),
        cfg=dict(probes=AUDIT_PROBES, device=settings.device, label_is_group=audited.settings.label_is_group),
    message:
        "Erasing the factors from {wildcards.representation}"
    script:
        "../scripts/erase_factors.py"


rule describe_structure:
    """How the factors are encoded in a representation: in how many dimensions, with how much variance (first training seed)."""
    input:
        samples=AUDIT_SAMPLES,
        factors=AUDIT_FACTORS,
        features=audited.features("{representation}"),
    output:
        **{table: f"results/probes/audit/{{representation}}/{table}.parquet" for table in STRUCTURE_TABLES},
    log:
        "results/logs/audit/{representation}/structure.log",
    benchmark:
        "results/benchmarks/audit/{representation}/structure.tsv"
    threads: 8
    resources:
        mem_mb=grows(3000),
        runtime=grows_with_input(30, 0.1),
    params:
        *code("describe_structure.py"),
        cfg=dict(label_is_group=audited.settings.label_is_group),
    message:
        "Describing the geometry of {wildcards.representation}"
    script:
        "../scripts/describe_structure.py"


rule compare_with_given:
    """Whether factors are encoded beyond what the label and other factors imply (of the first training seed)."""
    input:
        samples=AUDIT_SAMPLES,
        factors=AUDIT_FACTORS,
        features=audited.features("{representation}"),
        predictions="results/probes/audit/{representation}/seed0/predictions.parquet",
        search="results/probes/audit/{representation}/seed0/search.parquet",
    output:
        beyond="results/probes/audit/{representation}/beyond.parquet",
    log:
        "results/logs/audit/{representation}/beyond.log",
    benchmark:
        "results/benchmarks/audit/{representation}/beyond.tsv"
    threads: 8
    resources:
        mem_mb=grows(settings.probe_memory_mb),
        runtime=grows_with_input(30, 0.2),
    params:
        *code("compare_with_given.py"),
        cfg=dict(given=settings.audit.given, label=audited.settings.known_label),
    message:
        "Setting the factors of {wildcards.representation} against what is known"
    script:
        "../scripts/compare_with_given.py"


rule measure_sensitivity:
    """Which leaks would have been found: factors of known skill, planted into a representation (first training seed)."""
    input:
        samples=AUDIT_SAMPLES,
        factors=AUDIT_FACTORS,
        features=audited.features("{representation}"),
    output:
        sensitivity="results/probes/audit/{representation}/sensitivity.parquet",
    log:
        "results/logs/audit/{representation}/sensitivity.log",
    benchmark:
        "results/benchmarks/audit/{representation}/sensitivity.tsv"
    threads: 8
    resources:
        mem_mb=grows(settings.probe_memory_mb),
        runtime=grows_with_input(30, 0.1),
    params:
        *code("measure_sensitivity.py"),
        cfg=dict(margin=settings.audit.margin),
    message:
        "Planting factors into {wildcards.representation}"
    script:
        "../scripts/measure_sensitivity.py"


rule audit_tables:
    """The audit's numbers: skills, intervals, p-values and verdicts, a table each."""
    input:
        samples=AUDIT_SAMPLES,
        factors=AUDIT_FACTORS,
        predictions=audited.probes("predictions"),
        searches=audited.probes("search"),
        selectivities=audited.probes("selectivity"),
        described=audited.described(OTHER_TABLES),
    output:
        **AUDIT_TABLES,
    log:
        "results/logs/audit/tables.log",
    benchmark:
        "results/benchmarks/audit/tables.tsv"
    resources:
        mem_mb=grows_with_input(2000, 10),
        runtime=grows_with_input(30, 1),
    params:
        *code("audit_tables.py"),
        cfg=dict(
            seeds=audited.seeds,
            controls=audited.settings.controls,
            margin=settings.audit.margin,
            permutations=settings.audit.permutations,
            label=audited.settings.roles.label,
            group=audited.settings.roles.group,
        ),
    message:
        "Scoring the predictions"
    script:
        "../scripts/audit_tables.py"


rule audit_page:
    """The audit's page: every number and figure in one file."""
    input:
        **AUDIT_TABLES,
        metadata="results/audit/metadata.json",
        factors="results/audit/factors.csv",
        provenance="results/audit/provenance.json",
    output:
        report(
            "results/audit/index.html",
            category="Audit",
            caption="../report/audit.rst",
            labels={"page": "what the features encode"},
        ),
    log:
        "results/logs/audit/page.log",
    resources:
        mem_mb=grows(2000),
    params:
        *code("audit_page.py"),
        *stamps(sorted(PAGE_TEMPLATES.iterdir())),
    message:
        "Writing the audit's page"
    script:
        "../scripts/audit_page.py"


rule audit:
    """Your own features: what they encode that they should not (--config features=my.npy factors=my.csv group=person)."""
    input:
        "results/audit/index.html",
