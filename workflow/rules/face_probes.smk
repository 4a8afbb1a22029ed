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
        mem_mb=grows(CUDA_MEGABYTES + config["probe_memory_mb"]),
        runtime=grows_with_input(30, 0.2),
        gpu=GPUS,
    params:
        *code("probe_attributes.py"),
        cfg=dict(attributes=ATTRIBUTES, device=config["device"]),
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
        cfg=dict(attributes=ATTRIBUTES),
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


rule face_probes:
    """Every probe's predictions on the faces."""
    input:
        face_probes("attributes"),
        face_probes("pose"),
