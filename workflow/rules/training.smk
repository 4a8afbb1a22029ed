rule train:
    """A network for digits, trained until its validation measure converges."""
    input:
        samples=lambda wildcards: digits.training_samples(wildcards.run),
        teacher=teacher_weights,
    output:
        weights="results/models/{dataset}/{run}/seed{seed}/weights.safetensors",
        history="results/models/{dataset}/{run}/seed{seed}/history.parquet",
    log:
        "results/logs/{dataset}/{run}/seed{seed}/train.log",
    benchmark:
        "results/benchmarks/{dataset}/{run}/seed{seed}/train.tsv"
    resources:
        mem_mb=grows(CUDA_MEGABYTES + 1500 + 4 * digits.thousands),
        runtime=training_minutes,
        gpu=GPUS,
    params:
        modules=training_code,
        cfg=lambda wildcards: digits.training(wildcards.run),
    message:
        "Training {wildcards.run}, seed {wildcards.seed}"
    script:
        "../scripts/train.py"


rule train_attribute_network:
    """The attribute network: trained on the attributes themselves, for comparison."""
    input:
        samples="results/data/{faces}/samples.parquet",
        landmarks="results/data/{faces}/landmarks.parquet",
    output:
        weights="results/models/{faces}/attribute_network/weights.safetensors",
        history="results/models/{faces}/attribute_network/history.parquet",
    log:
        "results/logs/{faces}/train_attribute_network.log",
    benchmark:
        "results/benchmarks/{faces}/train_attribute_network.tsv"
    priority: 10  # the longest job: it should not be left over when the others are done
    threads: min(8, max(1, round(faces.training_gigapixels)))
    resources:
        mem_mb=grows(CUDA_MEGABYTES + 2000 + 4.5 * settings.faces.attribute_network.size**2 * faces.thousands / 1000),  # the crops
        runtime=grows(30 + 25 * faces.training_gigapixels),
        gpu=GPUS,
    params:
        *code("train_attribute_network.py"),
        cfg=dict(
            images=faces.image_folder,
            attributes=faces.attributes,
            settings=settings.faces.attribute_network.model_dump(),
            seed=settings.seeds[0],
            device=settings.device,
            precision=settings.precision,
        ),
    message:
        "Training the attribute network"
    script:
        "../scripts/train_attribute_network.py"


rule train_triplet:
    """A metric-learned embedding of a representation: the paper's features after the triplet loss."""
    input:
        samples="results/data/{faces}/samples.parquet",
        features=faces.features(settings.faces.triplet.input),
    output:
        weights="results/models/{faces}/triplet/weights.safetensors",
        history="results/models/{faces}/triplet/history.parquet",
    log:
        "results/logs/{faces}/train_triplet.log",
    benchmark:
        "results/benchmarks/{faces}/train_triplet.tsv"
    resources:
        mem_mb=grows_with_input(2000, 4),
        runtime=grows_with_input(30, 0.2),
    params:
        *code("train_triplet.py"),
        cfg=dict(settings=settings.faces.triplet.model_dump(), seed=settings.seeds[0]),
    message:
        "Learning the triplet embedding"
    script:
        "../scripts/train_triplet.py"


rule networks:
    """The trained networks."""
    input:
        digits.files("results/models/{dataset}/{model}/seed{seed}/weights.safetensors"),
