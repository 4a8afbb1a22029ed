rule probe:
    """The probes of section 4.1 on one representation: a row of predictions per test image."""
    input:
        samples="results/data/{dataset}/samples.parquet",
        weights="results/models/{dataset}/{model}/seed{seed}/weights.safetensors",
        features="results/features/{dataset}/{model}/seed{seed}/{layer}.parquet",
    output:
        predictions="results/probes/{dataset}/{model}/seed{seed}/{layer}.parquet",
        grid="results/probes/{dataset}/{model}/seed{seed}/{layer}_grid.parquet",
    log:
        "results/logs/{dataset}/{model}/seed{seed}/probe_{layer}.log",
    benchmark:
        "results/benchmarks/{dataset}/{model}/seed{seed}/probe_{layer}.tsv"
    wildcard_constraints:
        layer="ip1",  # the softmax probe is the last layer on top of it
    resources:
        mem_mb=grows(2000),
        runtime=grows(10 + digits.thousands / 20),
    params:
        *code("probe.py"),
    message:
        "Probing {wildcards.layer} of {wildcards.model}, seed {wildcards.seed}"
    script:
        "../scripts/probe.py"


rule probe_variant:
    """What a representation tells of its task's factors, by linear and other readouts, before and after erasure."""
    input:
        samples=lambda wildcards: digits.probed_samples(wildcards.task),
        features="results/features/{dataset}/{task}/{variant}/seed{seed}/{layer}.parquet",
    output:
        predictions="results/probes/{dataset}/{task}/{variant}/seed{seed}/{layer}.parquet",
        grid="results/probes/{dataset}/{task}/{variant}/seed{seed}/{layer}_grid.parquet",
    log:
        "results/logs/{dataset}/{task}/{variant}/seed{seed}/probe_{layer}.log",
    benchmark:
        "results/benchmarks/{dataset}/{task}/{variant}/seed{seed}/probe_{layer}.tsv"
    resources:
        mem_mb=grows(2500),
        runtime=grows(15),
    params:
        *code("probe_invariance.py"),
        cfg=lambda wildcards: dict(factors=digits.factors[wildcards.task], erase=wildcards.task == ROTATION),
    message:
        "Probing {wildcards.layer} of {wildcards.variant} on {wildcards.task}, seed {wildcards.seed}"
    script:
        "../scripts/probe_invariance.py"


rule probe_attributes:
    """A linear SVM per attribute on one representation: a score per test image."""
    input:
        samples="results/data/{faces}/samples.parquet",
        features="results/features/{faces}/{network}/{layer}.parquet",
    output:
        predictions="results/probes/{faces}/{network}/{layer}/attributes.parquet",
        grid="results/probes/{faces}/{network}/{layer}/attributes_grid.parquet",
    log:
        "results/logs/{faces}/{network}/probe_{layer}_attributes.log",
    benchmark:
        "results/benchmarks/{faces}/{network}/probe_{layer}_attributes.tsv"
    wildcard_constraints:
        layer=r"(?!own/)\w+",
    resources:
        mem_mb=grows(CUDA_MEGABYTES + settings.probe_memory_mb),
        runtime=grows_with_input(30, 0.2),
        gpu=GPUS,
    params:
        *code("probe_attributes.py"),
        cfg=dict(attributes=faces.attributes, device=settings.device),
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
    resources:
        mem_mb=grows(2000),
    params:
        *code("predict_attributes.py"),
        cfg=dict(attributes=faces.attributes),
    message:
        "Reading the attribute network's own predictions"
    script:
        "../scripts/predict_attributes.py"


rule probe_pose:
    """The pose read from one representation, linearly and not: a prediction per test image."""
    input:
        samples="results/data/{faces}/samples.parquet",
        poses="results/data/{faces}/poses.parquet",
        features="results/features/{faces}/{network}/{layer}.parquet",
    output:
        predictions="results/probes/{faces}/{network}/{layer}/pose.parquet",
        grid="results/probes/{faces}/{network}/{layer}/pose_grid.parquet",
    log:
        "results/logs/{faces}/{network}/probe_{layer}_pose.log",
    benchmark:
        "results/benchmarks/{faces}/{network}/probe_{layer}_pose.tsv"
    wildcard_constraints:
        layer=r"(?!own/)\w+",
    resources:
        mem_mb=grows_with_input(2000, 1.5),
        runtime=grows_with_input(30, 0.2),
    params:
        *code("probe_pose.py"),
    message:
        "Probing {wildcards.layer} of {wildcards.network} for pose"
    script:
        "../scripts/probe_pose.py"


rule probes:
    """Every probe's predictions on the test images."""
    input:
        digits.files("results/probes/{dataset}/{model}/seed{seed}/ip1.parquet"),


rule face_probes:
    """Every probe's predictions on the faces."""
    input:
        faces.probes("attributes"),
        faces.probes("pose"),
