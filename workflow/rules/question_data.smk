rule perturb_digits:
    """Digits under a perturbation of known strength, or under all of them, splits apart by source digit."""
    input:
        digits="results/data/{dataset}/digits.npz",
    output:
        "results/data/{dataset}/{task}/samples.parquet",
    log:
        "results/logs/{dataset}/{task}/perturb_digits.log",
    wildcard_constraints:
        task="|".join(PERTURBED),
    resources:
        mem_mb=grows(2000),
    params:
        *code("perturb_digits.py"),
        cfg=lambda wildcards: dict(
            perturbations={name: RANGES[name] for name in PERTURBED[wildcards.task]},
            counts=config["digits"]["counts"],
            seed=config["seeds"][0],
        ),
    message:
        "Perturbing {wildcards.dataset}: {wildcards.task}"
    script:
        "../scripts/perturb_digits.py"


rule draw_samples:
    """The digits of each split that representations are computed of and probed."""
    input:
        samples=lambda wildcards: task_samples(wildcards.task),
    output:
        "results/data/{dataset}/{task}/probed.parquet",
    log:
        "results/logs/{dataset}/{task}/draw_samples.log",
    resources:
        mem_mb=grows(1500 + 4 * KILODIGITS),
    params:
        *code("draw_samples.py"),
        cfg=lambda wildcards: dict(counts=probed_counts(wildcards.task)),
    message:
        "Drawing digits to probe: {wildcards.task}"
    script:
        "../scripts/draw_samples.py"
