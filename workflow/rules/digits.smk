rule train:
    """A network of section 4, trained until its validation measure converges."""
    input:
        samples="results/data/{dataset}/samples.parquet",
        teacher=teacher_features,
    output:
        weights="results/models/{dataset}/{model}/seed{seed}/weights.safetensors",
        history="results/models/{dataset}/{model}/seed{seed}/history.parquet",
    log:
        "results/logs/{dataset}/{model}/seed{seed}/train.log",
    benchmark:
        "results/benchmarks/{dataset}/{model}/seed{seed}/train.tsv"
    resources:
        mem_mb=grows(CUDA_MEGABYTES + 1500 + 4 * KILODIGITS),
        runtime=lambda wildcards, attempt: attempt * training_minutes(wildcards),
        gpu=GPUS,
    params:
        *code("train.py"),
        modules=lambda wildcards: model_code(
            "lenet", config["models"][DIGIT_FOLDERS[wildcards.model][0]]["objective"]
        ),
        cfg=training_settings,
    message:
        "Training {wildcards.model}, seed {wildcards.seed}"
    script:
        "../scripts/train.py"


rule extract:
    """A trained network's ip1 activations for every image."""
    input:
        samples="results/data/{dataset}/samples.parquet",
        weights="results/models/{dataset}/{model}/seed{seed}/weights.safetensors",
    output:
        "results/features/{dataset}/{model}/seed{seed}/{layer}.parquet",
    log:
        "results/logs/{dataset}/{model}/seed{seed}/extract_{layer}.log",
    benchmark:
        "results/benchmarks/{dataset}/{model}/seed{seed}/extract_{layer}.tsv"
    resources:
        mem_mb=grows(CUDA_MEGABYTES + 1500 + 4 * KILODIGITS),
        runtime=grows(10 + KILODIGITS / 20),
        gpu=GPUS,
    params:
        *code("extract.py"),
        modules=model_code("lenet"),
        cfg=dict(
            device=config["device"],
            dtype=config["feature_dtype"],
            code_digest=digest_of_files(code_files("extract.py")),
        ),
    message:
        "Extracting {wildcards.layer} of {wildcards.model}, seed {wildcards.seed}"
    script:
        "../scripts/extract.py"


rule networks:
    """The trained networks."""
    input:
        run_files("results/models/{dataset}/{model}/seed{seed}/weights.safetensors"),


rule features:
    """Every network's ip1 features, cached."""
    input:
        run_files("results/features/{dataset}/{model}/seed{seed}/ip1.parquet"),
