rule probe:
    """The probes of section 4.1 on one representation: predictions for every test image."""
    input:
        samples="results/data/{dataset}/samples.parquet",
        factors="results/data/{dataset}/factors.parquet",
        weights="results/models/{dataset}/{model}/seed{seed}/weights.safetensors",
        features="results/features/{dataset}/{model}/seed{seed}/{layer}.parquet",
    output:
        predictions="results/probes/{dataset}/{model}/seed{seed}/{layer}.parquet",
        search="results/probes/{dataset}/{model}/seed{seed}/{layer}_search.parquet",
    log:
        "results/logs/{dataset}/{model}/seed{seed}/probe_{layer}.log",
    benchmark:
        "results/benchmarks/{dataset}/{model}/seed{seed}/probe_{layer}.tsv"
    conda:
        "../../envs/exoprobe.yaml"
    wildcard_constraints:
        layer="ip1",  # the network's head is the last layer on top of it
    resources:
        mem_mb=grows(3000),
        runtime=grows(10 + KILODIGITS / 20),
    params:
        *probe_code(DIGIT_PROBES),
        cfg=lambda wildcards: dict(probes=digit_probes(wildcards.model), device=config["device"]),
    message:
        "Probing {wildcards.layer} of {wildcards.model}, seed {wildcards.seed}"
    script:
        "../scripts/probe.py"


rule score:
    """Measures with intervals, of every network's probes."""
    input:
        samples=[SAMPLES] * len(RUNS),
        factors=[DIGIT_FACTORS] * len(RUNS),
        predictions=run_files("results/probes/{dataset}/{model}/seed{seed}/ip1.parquet"),
        search=run_files("results/probes/{dataset}/{model}/seed{seed}/ip1_search.parquet"),
    output:
        f"results/scores/{DATASET}.parquet",
    log:
        f"results/logs/{DATASET}/score.log",
    conda:
        "../../envs/exoprobe.yaml"
    resources:
        mem_mb=grows(2000),
    params:
        *code("score.py"),
        cfg=dict(
            runs=[("rotation", model, "ip1", seed) for model, seed in RUNS],
            subsets=[dict(column="label", factors=["label"])],
        ),
    message:
        "Scoring the digits"
    script:
        "../scripts/score.py"


rule scorecard:
    """Our numbers beside the paper's."""
    input:
        digits=f"results/scores/{DATASET}.parquet",
        faces=f"results/scores/{FACES}.parquet",
        factors=f"results/data/{FACES}/factors.parquet",
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
    conda:
        "../../envs/exoprobe.yaml"
    resources:
        mem_mb=grows(1000),
    params:
        *code("scorecard.py"),
        *stamps([PAPER_NUMBERS]),
        cfg=dict(
            dataset=DATASET,
            angles=config["digits"]["angles"],
            faces=FACES,
            attributes=ATTRIBUTES,
            about=f"{ABOUT}; {ABOUT_FACES}",
        ),
    message:
        "Writing the scorecard"
    script:
        "../scripts/scorecard.py"


rule probes:
    """Every probe's predictions on the test images."""
    input:
        run_files("results/probes/{dataset}/{model}/seed{seed}/ip1.parquet"),
