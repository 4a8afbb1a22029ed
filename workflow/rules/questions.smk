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
        cfg=lambda wildcards: dict(factors=FACTORS[wildcards.task], erase=wildcards.task == "rotation"),
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
            alike=[name for name in TRADE_OFF["variants"] if VARIANTS[name]["architecture"] == "lenet"],
            about=f"{about_question(TRADE_OFF)}; {len(TRADE_OFF['seeds'])} seeds",
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
            about=about_question(LAYERS),
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
            among=variants_up_to(OTHERS["variants"]),
            about=about_question(OTHERS),
        ),
    message:
        "Drawing the perturbations' effect"
    script:
        "../scripts/perturbation_effect.py"


rule unseen_digits:
    """How digits are told apart that a network was not trained on."""
    input:
        samples=probed_samples("unseen_classes"),
        runs=[
            f"results/features/{DATASET}/unseen_classes/{variant}/seed{seed}/ip1.parquet"
            for variant, seed in UNSEEN_RUNS
        ],
        reference=[
            f"results/features/{DATASET}/rotation/{variant}/seed{seed}/ip1.parquet"
            for variant, seed in UNSEEN_RUNS
        ],
    output:
        f"results/probes/{DATASET}/unseen_digits.parquet",
    log:
        f"results/logs/{DATASET}/unseen_digits.log",
    conda:
        "../../envs/exoprobe.yaml"
    resources:
        mem_mb=grows(3000),
    params:
        *code("unseen_digits.py"),
        modules=model_code("lenet"),
        cfg=dict(runs=UNSEEN_RUNS, reference=UNSEEN_RUNS, trained=UNSEEN["trained"], enrolled=UNSEEN["enrolled"]),
    message:
        "Recognizing digits that were not trained on"
    script:
        "../scripts/unseen_digits.py"


rule embed_people:
    """A variant's objective on cached features of faces: trained on some people, computed for all."""
    input:
        samples=f"results/data/{FACES}/samples.parquet",
        features=face_features(PEOPLE["of"]),
    output:
        people_features("{variant}", "{seed}"),
    log:
        f"results/logs/{FACES}/people/{{variant}}/seed{{seed}}/embed.log",
    conda:
        "../../envs/exoprobe.yaml"
    resources:
        mem_mb=grows(2000 + 10 * KILOFACES),
        runtime=grows(30 + KILOFACES),
    params:
        *code("embed_people.py"),
        modules=lambda wildcards: people_code(wildcards),
        cfg=lambda wildcards: dict(
            code_digest=digest_of_files(code_files("embed_people.py")), **people_settings(wildcards)
        ),
    message:
        "Training {wildcards.variant} on people, seed {wildcards.seed}"
    script:
        "../scripts/embed_people.py"


rule unseen_people:
    """How people are told apart whom a network was not trained on."""
    input:
        samples=f"results/data/{FACES}/samples.parquet",
        features=[
            *(file for variant, seed in PEOPLE_RUNS for file in people_features(variant, seed)),
            *map(face_features, PEOPLE_BESIDE),
        ],
    output:
        f"results/probes/{FACES}/unseen_people.parquet",
    log:
        f"results/logs/{FACES}/unseen_people.log",
    conda:
        "../../envs/exoprobe.yaml"
    resources:
        mem_mb=grows(2000 + 10 * KILOFACES),
    params:
        *code("unseen_people.py"),
        cfg=dict(
            runs=[*((*run, PEOPLE_ROUNDS) for run in PEOPLE_RUNS), *((name, 0, 1) for name in PEOPLE_BESIDE)],
            enrolled=PEOPLE["enrolled"],
            **PEOPLE_DEAL,
        ),
    message:
        "Recognizing people who were not trained on"
    script:
        "../scripts/unseen_people.py"


rule unseen_classes:
    """Question 3: are classes told apart that a network was not trained on?"""
    input:
        f"results/probes/{DATASET}/unseen_digits.parquet",
        f"results/probes/{FACES}/unseen_people.parquet",
    output:
        pdf="results/figures/unseen_classes.pdf",
        png="results/figures/unseen_classes.png",
        svg=report(
            "results/figures/unseen_classes.svg",
            category="Open questions",
            caption="../report/unseen_classes.rst",
            labels={"figure": "unseen classes"},
        ),
        csv="results/figures/unseen_classes.csv",
    log:
        "results/logs/unseen_classes.log",
    conda:
        "../../envs/exoprobe.yaml"
    resources:
        mem_mb=grows(1500),
    params:
        *code("unseen_classes.py"),
        cfg=dict(
            names={
                UNSEEN_TITLES["digits"]: {
                    **{name: VARIANT_TITLES[name] for name in UNSEEN["variants"]},
                    "untrained": "untrained LeNet",
                    "pixels": "pixels",
                },
                UNSEEN_TITLES["people"]: PEOPLE_TITLES,
            },
            controls=["untrained", "pixels", "aligned_pixels"],
            about=f"{about_question(UNSEEN)}; {ABOUT_FACES}",
        ),
    message:
        "Drawing unseen classes"
    script:
        "../scripts/unseen_classes.py"


rule readouts:
    """Question 4: what do nonlinear readouts find beyond linear ones?"""
    input:
        predictions=variant_probes("rotation", TRADE_OFF_RUNS),
        grids=variant_probes("rotation", TRADE_OFF_RUNS, what="_grid"),
        poses=face_probes("pose"),
    output:
        pdf="results/figures/readouts.pdf",
        png="results/figures/readouts.png",
        svg=report(
            "results/figures/readouts.svg",
            category="Open questions",
            caption="../report/readouts.rst",
            labels={"figure": "nonlinear readouts"},
        ),
        csv="results/figures/readouts.csv",
    log:
        "results/logs/readouts.log",
    conda:
        "../../envs/exoprobe.yaml"
    resources:
        mem_mb=grows(1500),
    params:
        *code("readouts.py"),
        cfg=dict(
            runs=TRADE_OFF_RUNS,
            variants={name: VARIANT_TITLES[name] for name in TRADE_OFF["variants"]},
            representations=TITLES,
            about=f"{about_question(TRADE_OFF)}; {ABOUT_FACES}",
        ),
    message:
        "Drawing what readouts find"
    script:
        "../scripts/readouts.py"


rule open_questions:
    """The questions that the paper left open: depth, several images at once, unseen classes, readouts, perturbations, and what invariance costs."""
    input:
        [f"results/figures/{name}.{kind}" for name in QUESTION_FIGURES for kind in ("pdf", "png", "svg", "csv")],
