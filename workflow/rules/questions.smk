rule train_variant:
    """A way to train on digits, on one task."""
    input:
        samples=lambda wildcards: task_samples(wildcards.task),
        teacher=lambda wildcards: variant_teacher(wildcards),
    output:
        weights="results/models/{dataset}/{task}/{variant}/seed{seed}/weights.safetensors",
        history="results/models/{dataset}/{task}/{variant}/seed{seed}/history.parquet",
    log:
        "results/logs/{dataset}/{task}/{variant}/seed{seed}/train.log",
    benchmark:
        "results/benchmarks/{dataset}/{task}/{variant}/seed{seed}/train.tsv"
    conda:
        "../../envs/exoprobe.yaml"
    resources:
        mem_mb=grows(CUDA_MEGABYTES + 1500 + 4 * KILODIGITS),
        runtime=grows(30),
        gpu=GPUS,
    params:
        *code("train_variant.py"),
        modules=lambda wildcards: variant_code(wildcards),
        cfg=lambda wildcards: variant_settings(wildcards),
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
    conda:
        "../../envs/exoprobe.yaml"
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
    conda:
        "../../envs/exoprobe.yaml"
    resources:
        mem_mb=grows(2500),
        runtime=grows(15),
    params:
        *code("probe_invariance.py"),
        cfg=lambda wildcards: dict(factors=FACTORS[wildcards.task]),
    message:
        "Probing {wildcards.layer} of {wildcards.variant} on {wildcards.task}, seed {wildcards.seed}"
    script:
        "../scripts/probe_invariance.py"


rule trade_off:
    """Question 6: does invariance pay? Recognition against what is still told, of every variant, before and after LEACE."""
    input:
        predictions=variant_probes("rotation", TRADE_OFF_RUNS),
        grids=variant_probes("rotation", TRADE_OFF_RUNS, what="_grid"),
    output:
        pdf="results/figures/trade_off.pdf",
        png="results/figures/trade_off.png",
        svg=report(
            "results/figures/trade_off.svg",
            category="Open questions",
            caption="../report/trade_off.rst",
            labels={"figure": "does invariance pay?"},
        ),
        csv="results/figures/trade_off.csv",
        summary="results/figures/trade_off_summary.csv",
        advantages="results/figures/trade_off_advantages.csv",
    log:
        "results/logs/trade_off.log",
    conda:
        "../../envs/exoprobe.yaml"
    resources:
        mem_mb=grows(1500),
    params:
        *code("trade_off.py"),
        cfg=dict(
            runs=TRADE_OFF_RUNS,
            titles={name: VARIANT_TITLES[name] for name in TRADE_OFF["variants"]},
            reference=TRADE_OFF["reference"],
            about=f"{ABOUT_QUESTIONS}; {len(TRADE_OFF['seeds'])} seeds",
        ),
    message:
        "Drawing the trade-off"
    script:
        "../scripts/trade_off.py"


rule layers:
    """Question 1: what every layer of networks of growing depth recognizes and tells."""
    input:
        predictions=layer_probes(),
        grids=layer_probes("_grid"),
    output:
        pdf="results/figures/layers.pdf",
        png="results/figures/layers.png",
        svg=report(
            "results/figures/layers.svg",
            category="Open questions",
            caption="../report/layers.rst",
            labels={"figure": "depth and layers"},
        ),
        csv="results/figures/layers.csv",
    log:
        "results/logs/layers.log",
    conda:
        "../../envs/exoprobe.yaml"
    resources:
        mem_mb=grows(1500),
    params:
        *code("layers.py"),
        cfg=dict(
            runs=LAYER_RUNS,
            layers=LAYERS["networks"],
            titles={name: VARIANT_TITLES[name] for name in LAYERS["networks"]},
            about=ABOUT_QUESTIONS,
        ),
    message:
        "Drawing the layers"
    script:
        "../scripts/layers.py"


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
    conda:
        "../../envs/exoprobe.yaml"
    params:
        *code("tuning.py"),
        cfg=dict(trials=list(TRIALS), variants=QUESTIONS["variants"]),
    message:
        "Gathering what was tried"
    script:
        "../scripts/tuning.py"


rule perturbed_digits:
    """Question 5: what each perturbation does to a digit."""
    input:
        digits=f"results/data/{DATASET}/digits.npz",
    output:
        pdf="results/figures/perturbed_digits.pdf",
        png="results/figures/perturbed_digits.png",
        svg=report(
            "results/figures/perturbed_digits.svg",
            category="Open questions",
            caption="../report/perturbed_digits.rst",
            labels={"figure": "perturbed digits"},
        ),
        csv="results/figures/perturbed_digits.csv",
    log:
        "results/logs/perturbed_digits.log",
    conda:
        "../../envs/exoprobe.yaml"
    resources:
        mem_mb=grows(1000),
    params:
        *code("perturbed_digits.py"),
        cfg=dict(perturbations=RANGES, seed=config["seeds"][0], about=DATASET),
    message:
        "Drawing perturbed digits"
    script:
        "../scripts/perturbed_digits.py"


rule perturbations:
    """Question 5: other perturbations: what is recognized, and what is told of them, inside the range of training and outside."""
    input:
        predictions=perturbed_probes(),
        grids=perturbed_probes("_grid"),
    output:
        pdf="results/figures/perturbations.pdf",
        png="results/figures/perturbations.png",
        svg=report(
            "results/figures/perturbations.svg",
            category="Open questions",
            caption="../report/perturbation_effect.rst",
            labels={"figure": "other perturbations"},
        ),
        csv="results/figures/perturbations.csv",
    log:
        "results/logs/perturbations.log",
    conda:
        "../../envs/exoprobe.yaml"
    resources:
        mem_mb=grows(1500),
    params:
        *code("perturbation_effect.py"),
        cfg=dict(
            runs=PERTURBED_RUNS,
            names={name: VARIANT_TITLES[name] for name in OTHERS["variants"]},
            about=ABOUT_QUESTIONS,
        ),
    message:
        "Drawing the perturbations' effect"
    script:
        "../scripts/perturbation_effect.py"
