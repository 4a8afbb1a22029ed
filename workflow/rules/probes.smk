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
        layer="ip1|ip1_float16",  # the softmax probe is the last layer on top of it
    resources:
        mem_mb=grows(2000),
        runtime=grows(10 + KILODIGITS / 20),
    params:
        *code("probe.py"),
    message:
        "Probing {wildcards.layer} of {wildcards.model}, seed {wildcards.seed}"
    script:
        "../scripts/probe.py"


rule scorecard:
    """Our numbers beside the paper's."""
    input:
        predictions=run_files("results/probes/{dataset}/{model}/seed{seed}/ip1.parquet"),
        attributes="results/figures/figure_2.csv",
        poses="results/figures/table_1.csv",
        weights=run_files("results/models/{dataset}/{model}/seed{seed}/weights.safetensors"),
    output:
        csv="results/scorecard.csv",
        intervals="results/intervals.csv",
        html=report(
            "results/scorecard.html",
            category="Scorecard",
            caption="../report/scorecard.rst",
            labels={"table": "our numbers beside the paper's"},
        ),
    log:
        "results/logs/scorecard.log",
    resources:
        mem_mb=grows(1000),
    params:
        *code("scorecard.py"),
        *stamps([PAPER_NUMBERS]),
        cfg=dict(runs=RUNS, dataset=DATASET, faces=FACES, about=f"{ABOUT}; {ABOUT_FACES}"),
    message:
        "Writing the scorecard"
    script:
        "../scripts/scorecard.py"


rule probes:
    """Every probe's predictions on the test images."""
    input:
        run_files("results/probes/{dataset}/{model}/seed{seed}/ip1.parquet"),
