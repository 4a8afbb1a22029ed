# What is computed of one representation of an audit at a time.


rule probe_factors:
    """Every factor predicted from a representation by every general probe."""
    input:
        samples=AUDIT_SAMPLES,
        factors=AUDIT_FACTORS,
        features=audited.features("{representation}", "{seed}"),
    output:
        predictions=f"results/probes/{AUDIT}/{{representation}}/seed{{seed}}/predictions.parquet",
        search=f"results/probes/{AUDIT}/{{representation}}/seed{{seed}}/search.parquet",
        selectivity=f"results/probes/{AUDIT}/{{representation}}/seed{{seed}}/selectivity.parquet",
    log:
        f"results/logs/{AUDIT}/{{representation}}/seed{{seed}}/probe.log",
    benchmark:
        f"results/benchmarks/{AUDIT}/{{representation}}/seed{{seed}}/probe.tsv"
    threads: 8
    resources:
        mem_mb=grows(CUDA_MEGABYTES + settings.probe_memory_mb),
        runtime=grows_with_input(30, 0.2),
        gpu=GPUS,
    params:
        code=probe_code(*AUDIT_PROBES),
        cfg=dict(probes=dict.fromkeys(AUDIT_PROBES), device=settings.device),
    message:
        "Probing {wildcards.representation}, seed {wildcards.seed}"
    script:
        "../scripts/probe.py"


use rule probe_factors as probe_linearly with:
    output:
        predictions=f"results/probes/{AUDIT}/{{representation}}/seed{{seed}}/linear/predictions.parquet",
        search=f"results/probes/{AUDIT}/{{representation}}/seed{{seed}}/linear/search.parquet",
        selectivity=f"results/probes/{AUDIT}/{{representation}}/seed{{seed}}/linear/selectivity.parquet",
    log:
        f"results/logs/{AUDIT}/{{representation}}/seed{{seed}}/probe_linearly.log",
    benchmark:
        f"results/benchmarks/{AUDIT}/{{representation}}/seed{{seed}}/probe_linearly.tsv"
    params:
        code=probe_code("linear"),
        cfg=dict(probes=dict(linear=None), device=settings.device),
    message:
        "Probing {wildcards.representation} linearly, seed {wildcards.seed}"


rule erase_factors:
    """What removing factors costs: all probes again, and recognition (of the first training seed); and the erasers."""
    input:
        samples=AUDIT_SAMPLES,
        factors=AUDIT_FACTORS,
        features=audited.features("{representation}"),
        predictions=lambda wildcards: audited.probes("predictions", wildcards.representation),
        searches=lambda wildcards: audited.probes("search", wildcards.representation),
    output:
        **{table: f"results/probes/{AUDIT}/{{representation}}/{table}.parquet" for table in ERASURE_TABLES},
        erasers=directory(f"results/{AUDIT}/erasers/{{representation}}"),
    log:
        f"results/logs/{AUDIT}/{{representation}}/erase.log",
    benchmark:
        f"results/benchmarks/{AUDIT}/{{representation}}/erase.tsv"
    threads: 8
    resources:
        mem_mb=grows(CUDA_MEGABYTES + settings.probe_memory_mb),
        runtime=grows_with_input(60, 1),
        gpu=GPUS,
    params:
        *probe_code(*AUDIT_PROBES, script="erase_factors.py"),
        cfg=dict(
            probes=AUDIT_PROBES,
            device=settings.device,
            label_is_group=audited.settings.label_is_group,
            label=audited.settings.known_label,
            erase=settings.audit.erase,
            margin=settings.audit.margin if settings.audit.erase not in ("all", "none") else None,
            controls=audited.settings.controls,
        ),
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
        **{table: f"results/probes/{AUDIT}/{{representation}}/{table}.parquet" for table in STRUCTURE_TABLES},
    log:
        f"results/logs/{AUDIT}/{{representation}}/structure.log",
    benchmark:
        f"results/benchmarks/{AUDIT}/{{representation}}/structure.tsv"
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
        predictions=f"results/probes/{AUDIT}/{{representation}}/seed0/predictions.parquet",
        search=f"results/probes/{AUDIT}/{{representation}}/seed0/search.parquet",
    output:
        beyond=f"results/probes/{AUDIT}/{{representation}}/beyond.parquet",
        rows=f"results/probes/{AUDIT}/{{representation}}/rows.parquet",
    log:
        f"results/logs/{AUDIT}/{{representation}}/beyond.log",
    benchmark:
        f"results/benchmarks/{AUDIT}/{{representation}}/beyond.tsv"
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


rule measure_shift:
    """Whether factors hurt the label: unseen values of them, and them as a shortcut (of the first training seed)."""
    input:
        samples=AUDIT_SAMPLES,
        factors=AUDIT_FACTORS,
        features=audited.features("{representation}"),
    output:
        shift=f"results/probes/{AUDIT}/{{representation}}/shift.parquet",
    log:
        f"results/logs/{AUDIT}/{{representation}}/shift.log",
    benchmark:
        f"results/benchmarks/{AUDIT}/{{representation}}/shift.tsv"
    threads: 8
    resources:
        mem_mb=grows(settings.probe_memory_mb),
        runtime=grows_with_input(30, 0.2),
    params:
        *code("measure_shift.py"),
        cfg=dict(label=audited.settings.known_label),
    message:
        "Asking whether factors hurt the label, of {wildcards.representation}"
    script:
        "../scripts/measure_shift.py"


rule measure_sensitivity:
    """Which leaks would have been found: factors of known skill, planted into a representation (first training seed)."""
    input:
        samples=AUDIT_SAMPLES,
        factors=AUDIT_FACTORS,
        features=audited.features("{representation}"),
    output:
        sensitivity=f"results/probes/{AUDIT}/{{representation}}/sensitivity.parquet",
    log:
        f"results/logs/{AUDIT}/{{representation}}/sensitivity.log",
    benchmark:
        f"results/benchmarks/{AUDIT}/{{representation}}/sensitivity.tsv"
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


rule measure_learning:
    """How skill grows with the number of training groups, and what more would give (of the first training seed)."""
    input:
        samples=AUDIT_SAMPLES,
        factors=AUDIT_FACTORS,
        features=audited.features("{representation}"),
    output:
        **{table: f"results/probes/{AUDIT}/{{representation}}/{table}.parquet" for table in LEARNING_TABLES},
    log:
        f"results/logs/{AUDIT}/{{representation}}/learning.log",
    benchmark:
        f"results/benchmarks/{AUDIT}/{{representation}}/learning.tsv"
    threads: 8
    resources:
        mem_mb=grows(settings.probe_memory_mb),
        runtime=grows_with_input(30, 0.1),
    params:
        *code("measure_learning.py"),
    message:
        "Fitting probes of {wildcards.representation} on fewer groups"
    script:
        "../scripts/measure_learning.py"
