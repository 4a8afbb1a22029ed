rule train_variant:
    """A way to train on digits, on one task."""
    input:
        samples=lambda wildcards: task_samples(wildcards.task),
        teacher=variant_teacher,
    output:
        weights="results/models/{dataset}/{task}/{variant}/seed{seed}/weights.safetensors",
        history="results/models/{dataset}/{task}/{variant}/seed{seed}/history.parquet",
    log:
        "results/logs/{dataset}/{task}/{variant}/seed{seed}/train.log",
    benchmark:
        "results/benchmarks/{dataset}/{task}/{variant}/seed{seed}/train.tsv"
    resources:
        mem_mb=grows(CUDA_MEGABYTES + 1500 + 4 * KILODIGITS),
        runtime=grows(30),
        gpu=GPUS,
    params:
        *code("train_variant.py"),
        modules=variant_code,
        cfg=variant_settings,
    message:
        "Training {wildcards.variant} on {wildcards.task}, seed {wildcards.seed}"
    script:
        "../scripts/train_variant.py"


rule extract_variant:
    """A layer of a variant, for every sample that is probed."""
    input:
        samples=lambda wildcards: probed_samples(wildcards.task),
        weights=lambda wildcards: variant_weights(wildcards.task, wildcards.variant, wildcards.seed),
    output:
        "results/features/{dataset}/{task}/{variant}/seed{seed}/{layer}.parquet",
    log:
        "results/logs/{dataset}/{task}/{variant}/seed{seed}/extract_{layer}.log",
    benchmark:
        "results/benchmarks/{dataset}/{task}/{variant}/seed{seed}/extract_{layer}.tsv"
    resources:
        mem_mb=grows(CUDA_MEGABYTES + 2000),
        runtime=grows(15),
        gpu=GPUS,
    params:
        *code("extract_variant.py"),
        modules=lambda wildcards: model_code(VARIANTS[wildcards.variant]["architecture"]),
        cfg=dict(
            device=config["device"],
            dtype=config["feature_dtype"],
            most_elements=LAYERS["most_elements"],
            code_digest=digest_of_files(code_files("extract_variant.py")),
        ),
    message:
        "Extracting {wildcards.layer} of {wildcards.variant} on {wildcards.task}, seed {wildcards.seed}"
    script:
        "../scripts/extract_variant.py"


rule probe_variant:
    """What a representation tells of its task's factors, by linear and other readouts, before and after erasure."""
    input:
        samples=lambda wildcards: probed_samples(wildcards.task),
        features="results/features/{dataset}/{task}/{variant}/seed{seed}/{layer}.parquet",
    output:
        predictions="results/probes/{dataset}/{task}/{variant}/seed{seed}/{layer}.parquet",
        grid="results/probes/{dataset}/{task}/{variant}/seed{seed}/{layer}_grid.parquet",
    log:
        "results/logs/{dataset}/{task}/{variant}/seed{seed}/probe_{layer}.log",
    benchmark:
        "results/benchmarks/{dataset}/{task}/{variant}/seed{seed}/probe_{layer}.tsv"
    resources:
        mem_mb=grows(2500),
        runtime=grows(15),
    params:
        *code("probe_invariance.py"),
        cfg=lambda wildcards: dict(factors=FACTORS[wildcards.task], erase=wildcards.task == "rotation"),
    message:
        "Probing {wildcards.layer} of {wildcards.variant} on {wildcards.task}, seed {wildcards.seed}"
    script:
        "../scripts/probe_invariance.py"


rule tuning:
    """What was tried for each variant's setting, and what was best on validation: results/tuning.csv."""
    input:
        [
            f"results/probes/{DATASET}/rotation/{trial}/seed{TRADE_OFF['seeds'][0]}/ip1_grid.parquet"
            for trial in TRIALS
        ],
    output:
        "results/tuning.csv",
    log:
        "results/logs/tuning.log",
    params:
        *code("tuning.py"),
        cfg=dict(trials=list(TRIALS), variants=QUESTIONS["variants"]),
    message:
        "Gathering what was tried"
    script:
        "../scripts/tuning.py"
