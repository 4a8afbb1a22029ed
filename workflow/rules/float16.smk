rule round_features:
    """A representation rounded to float16."""
    input:
        "results/features/{features}.parquet",
    output:
        temp("results/features/{features}_float16.parquet"),
    log:
        "results/logs/{features}_float16.log",
    conda:
        "../../envs/exoprobe.yaml"
    resources:
        mem_mb=grows(1500),
    params:
        *code("round_features.py"),
    message:
        "Rounding {wildcards.features} to float16"
    script:
        "../scripts/round_features.py"


rule float16_effect:
    """What storing features as float16 would change in every probe's results."""
    input:
        float32=PROBED.values(),
        float16=[rounded(file) for file in PROBED.values()],
    output:
        csv="results/float16_effect.csv",
        html=report(
            "results/float16_effect.html",
            category="Scorecard",
            caption="../report/float16_effect.rst",
            labels={"table": "what float16 features would change"},
        ),
    log:
        "results/logs/float16_effect.log",
    conda:
        "../../envs/exoprobe.yaml"
    resources:
        mem_mb=grows(1500),
    params:
        *code("float16_effect.py"),
        cfg=dict(names=list(PROBED)),
    message:
        "Comparing float16 with float32 features"
    script:
        "../scripts/float16_effect.py"
