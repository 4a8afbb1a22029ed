rule probe:
    """The probes of a network for digits: predictions for every test image, some again after an erasure."""
    input:
        samples=lambda wildcards: digits.extracted_samples(wildcards.run),
        factors=lambda wildcards: digits.probed_factors(wildcards.run),
        weights="results/models/{dataset}/{run}/seed{seed}/weights.safetensors",
        features="results/features/{dataset}/{run}/seed{seed}/{layer}.parquet",
    output:
        predictions="results/probes/{dataset}/{run}/seed{seed}/{layer}_predictions.parquet",
        search="results/probes/{dataset}/{run}/seed{seed}/{layer}_search.parquet",
    log:
        "results/logs/{dataset}/{run}/seed{seed}/probe_{layer}.log",
    benchmark:
        "results/benchmarks/{dataset}/{run}/seed{seed}/probe_{layer}.tsv"
    resources:
        mem_mb=grows(3000),
        runtime=grows(15 + digits.thousands / 20),
    params:
        modules=lambda wildcards: probe_code(*digits.probes(wildcards.run)),
        cfg=lambda wildcards: dict(
            probes=digits.probes(wildcards.run), erase=digits.erased(wildcards.run), device=settings.device
        ),
    message:
        "Probing {wildcards.layer} of {wildcards.run}, seed {wildcards.seed}"
    script:
        "../scripts/probe.py"


rule probe_faces:
    """Attributes and pose predicted from one representation, for every test image."""
    input:
        samples="results/data/{faces}/samples.parquet",
        factors="results/data/{faces}/factors.parquet",
        weights=lambda wildcards: faces.head(wildcards.network),
        features="results/features/{faces}/{network}/{layer}.parquet",
    output:
        predictions="results/probes/{faces}/{network}/{layer}/predictions.parquet",
        search="results/probes/{faces}/{network}/{layer}/search.parquet",
    log:
        "results/logs/{faces}/{network}/probe_{layer}.log",
    benchmark:
        "results/benchmarks/{faces}/{network}/probe_{layer}.tsv"
    wildcard_constraints:
        layer=r"\w+",
    resources:
        mem_mb=grows(CUDA_MEGABYTES + settings.probe_memory_mb),
        runtime=grows_with_input(30, 0.4),
        gpu=GPUS,
    params:
        modules=lambda wildcards: probe_code(*faces.probes(wildcards.network)),
        cfg=lambda wildcards: dict(probes=faces.probes(wildcards.network), device=settings.device),
    message:
        "Probing {wildcards.layer} of {wildcards.network}"
    script:
        "../scripts/probe.py"


# Measures with intervals, of section 4's networks.
rule score:
    input:
        **digits.scores.files,
    output:
        f"results/scores/{digits.dataset}.parquet",
    log:
        f"results/logs/{digits.dataset}/score.log",
    resources:
        mem_mb=grows(2000),
    params:
        *code("score.py"),
        cfg=dict(runs=digits.scores.keys, subsets=[dict(column="label", factors=["label"])]),
    message:
        "Scoring the digits"
    script:
        "../scripts/score.py"


use rule score as score_faces with:
    input:
        **faces.scores.files,
    output:
        f"results/scores/{faces.dataset}.parquet",
    log:
        f"results/logs/{faces.dataset}/score.log",
    params:
        *code("score.py"),
        cfg=dict(runs=faces.scores.keys, subsets=[dict(column="abs_yaw", edges=YAW_EDGES, factors=["abs_yaw"])]),
    message:
        "Scoring the faces"


use rule score as score_trade_off with:
    input:
        **asked.scores("trade_off").files,
    output:
        f"results/scores/{digits.dataset}_trade_off.parquet",
    log:
        f"results/logs/{digits.dataset}/score_trade_off.log",
    params:
        *code("score.py"),
        cfg=dict(runs=asked.scores("trade_off").keys, subsets=[]),
    message:
        "Scoring the trade-off"


use rule score_trade_off as score_layers with:
    input:
        **asked.scores("layers").files,
    output:
        f"results/scores/{digits.dataset}_layers.parquet",
    log:
        f"results/logs/{digits.dataset}/score_layers.log",
    params:
        *code("score.py"),
        cfg=dict(runs=asked.scores("layers").keys, subsets=[]),
    message:
        "Scoring the layers"


use rule score_trade_off as score_perturbations with:
    input:
        **asked.scores("perturbations").files,
    output:
        f"results/scores/{digits.dataset}_perturbations.parquet",
    log:
        f"results/logs/{digits.dataset}/score_perturbations.log",
    params:
        *code("score.py"),
        cfg=dict(runs=asked.scores("perturbations").keys, subsets=[dict(column="outside_factor")]),
    message:
        "Scoring the perturbations"


rule probes:
    """Every probe's predictions on the test images."""
    input:
        digits.scores.files["predictions"],


rule face_probes:
    """Every probe's predictions on the faces."""
    input:
        faces.scores.files["predictions"],
