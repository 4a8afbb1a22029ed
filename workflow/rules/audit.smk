rule probe_factors:
    """Every factor read from a representation: linearly, from nearest neighbors, by small networks."""
    input:
        samples=AUDIT_SAMPLES,
        factors=AUDIT_FACTORS,
        features=audit_features("{representation}", "{seed}"),
    output:
        predictions="results/probes/audit/{representation}/seed{seed}/predictions.parquet",
        grid="results/probes/audit/{representation}/seed{seed}/grid.parquet",
        control="results/probes/audit/{representation}/seed{seed}/control.parquet",
    log:
        "results/logs/audit/{representation}/seed{seed}/probe.log",
    benchmark:
        "results/benchmarks/audit/{representation}/seed{seed}/probe.tsv"
    threads: 8
    resources:
        mem_mb=grows(CUDA_MEGABYTES + config["probe_memory_mb"]),
        runtime=grows_with_input(30, 0.2),
        gpu=GPUS,
    params:
        *code("probe_factors.py"),
        cfg=dict(device=config["device"]),
    message:
        "Reading the factors from {wildcards.representation}, seed {wildcards.seed}"
    script:
        "../scripts/probe_factors.py"


rule erase_factors:
    """What removing each factor costs: all readouts again, and recognition (of the first training seed)."""
    input:
        samples=AUDIT_SAMPLES,
        factors=AUDIT_FACTORS,
        features=audit_features("{representation}"),
        predictions="results/probes/audit/{representation}/seed0/predictions.parquet",
    output:
        **{table: f"results/probes/audit/{{representation}}/{table}.parquet" for table in ERASURE_TABLES},
    log:
        "results/logs/audit/{representation}/erase.log",
    benchmark:
        "results/benchmarks/audit/{representation}/erase.tsv"
    threads: 8
    resources:
        mem_mb=grows(CUDA_MEGABYTES + config["probe_memory_mb"]),
        runtime=grows_with_input(60, 1),
        gpu=GPUS,
    params:
        *code("erase_factors.py"),
        cfg=dict(device=config["device"], label_is_group=AUDIT_LABEL_IS_GROUP),
    message:
        "Erasing the factors from {wildcards.representation}"
    script:
        "../scripts/erase_factors.py"


rule describe_structure:
    """How the factors sit in a representation: in how many dimensions, beside how much else (first training seed)."""
    input:
        samples=AUDIT_SAMPLES,
        factors=AUDIT_FACTORS,
        features=audit_features("{representation}"),
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
        cfg=dict(label_is_group=AUDIT_LABEL_IS_GROUP),
    message:
        "Describing how the factors sit in {wildcards.representation}"
    script:
        "../scripts/describe_structure.py"


rule audit_tables:
    """The audit's numbers: skills, intervals, p-values and verdicts, a table each."""
    input:
        samples=AUDIT_SAMPLES,
        factors=AUDIT_FACTORS,
        predictions=audit_probes("predictions"),
        grids=audit_probes("grid"),
        controls=audit_probes("control"),
        described=audit_described([*STRUCTURE_TABLES, *ERASURE_TABLES]),
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
            seeds=AUDIT_REPRESENTATIONS,
            controls=[name for name, about in AUDIT_ABOUT.items() if about["control"]],
            margin=AUDIT["margin"],
            permutations=AUDIT["permutations"],
        ),
    message:
        "Scoring what was read"
    script:
        "../scripts/audit_tables.py"


rule audit_page:
    """The audit's page: every number and figure in one file."""
    input:
        **AUDIT_TABLES,
        about="results/audit/about.json",
        factors="results/audit/factors.csv",
    output:
        report(
            "results/audit/index.html",
            category="Audit",
            caption="../report/audit.rst",
            labels={"page": "what the features tell"},
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
    """Your own features: what they tell that they should not (--config features=my.npy factors=my.csv group=person)."""
    input:
        "results/audit/index.html",
