rule image_table:
    """A folder of pictures joined with its table; every picture checked."""
    input:
        table=users_own(IMAGES["table"]) if IMAGES["folder"] else [],
    output:
        samples=IMAGE_SAMPLES,
        factors=PICTURE_FACTORS,
        notes=IMAGE_TABLE_NOTES,
    log:
        "results/logs/images/table.log",
    conda:
        "../../envs/exoprobe.yaml"
    threads: 2
    resources:
        mem_mb=grows_with_input(1500, 10),
        runtime=grows(10 + count_pictures() / 4000),
    params:
        *code("image_table.py"),
        files=count_pictures(),
        cfg=dict(
            folder=IMAGES["folder"],
            column=IMAGES["column"],
            bad_images=IMAGES["bad_images"],
            texts=[AUDIT["group"]] if AUDIT["group"] else [],
        ),
    message:
        "Checking the pictures"
    script:
        "../scripts/image_table.py"


rule image_landmarks:
    """Where the face is in the pictures of a shard, for networks that see faces."""
    input:
        samples=IMAGE_SAMPLES,
        predictor=DLIB_LANDMARKS,
    output:
        "results/data/images/landmarks/{shard}.parquet",
    log:
        "results/logs/images/landmarks_{shard}.log",
    conda:
        "../../envs/exoprobe.yaml"
    resources:
        mem_mb=grows(1500),
        runtime=grows(10 + count_pictures() / 1000),
    params:
        *code("image_landmarks.py"),
        cfg=dict(images=IMAGES["folder"], parts=IMAGES["shards"]),
    message:
        "Detecting faces, shard {wildcards.shard}"
    script:
        "../scripts/image_landmarks.py"


rule extract_images:
    """All layers of a network, for a shard of the pictures."""
    input:
        samples=IMAGE_SAMPLES,
        landmarks=image_landmarks,
        weights=image_weights,
    output:
        features=temp("results/features/images/{network}/shards/{shard}.parquet"),
        notes="results/features/images/{network}/shards/{shard}.json",
    log:
        "results/logs/images/{network}/extract_{shard}.log",
    benchmark:
        "results/benchmarks/images/{network}/extract_{shard}.tsv"
    wildcard_constraints:
        network="|".join(IMAGES["networks"]) or "none configured",
        shard=r"\d+",
    conda:
        "../../envs/exoprobe.yaml"
    resources:
        mem_mb=grows(CUDA_MEGABYTES + 3000),
        runtime=grows(20 + count_pictures() / 500),
        gpu=GPUS,
    params:
        *code("extract_images.py"),
        cfg=lambda wildcards: dict(
            network=IMAGES["networks"][wildcards.network],
            images=IMAGES["folder"],
            shards=IMAGES["shards"],
            seed=config["seeds"][0],
            device=config["device"],
            code_digest=digest_of_files(code_files("extract_images.py")),
        ),
    message:
        "Extracting {wildcards.network}, shard {wildcards.shard}"
    script:
        "../scripts/extract_images.py"


rule gather_images:
    """A layer's features for every picture."""
    input:
        samples=IMAGE_SAMPLES,
        shards=expand("results/features/images/{{network}}/shards/{shard}.parquet", shard=IMAGE_SHARDS),
    output:
        IMAGE_FEATURES,
    log:
        "results/logs/images/{network}/gather_{layer}.log",
    wildcard_constraints:
        network="|".join(IMAGES["networks"]) or "none configured",
        layer="|".join(IMAGE_LAYERS) or "none configured",
    conda:
        "../../envs/exoprobe.yaml"
    resources:
        mem_mb=grows(2000),
    params:
        *code("gather_images.py"),
        cfg=dict(dtype=config["feature_dtype"]),
    message:
        "Gathering {wildcards.layer} of {wildcards.network}"
    script:
        "../scripts/gather_images.py"
