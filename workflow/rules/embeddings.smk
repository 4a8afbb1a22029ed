rule extract:
    """A layer of a network for digits, for every sample that is probed."""
    input:
        samples=lambda wildcards: digits.extracted_samples(wildcards.run),
        weights="results/models/{dataset}/{run}/seed{seed}/weights.safetensors",
    output:
        "results/features/{dataset}/{run}/seed{seed}/{layer}.parquet",
    log:
        "results/logs/{dataset}/{run}/seed{seed}/extract_{layer}.log",
    benchmark:
        "results/benchmarks/{dataset}/{run}/seed{seed}/extract_{layer}.tsv"
    resources:
        mem_mb=grows(CUDA_MEGABYTES + 2000 + 4 * digits.thousands),
        runtime=grows(15 + digits.thousands / 20),
        gpu=GPUS,
    params:
        cfg=extraction_settings,
    message:
        "Extracting {wildcards.layer} of {wildcards.run}, seed {wildcards.seed}"
    script:
        "../scripts/extract.py"


rule extract_faces:
    """All layers of a network, for a shard of the images."""
    input:
        samples="results/data/{faces}/samples.parquet",
        landmarks="results/data/{faces}/landmarks.parquet",
        weights=lambda wildcards: existing(faces.weights(wildcards.network)),
        archive=FACE_ARCHIVE,
    output:
        temp("results/features/{faces}/{network}/shards/{shard}.parquet"),
    log:
        "results/logs/{faces}/{network}/extract_{shard}.log",
    benchmark:
        "results/benchmarks/{faces}/{network}/extract_{shard}.tsv"
    resources:
        mem_mb=grows(CUDA_MEGABYTES + 2000 + 5 * faces.thousands / faces.shards),
        runtime=grows(10 + faces.thousands / faces.shards),
        gpu=GPUS,
    params:
        modules=lambda wildcards: code("extract_faces.py", face_network(wildcards)),
        cfg=lambda wildcards: dict(
            network=settings.faces.networks[wildcards.network].model_dump(exclude_none=True),
            weights=faces.weights(wildcards.network),
            images=faces.image_folder,
            shards=faces.shards,
            seed=faces.seed(wildcards.network),
            device=settings.device,
            code_digest=code_digest("extract_faces.py", face_network(wildcards)),
        ),
    message:
        "Extracting {wildcards.network} from {wildcards.faces}, shard {wildcards.shard}"
    script:
        "../scripts/extract_faces.py"


rule gather_layer:
    """A layer's features for every image."""
    input:
        samples="results/data/{faces}/samples.parquet",
        shards=expand("results/features/{{faces}}/{{network}}/shards/{shard}.parquet", shard=range(faces.shards)),
    output:
        path="results/features/{faces}/{network}/{layer}.parquet",
    log:
        "results/logs/{faces}/{network}/gather_{layer}.log",
    wildcard_constraints:
        network="|".join(settings.faces.networks),
        layer=r"\w+",
    resources:
        mem_mb=grows_with_input(1500, 2),
    params:
        **call("exoprobe.embeddings.image_features.gather_layer"),
        cfg=lambda wildcards: dict(layer=wildcards.layer, dtype=settings.feature_dtype),
    message:
        "Gathering {wildcards.layer} of {wildcards.network}"
    script:
        "../scripts/call.py"


rule embed:
    """The triplet embedding of every image."""
    input:
        samples="results/data/{faces}/samples.parquet",
        features=faces.features(settings.faces.triplet.input),
        weights="results/models/{faces}/triplet/weights.safetensors",
    output:
        "results/features/{faces}/triplet/embedding.parquet",
    log:
        "results/logs/{faces}/embed.log",
    resources:
        mem_mb=grows_with_input(2000, 4),
    params:
        *code("embed.py"),
        cfg=dict(dtype=settings.feature_dtype, code_digest=code_digest("embed.py")),
    message:
        "Embedding {wildcards.faces}"
    script:
        "../scripts/embed.py"


rule embed_identities:
    """A network's objective on cached features of faces: trained on some people, computed for all."""
    input:
        samples=faces.samples,
        features=faces.features(identities.section.input),
    output:
        identities.features("{variant}", "{seed}"),
    log:
        f"results/logs/{faces.dataset}/identities/{{variant}}/seed{{seed}}/embed.log",
    resources:
        mem_mb=grows(2000 + 10 * faces.thousands),
        runtime=grows(30 + faces.thousands),
    params:
        modules=lambda wildcards: code("embed_identities.py", *identity_modules(wildcards.variant)),
        cfg=lambda wildcards: dict(
            code_digest=code_digest("embed_identities.py", *identity_modules(wildcards.variant)),
            **identities.training(wildcards.variant, wildcards.seed),
        ),
    message:
        "Training {wildcards.variant} on people, seed {wildcards.seed}"
    script:
        "../scripts/embed_identities.py"


rule features:
    """Every section-4 network's ip1 features, cached."""
    input:
        digits.files("results/features/{dataset}/{model}/seed{seed}/ip1.parquet"),
