rule trade_off:
    """Does invariance pay? Recognition against how decodable the angle is, for every network, before and after LEACE."""
    input:
        scores=f"results/scores/{digits.dataset}_trade_off.parquet",
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
            titles=asked.titles(settings.questions.trade_off.networks),
            reference=settings.questions.trade_off.reference,
            alike=asked.alike,
            caption=f"{asked.caption(ROTATION)}; {len(settings.questions.trade_off.seeds)} seeds",
        ),
    message:
        "Drawing the trade-off"
    script:
        "../scripts/trade_off.py"


rule tuning:
    """What was searched for each network's setting, and what was best on validation: results/tuning.csv."""
    input:
        asked.searches(ROTATION, [(trial, settings.questions.trade_off.seeds[0]) for trial in digits.trials]),
    output:
        "results/tuning.csv",
    log:
        "results/logs/tuning.log",
    params:
        *code("tuning.py"),
        cfg=dict(trials=digits.trials, configured=asked.configured),
    message:
        "Gathering what was searched"
    script:
        "../scripts/tuning.py"


rule layers:
    """What every layer of networks of growing depth recognizes and encodes."""
    input:
        scores=f"results/scores/{digits.dataset}_layers.parquet",
    output:
        **figure_files("layers", "Open questions", "depth and layers"),
    log:
        "results/logs/layers.log",
    resources:
        mem_mb=grows(1500),
    params:
        *code("layers.py"),
        cfg=dict(
            layers=settings.questions.layers.networks,
            titles=asked.titles(settings.questions.layers.networks),
            caption=asked.caption(LAYERS),
        ),
    message:
        "Drawing the layers"
    script:
        "../scripts/layers.py"


# How well digits are distinguished that a network was not trained on.
rule unseen_digits:
    input:
        samples=digits.probed_samples(UNSEEN),
        runs=asked.features(UNSEEN, asked.unseen_runs),
        reference=asked.features(ROTATION, asked.unseen_runs),
    output:
        f"results/probes/{digits.dataset}/unseen_digits.parquet",
    log:
        f"results/logs/{digits.dataset}/unseen_digits.log",
    resources:
        mem_mb=grows(3000),
    params:
        *code("unseen_digits.py", ("architecture", "lenet")),
        cfg=dict(
            runs=asked.unseen_runs,
            trained=settings.questions.unseen_classes.train_classes,
            enrolled=settings.questions.unseen_classes.enrolled,
        ),
    message:
        "Recognizing digits that were not trained on"
    script:
        "../scripts/unseen_digits.py"


# How well subjects are distinguished that a network was not trained on.
rule unseen_identities:
    input:
        samples=faces.samples,
        features=[
            *(file for run in identities.runs for file in identities.features(*run)),
            *map(faces.features, identities.baselines),
        ],
    output:
        f"results/probes/{faces.dataset}/unseen_identities.parquet",
    log:
        f"results/logs/{faces.dataset}/unseen_identities.log",
    resources:
        mem_mb=grows(2000 + 10 * faces.thousands),
    params:
        *code("unseen_identities.py"),
        cfg=dict(
            runs=[
                *((*run, identities.folds) for run in identities.runs),
                *((name, 0, 1) for name in identities.baselines),
            ],
            enrolled=identities.section.enrolled,
            **identities.split,
        ),
    message:
        "Recognizing people who were not trained on"
    script:
        "../scripts/unseen_identities.py"


rule unseen_classes:
    """Does a network distinguish classes that it was not trained on?"""
    input:
        f"results/probes/{digits.dataset}/unseen_digits.parquet",
        f"results/probes/{faces.dataset}/unseen_identities.parquet",
    output:
        **figure_files("unseen_classes", "Open questions", "unseen classes"),
    log:
        "results/logs/unseen_classes.log",
    resources:
        mem_mb=grows(1500),
    params:
        *code("unseen_classes.py"),
        cfg=dict(
            names={
                asked.unseen_title: {
                    **asked.titles(settings.questions.unseen_classes.networks),
                    "untrained": "untrained LeNet",
                    "pixels": "pixels",
                },
                f"faces: networks on {identities.input_title}, people not trained on": identities.titles,
            },
            controls=["untrained", "pixels", "aligned_pixels"],
            caption=f"{asked.caption(UNSEEN)}; {faces.caption}",
        ),
    message:
        "Drawing unseen classes"
    script:
        "../scripts/unseen_classes.py"


rule perturbed_digits:
    """What each perturbation does to a digit."""
    input:
        source=f"results/data/{digits.dataset}/digits.npz",
    output:
        **figure_files("perturbed_digits", "Open questions", "perturbed digits"),
    log:
        "results/logs/perturbed_digits.log",
    resources:
        mem_mb=grows(1000),
    params:
        **call("exoprobe.plots.perturbed_digits.draw_perturbed_digits"),
        cfg=dict(perturbations=asked.ranges, seed=settings.seeds[0], caption=digits.title),
    message:
        "Drawing perturbed digits"
    script:
        "../scripts/call.py"


rule perturbations:
    """Other perturbations: recognition, and how decodable they are, in the range of training and outside."""
    input:
        scores=f"results/scores/{digits.dataset}_perturbations.parquet",
    output:
        **figure_files("perturbations", "Open questions", "other perturbations", caption="perturbation_effect"),
    log:
        "results/logs/perturbations.log",
    resources:
        mem_mb=grows(1500),
    params:
        *code("perturbation_effect.py"),
        cfg=dict(
            names=asked.titles(settings.questions.perturbations.networks),
            among=asked.up_to_last(settings.questions.perturbations.networks),
            caption=asked.caption(TOGETHER),
        ),
    message:
        "Drawing the perturbations' effect"
    script:
        "../scripts/perturbation_effect.py"


rule probe_errors:
    """What do nonlinear probes find beyond linear ones?"""
    input:
        digits=f"results/scores/{digits.dataset}_trade_off.parquet",
        faces=f"results/scores/{faces.dataset}.parquet",
    output:
        **figure_files("probe_errors", "Open questions", "nonlinear probes"),
    log:
        "results/logs/probe_errors.log",
    resources:
        mem_mb=grows(1500),
    params:
        *code("probe_errors.py"),
        cfg=dict(
            networks=asked.titles(settings.questions.trade_off.networks),
            representations=faces.titles,
            caption=f"{asked.caption(ROTATION)}; {faces.caption}",
        ),
    message:
        "Drawing the errors of linear and nonlinear probes"
    script:
        "../scripts/probe_errors.py"


rule open_questions:
    """The questions that the paper left open: what invariance costs, depth, unseen classes, probes, perturbations."""
    input:
        figure_paths(*FIGURES),
