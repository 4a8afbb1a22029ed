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
    threads: min(8, max(1, round(TRAINING_GIGAPIXELS)))
    resources:
        mem_mb=grows(CUDA_MEGABYTES + 2000 + 1.5 * 3 * CROP_PIXELS * KILOFACES / 1000),  # the crops
        runtime=grows(30 + 25 * TRAINING_GIGAPIXELS),
        gpu=GPUS,
    params:
        *code("train_attribute_network.py"),
        cfg=dict(
            images=FACE_FOLDER,
            attributes=ATTRIBUTES,
            settings=config["attribute_network"],
            seed=config["seeds"][0],
            device=config["device"],
            precision=config["precision"],
        ),
    message:
        "Training the attribute network"
    script:
        "../scripts/train_attribute_network.py"


rule extract_faces:
    """All layers of a network, for a part of the images."""
    input:
        samples="results/data/{faces}/samples.parquet",
        landmarks="results/data/{faces}/landmarks.parquet",
        weights=lambda wildcards: existing(network_weights(wildcards.network)),
        archive=FACE_ARCHIVE,
    output:
        temp("results/features/{faces}/{network}/parts/{part}.parquet"),
    log:
        "results/logs/{faces}/{network}/extract_{part}.log",
    benchmark:
        "results/benchmarks/{faces}/{network}/extract_{part}.tsv"
    resources:
        mem_mb=grows(CUDA_MEGABYTES + 2000 + 5 * KILOFACES / PARTS),
        runtime=grows(10 + KILOFACES / PARTS),
        gpu=GPUS,
    params:
        *code("extract_faces.py"),
        cfg=lambda wildcards: dict(
            network=config["networks"][wildcards.network],
            weights=network_weights(wildcards.network),
            images=FACE_FOLDER,
            parts=PARTS,
            seed=extraction_seed(wildcards.network),
            device=config["device"],
            code_digest=digest_of_files(code_files("extract_faces.py")),
        ),
    message:
        "Extracting {wildcards.network} from {wildcards.faces}, part {wildcards.part}"
    script:
        "../scripts/extract_faces.py"


rule gather_layer:
    """A layer's features for every image."""
    input:
        samples="results/data/{faces}/samples.parquet",
        parts=expand("results/features/{{faces}}/{{network}}/parts/{part}.parquet", part=range(PARTS)),
    output:
        "results/features/{faces}/{network}/{layer}.parquet",
    log:
        "results/logs/{faces}/{network}/gather_{layer}.log",
    wildcard_constraints:
        network="|".join(config["networks"]),
        layer=r"\w+(?<!_float16)",
    resources:
        mem_mb=grows_with_input(1500, 2),
    params:
        *code("gather_layer.py"),
        cfg=dict(dtype=config["feature_dtype"]),
    message:
        "Gathering {wildcards.layer} of {wildcards.network}"
    script:
        "../scripts/gather_layer.py"


rule train_triplet:
    """A metric-learnt embedding of a representation: the paper's features after the triplet loss."""
    input:
        samples="results/data/{faces}/samples.parquet",
        features=face_features(config["triplet"]["of"]),
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
        cfg=dict(settings=config["triplet"], seed=config["seeds"][0]),
    message:
        "Learning the triplet embedding"
    script:
        "../scripts/train_triplet.py"


rule embed:
    """The triplet embedding of every image."""
    input:
        samples="results/data/{faces}/samples.parquet",
        features=face_features(config["triplet"]["of"]),
        weights="results/models/{faces}/triplet/weights.safetensors",
    output:
        "results/features/{faces}/triplet/embedding.parquet",
    log:
        "results/logs/{faces}/embed.log",
    resources:
        mem_mb=grows_with_input(2000, 4),
    params:
        *code("embed.py"),
        cfg=dict(dtype=config["feature_dtype"], code_digest=digest_of_files(code_files("embed.py"))),
    message:
        "Embedding {wildcards.faces}"
    script:
        "../scripts/embed.py"
