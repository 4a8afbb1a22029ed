# A folder of pictures joined with its table; every picture checked.
rule image_table:
    input:
        table=users_own(settings.images.table) if settings.images.folder else [],
    output:
        samples=IMAGE_SAMPLES,
        factors=PICTURE_FACTORS,
        notes=TABLE_NOTES,
    log:
        "results/logs/images/table.log",
    threads: 2
    resources:
        mem_mb=grows_with_input(1500, 10),
        runtime=grows(10 + pictures.count / 4000),
    params:
        *code("image_table.py"),
        files=pictures.count,
        cfg=dict(
            folder=settings.images.folder,
            column=settings.images.column,
            bad_images=settings.images.bad_images,
            texts=[settings.audit.group] if settings.audit.group else [],
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
    resources:
        mem_mb=grows(1500),
        runtime=grows(10 + pictures.count / 1000),
    params:
        *code("detect_landmarks.py"),
        cfg=dict(images=settings.images.folder, shards=settings.images.shards),
    message:
        "Detecting faces, shard {wildcards.shard}"
    script:
        "../scripts/detect_landmarks.py"


rule extract_images:
    """All layers of a network, for a shard of the pictures."""
    input:
        samples=IMAGE_SAMPLES,
        landmarks=lambda wildcards: pictures.landmarks(wildcards.network, wildcards.shard),
        weights=lambda wildcards: existing(pictures.weights(wildcards.network)),
    output:
        features=temp("results/features/images/{network}/shards/{shard}.parquet"),
        notes="results/features/images/{network}/shards/{shard}.json",
    log:
        "results/logs/images/{network}/extract_{shard}.log",
    benchmark:
        "results/benchmarks/images/{network}/extract_{shard}.tsv"
    wildcard_constraints:
        network="|".join(settings.images.networks) or "none configured",
        shard=r"\d+",
    resources:
        mem_mb=grows(CUDA_MEGABYTES + 3000),
        runtime=grows(20 + pictures.count / 500),
        gpu=GPUS,
    params:
        modules=lambda wildcards: code("extract_images.py", image_network(wildcards)),
        cfg=lambda wildcards: dict(
            network=pictures.networks[wildcards.network],
            images=settings.images.folder,
            shards=settings.images.shards,
            seed=settings.seeds[0],
            device=settings.device,
            code_digest=code_digest("extract_images.py", image_network(wildcards)),
        ),
    message:
        "Extracting {wildcards.network}, shard {wildcards.shard}"
    script:
        "../scripts/extract_images.py"


rule gather_images:
    """A layer's features for every picture."""
    input:
        samples=IMAGE_SAMPLES,
        shards=expand("results/features/images/{{network}}/shards/{shard}.parquet", shard=range(settings.images.shards)),
    output:
        path="results/features/images/{network}/{layer}.parquet",
    log:
        "results/logs/images/{network}/gather_{layer}.log",
    wildcard_constraints:
        network="|".join(settings.images.networks) or "none configured",
        layer="|".join(pictures.layers) or "none configured",
    resources:
        mem_mb=grows(2000),
    params:
        **call("exoprobe.embeddings.image_features.gather_layer"),
        cfg=lambda wildcards: dict(layer=wildcards.layer, dtype=settings.feature_dtype),
    message:
        "Gathering {wildcards.layer} of {wildcards.network}"
    script:
        "../scripts/call.py"
