rule trade_off:
    """Does invariance pay? Recognition against what is still told, of every variant, before and after LEACE."""
    input:
        predictions=variant_probes("rotation", TRADE_OFF_RUNS),
        grids=variant_probes("rotation", TRADE_OFF_RUNS, what="_grid"),
    output:
        **figure_files("trade_off", "Open questions", "does invariance pay?"),
        summary="results/figures/trade_off_summary.csv",
        advantages="results/figures/trade_off_advantages.csv",
    log:
        "results/logs/trade_off.log",
    resources:
        mem_mb=grows(1500),
    params:
        *code("trade_off.py"),
        cfg=dict(
            runs=TRADE_OFF_RUNS,
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
        predictions=layer_probes(),
        grids=layer_probes("_grid"),
    output:
        **figure_files("layers", "Open questions", "depth and layers"),
    log:
        "results/logs/layers.log",
    resources:
        mem_mb=grows(1500),
    params:
        *code("layers.py"),
        cfg=dict(
            runs=LAYER_RUNS,
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
        **figure_files("perturbed_digits", "Open questions", "perturbed digits"),
    log:
        "results/logs/perturbed_digits.log",
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
        predictions=perturbed_probes(),
        grids=perturbed_probes("_grid"),
    output:
        **figure_files("perturbations", "Open questions", "other perturbations", caption="perturbation_effect"),
    log:
        "results/logs/perturbations.log",
    resources:
        mem_mb=grows(1500),
    params:
        *code("perturbation_effect.py"),
        cfg=dict(
            runs=PERTURBED_RUNS,
            names={name: VARIANT_TITLES[name] for name in OTHERS["variants"]},
            among=variants_up_to(OTHERS["variants"]),
            about=about_question(OTHERS),
        ),
    message:
        "Drawing the perturbations' effect"
    script:
        "../scripts/perturbation_effect.py"


rule readouts:
    """What do nonlinear readouts find beyond linear ones?"""
    input:
        predictions=variant_probes("rotation", TRADE_OFF_RUNS),
        grids=variant_probes("rotation", TRADE_OFF_RUNS, what="_grid"),
        poses=face_probes("pose"),
    output:
        **figure_files("readouts", "Open questions", "nonlinear readouts"),
    log:
        "results/logs/readouts.log",
    resources:
        mem_mb=grows(1500),
    params:
        *code("readouts.py"),
        cfg=dict(
            runs=TRADE_OFF_RUNS,
            variants={name: VARIANT_TITLES[name] for name in TRADE_OFF["variants"]},
            representations=TITLES,
            about=f"{about_question(TRADE_OFF)}; {ABOUT_FACES}",
        ),
    message:
        "Drawing what readouts find"
    script:
        "../scripts/readouts.py"


rule open_questions:
    """The questions that the paper left open: depth, several images at once, unseen classes, readouts, perturbations, and what invariance costs."""
    input:
        [f"results/figures/{name}.{kind}" for name in QUESTION_FIGURES for kind in ("pdf", "png", "svg", "csv")],
