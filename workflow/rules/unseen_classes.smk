rule unseen_digits:
    """How digits are told apart that a network was not trained on."""
    input:
        samples=probed_samples("unseen_classes"),
        runs=[
            f"results/features/{DATASET}/unseen_classes/{variant}/seed{seed}/ip1.parquet"
            for variant, seed in UNSEEN_RUNS
        ],
        reference=[
            f"results/features/{DATASET}/rotation/{variant}/seed{seed}/ip1.parquet"
            for variant, seed in UNSEEN_RUNS
        ],
    output:
        f"results/probes/{DATASET}/unseen_digits.parquet",
    log:
        f"results/logs/{DATASET}/unseen_digits.log",
    resources:
        mem_mb=grows(3000),
    params:
        *code("unseen_digits.py"),
        modules=model_code("lenet"),
        cfg=dict(runs=UNSEEN_RUNS, reference=UNSEEN_RUNS, trained=UNSEEN["trained"], enrolled=UNSEEN["enrolled"]),
    message:
        "Recognizing digits that were not trained on"
    script:
        "../scripts/unseen_digits.py"


rule embed_people:
    """A variant's objective on cached features of faces: trained on some people, computed for all."""
    input:
        samples=f"results/data/{FACES}/samples.parquet",
        features=face_features(PEOPLE["of"]),
    output:
        people_features("{variant}", "{seed}"),
    log:
        f"results/logs/{FACES}/people/{{variant}}/seed{{seed}}/embed.log",
    resources:
        mem_mb=grows(2000 + 10 * KILOFACES),
        runtime=grows(30 + KILOFACES),
    params:
        *code("embed_people.py"),
        modules=people_code,
        cfg=lambda wildcards: dict(
            code_digest=digest_of_files(code_files("embed_people.py")), **people_settings(wildcards)
        ),
    message:
        "Training {wildcards.variant} on people, seed {wildcards.seed}"
    script:
        "../scripts/embed_people.py"


rule unseen_people:
    """How people are told apart whom a network was not trained on."""
    input:
        samples=f"results/data/{FACES}/samples.parquet",
        features=[
            *(file for variant, seed in PEOPLE_RUNS for file in people_features(variant, seed)),
            *map(face_features, PEOPLE_BESIDE),
        ],
    output:
        f"results/probes/{FACES}/unseen_people.parquet",
    log:
        f"results/logs/{FACES}/unseen_people.log",
    resources:
        mem_mb=grows(2000 + 10 * KILOFACES),
    params:
        *code("unseen_people.py"),
        cfg=dict(
            runs=[*((*run, PEOPLE_ROUNDS) for run in PEOPLE_RUNS), *((name, 0, 1) for name in PEOPLE_BESIDE)],
            enrolled=PEOPLE["enrolled"],
            **PEOPLE_DEAL,
        ),
    message:
        "Recognizing people who were not trained on"
    script:
        "../scripts/unseen_people.py"


rule unseen_classes:
    """Are classes told apart that a network was not trained on?"""
    input:
        f"results/probes/{DATASET}/unseen_digits.parquet",
        f"results/probes/{FACES}/unseen_people.parquet",
    output:
        **figure_files("unseen_classes", "Open questions", "unseen classes"),
    log:
        "results/logs/unseen_classes.log",
    resources:
        mem_mb=grows(1500),
    params:
        *code("unseen_classes.py"),
        cfg=dict(
            names={
                UNSEEN_TITLES["digits"]: {
                    **{name: VARIANT_TITLES[name] for name in UNSEEN["variants"]},
                    "untrained": "untrained LeNet",
                    "pixels": "pixels",
                },
                UNSEEN_TITLES["people"]: PEOPLE_TITLES,
            },
            controls=["untrained", "pixels", "aligned_pixels"],
            about=f"{about_question(UNSEEN)}; {ABOUT_FACES}",
        ),
    message:
        "Drawing unseen classes"
    script:
        "../scripts/unseen_classes.py"
