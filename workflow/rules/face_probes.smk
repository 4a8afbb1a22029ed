rule probe_faces:
    """Attributes and pose predicted from one representation, for every test image."""
    input:
        samples="results/data/{faces}/samples.parquet",
        factors="results/data/{faces}/factors.parquet",
        features="results/features/{faces}/{network}/{layer}.parquet",
        weights=lambda wildcards: network_weights(TRAINED) if wildcards.network == TRAINED else [],
    output:
        predictions="results/probes/{faces}/{network}/{layer}/predictions.parquet",
        search="results/probes/{faces}/{network}/{layer}/search.parquet",
    log:
        "results/logs/{faces}/{network}/probe_{layer}.log",
    benchmark:
        "results/benchmarks/{faces}/{network}/probe_{layer}.tsv"
    conda:
        "../../envs/exoprobe.yaml"
    wildcard_constraints:
        layer=r"\w+",
    resources:
        mem_mb=grows(CUDA_MEGABYTES + config["probe_memory_mb"]),
        runtime=grows_with_input(30, 0.4),
        gpu=GPUS,
    params:
        *probe_code(FACE_PROBES),
        cfg=lambda wildcards: dict(probes=face_probes(wildcards.network), device=config["device"]),
    message:
        "Probing {wildcards.layer} of {wildcards.network}"
    script:
        "../scripts/probe.py"


use rule score as score_faces with:
    input:
        samples=[FACE_SAMPLES] * len(FACE_PREDICTIONS),
        factors=[FACE_FACTORS] * len(FACE_PREDICTIONS),
        predictions=FACE_PREDICTIONS,
        search=FACE_SEARCHES,
    output:
        f"results/scores/{FACES}.parquet",
    log:
        f"results/logs/{FACES}/score.log",
    params:
        *code("score.py"),
        cfg=dict(
            runs=[("faces", name, entry["layer"], 0) for name, entry in REPRESENTATIONS.items()],
            subsets=[dict(column="abs_yaw", edges=YAW_EDGES, factors=["abs_yaw"])],
        ),
    message:
        "Scoring the faces"
