use rule score as score_trade_off with:
    input:
        samples=[probed_samples("rotation")] * len(TRADE_OFF_RUNS),
        factors=[task_factors("rotation")] * len(TRADE_OFF_RUNS),
        predictions=variant_probes("rotation", TRADE_OFF_RUNS),
        search=variant_probes("rotation", TRADE_OFF_RUNS, what="_search"),
    output:
        f"results/scores/{DATASET}_trade_off.parquet",
    log:
        f"results/logs/{DATASET}/score_trade_off.log",
    params:
        *code("score.py"),
        cfg=dict(
            runs=[("rotation", variant, "ip1", seed) for variant, seed in TRADE_OFF_RUNS],
            subsets=[],
        ),
    message:
        "Scoring: trade off"


use rule score as score_layers with:
    input:
        samples=[probed_samples("layers")] * len(LAYER_RUNS),
        factors=[task_factors("layers")] * len(LAYER_RUNS),
        predictions=layer_probes(),
        search=layer_probes("_search"),
    output:
        f"results/scores/{DATASET}_layers.parquet",
    log:
        f"results/logs/{DATASET}/score_layers.log",
    params:
        *code("score.py"),
        cfg=dict(
            runs=[("layers", *run) for run in LAYER_RUNS],
            subsets=[],
        ),
    message:
        "Scoring: layers"


use rule score as score_perturbations with:
    input:
        samples=[probed_samples(task) for task, _, _ in PERTURBED_RUNS],
        factors=[task_factors(task) for task, _, _ in PERTURBED_RUNS],
        predictions=perturbed_probes(),
        search=perturbed_probes("_search"),
    output:
        f"results/scores/{DATASET}_perturbations.parquet",
    log:
        f"results/logs/{DATASET}/score_perturbations.log",
    params:
        *code("score.py"),
        cfg=dict(
            runs=[(task, variant, "ip1", seed) for task, variant, seed in PERTURBED_RUNS],
            subsets=[dict(column="outside_factor")],
        ),
    message:
        "Scoring: perturbations"


rule trade_off:
    """Does invariance pay? Recognition against what is still told, of every variant, before and after LEACE."""
    input:
        scores=f"results/scores/{DATASET}_trade_off.parquet",
    output:
        pdf="results/figures/trade_off.pdf",
        png="results/figures/trade_off.png",
        svg=report(
            "results/figures/trade_off.svg",
            category="Open questions",
            caption="../report/trade_off.rst",
            labels={"figure": "does invariance pay?"},
        ),
        csv="results/figures/trade_off.csv",
        summary="results/figures/trade_off_summary.csv",
        advantages="results/figures/trade_off_advantages.csv",
    log:
        "results/logs/trade_off.log",
    conda:
        "../../envs/exoprobe.yaml"
    resources:
        mem_mb=grows(1500),
    params:
        *code("trade_off.py"),
        cfg=dict(
            titles={name: VARIANT_TITLES[name] for name in TRADE_OFF["variants"]},
            reference=TRADE_OFF["reference"],
            alike=[name for name in TRADE_OFF["variants"] if VARIANTS[name]["architecture"] == "lenet"],
            about=f"{about_question(TRADE_OFF)}; {len(TRADE_OFF['seeds'])} seeds",
        ),
    message:
        "Drawing the trade-off"
    script:
        "../scripts/trade_off.py"


rule layers:
    """What every layer of networks of growing depth recognizes and tells."""
    input:
        scores=f"results/scores/{DATASET}_layers.parquet",
    output:
        pdf="results/figures/layers.pdf",
        png="results/figures/layers.png",
        svg=report(
            "results/figures/layers.svg",
            category="Open questions",
            caption="../report/layers.rst",
            labels={"figure": "depth and layers"},
        ),
        csv="results/figures/layers.csv",
    log:
        "results/logs/layers.log",
    conda:
        "../../envs/exoprobe.yaml"
    resources:
        mem_mb=grows(1500),
    params:
        *code("layers.py"),
        cfg=dict(
            layers=LAYERS["networks"],
            titles={name: VARIANT_TITLES[name] for name in LAYERS["networks"]},
            about=about_question(LAYERS),
        ),
    message:
        "Drawing the layers"
    script:
        "../scripts/layers.py"


rule perturbed_digits:
    """What each perturbation does to a digit."""
    input:
        digits=f"results/data/{DATASET}/digits.npz",
    output:
        pdf="results/figures/perturbed_digits.pdf",
        png="results/figures/perturbed_digits.png",
        svg=report(
            "results/figures/perturbed_digits.svg",
            category="Open questions",
            caption="../report/perturbed_digits.rst",
            labels={"figure": "perturbed digits"},
        ),
        csv="results/figures/perturbed_digits.csv",
    log:
        "results/logs/perturbed_digits.log",
    conda:
        "../../envs/exoprobe.yaml"
    resources:
        mem_mb=grows(1000),
    params:
        *code("perturbed_digits.py"),
        cfg=dict(perturbations=RANGES, seed=config["seeds"][0], about=DIGITS),
    message:
        "Drawing perturbed digits"
    script:
        "../scripts/perturbed_digits.py"


rule perturbations:
    """Other perturbations: what is recognized, and what is told of them, inside the range of training and outside."""
    input:
        scores=f"results/scores/{DATASET}_perturbations.parquet",
    output:
        pdf="results/figures/perturbations.pdf",
        png="results/figures/perturbations.png",
        svg=report(
            "results/figures/perturbations.svg",
            category="Open questions",
            caption="../report/perturbation_effect.rst",
            labels={"figure": "other perturbations"},
        ),
        csv="results/figures/perturbations.csv",
    log:
        "results/logs/perturbations.log",
    conda:
        "../../envs/exoprobe.yaml"
    resources:
        mem_mb=grows(1500),
    params:
        *code("perturbation_effect.py"),
        cfg=dict(
            names={name: VARIANT_TITLES[name] for name in OTHERS["variants"]},
            among=variants_up_to(OTHERS["variants"]),
            about=about_question(OTHERS),
        ),
    message:
        "Drawing the perturbations' effect"
    script:
        "../scripts/perturbation_effect.py"


rule probe_errors:
    """What do nonlinear probes find beyond linear ones?"""
    input:
        digits=f"results/scores/{DATASET}_trade_off.parquet",
        faces=f"results/scores/{FACES}.parquet",
    output:
        pdf="results/figures/probe_errors.pdf",
        png="results/figures/probe_errors.png",
        svg=report(
            "results/figures/probe_errors.svg",
            category="Open questions",
            caption="../report/probe_errors.rst",
            labels={"figure": "nonlinear probes"},
        ),
        csv="results/figures/probe_errors.csv",
    log:
        "results/logs/probe_errors.log",
    conda:
        "../../envs/exoprobe.yaml"
    resources:
        mem_mb=grows(1500),
    params:
        *code("probe_errors.py"),
        cfg=dict(
            networks={name: VARIANT_TITLES[name] for name in TRADE_OFF["variants"]},
            representations=TITLES,
            about=f"{about_question(TRADE_OFF)}; {ABOUT_FACES}",
        ),
    message:
        "Drawing the errors of linear and nonlinear probes"
    script:
        "../scripts/probe_errors.py"


rule open_questions:
    """The questions that the paper left open: depth, several images at once, unseen classes, nonlinear probes, perturbations, and what invariance costs."""
    input:
        [f"results/figures/{name}.{kind}" for name in QUESTION_FIGURES for kind in ("pdf", "png", "svg", "csv")],
