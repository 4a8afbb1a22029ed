from exoprobe.config.questions import trained_as, trials

QUESTIONS = config["questions"]
TRIALS = trials(QUESTIONS["variants"])
VARIANTS = {**QUESTIONS["variants"], **TRIALS}
VARIANT_TITLES = {name: entry["title"] for name, entry in QUESTIONS["variants"].items()}
RANGES = QUESTIONS["perturbations"]["ranges"]
TASK_PROBES = ["nearest_mean", "linear", "linear_per_label", "fourier", "mlp"]
TOGETHER = "together"  # all perturbations at once
# The factors of each task. Networks are trained on the rotated digits, those of some classes, or perturbed ones.
PERTURBED = {**{name: [name] for name in RANGES}, TOGETHER: list(RANGES)}
FACTORS = {"rotation": ["angle"], "unseen_classes": ["angle"], "layers": ["angle"], **PERTURBED}
# What of the training rows a task keeps.
ONLY = {
    "unseen_classes": dict(label=QUESTIONS["unseen_classes"]["trained"]),
    **dict.fromkeys(PERTURBED, dict(inside=[True])),
}
TRADE_OFF, LAYERS, UNSEEN, OTHERS = (
    QUESTIONS[name] for name in ("trade_off", "layers", "unseen_classes", "perturbations")
)
TRADE_OFF_RUNS = [(variant, seed) for variant in TRADE_OFF["variants"] for seed in TRADE_OFF["seeds"]]
LAYER_RUNS = [
    (variant, layer, seed)
    for variant, layers in LAYERS["networks"].items()
    for layer in layers
    for seed in LAYERS["seeds"]
]
UNSEEN_RUNS = [(variant, seed) for variant in UNSEEN["variants"] for seed in UNSEEN["seeds"]]
# The same variants on cached features of faces; rounds: every person is once among those not trained on.
PEOPLE = UNSEEN["people"]
PEOPLE_ROUNDS = {"orl": PEOPLE["rounds"], "celeba": 1}[FACES]
PEOPLE_DEAL = dict(rounds=PEOPLE_ROUNDS, deal_seed=config["seeds"][0])
PEOPLE_RUNS = [(variant, seed) for variant in PEOPLE["variants"] for seed in PEOPLE["seeds"]]
PEOPLE_BESIDE = [name for name in PEOPLE["beside"] if name in REPRESENTATIONS]
# Of networks that end alike, what the objectives are called without LeNet.
PEOPLE_TITLES = {
    **{name: VARIANT_TITLES[name].replace("-LeNet", "").replace("LeNet", "softmax") for name in PEOPLE["variants"]},
    **{name: TITLES[name] for name in PEOPLE_BESIDE},
}
PERTURBED_RUNS = [
    (task, variant, seed) for task in PERTURBED for variant in OTHERS["variants"] for seed in OTHERS["seeds"]
]
QUESTION_FIGURES = ["trade_off", "layers", "unseen_classes", "probe_errors", "perturbed_digits", "perturbations"]
UNSEEN_TITLES = {
    "digits": "digits: trained on {}, the others enrolled".format(", ".join(map(str, UNSEEN["trained"]))),
    "people": f"faces: networks on {TITLES.get(PEOPLE['of'], PEOPLE['of'])}, people not trained on",
}


def about_question(question):
    """What networks of a question have seen."""
    steps = question.get("max_steps", QUESTIONS["recipe"]["max_steps"])
    images = steps * QUESTIONS["recipe"]["batch_size"]
    return f"{DIGITS}, {config['digits']['counts']['train']:,} training digits, {images:,} images seen in all"


def variants_up_to(names):
    """The variants up to the last of some, which say how each looks in every figure; later ones change nothing."""
    every = list(VARIANT_TITLES)
    return every[: max(map(every.index, names)) + 1]


wildcard_constraints:
    task="|".join(FACTORS),
    variant="|".join(VARIANTS),


def task_samples(task):
    """The samples that a task's networks are trained on."""
    return f"results/data/{DATASET}/{task}/samples.parquet" if task in PERTURBED else SAMPLES


def probed_samples(task):
    """The samples that a task's networks are probed on."""
    return f"results/data/{DATASET}/{'rotation' if task == 'unseen_classes' else task}/probed.parquet"


def task_factors(task):
    """The factors of the samples that a task's networks are probed on."""
    return probed_samples(task).replace("probed", "factors")


def probed_counts(task):
    """How many source digits of each split are probed."""
    return question_of(task)["counts"]


def variant_weights(task, variant, seed):
    """The network of a variant."""
    return f"results/models/{DATASET}/{task}/{variant}/seed{seed}/weights.safetensors"


def question_of(task):
    """The section of the configuration that a task belongs to."""
    if task in PERTURBED:
        return OTHERS
    return {"rotation": TRADE_OFF, "layers": LAYERS, "unseen_classes": UNSEEN}[task]


def variant_probes(task, runs, layer="ip1", what=""):
    """The probes' files of all (variant, seed) runs of a task."""
    return [f"results/probes/{DATASET}/{task}/{variant}/seed{seed}/{layer}{what}.parquet" for variant, seed in runs]


def variant_settings(wildcards):
    """What of the configuration concerns the training of one network, and nothing else."""
    entry = VARIANTS[wildcards.variant]
    own = {
        **{key: entry[key] for key in ("learning_rate",) if key in entry},
        **{key: question_of(wildcards.task)[key] for key in ("max_steps",) if key in question_of(wildcards.task)},
    }
    return dict(
        model=trained_as(entry),
        recipe={**QUESTIONS["recipe"], **own},
        device=config["device"],
        precision=config["precision"],
        only=ONLY.get(wildcards.task),
        nuisances=FACTORS[wildcards.task],
    )


def variant_teacher(wildcards):
    """The network whose class means this one learns, if it learns any."""
    teacher = VARIANTS[wildcards.variant].get("teacher")
    return variant_weights(wildcards.task, teacher, wildcards.seed) if teacher else []


def variant_code(wildcards):
    """The stamps of a variant's architecture and objective."""
    entry = VARIANTS[wildcards.variant]
    return model_code(entry["architecture"], entry["objective"])


def layer_probes(what=""):
    """The probes' files of every layer of every network, in the order of LAYER_RUNS."""
    return [
        f"results/probes/{DATASET}/layers/{variant}/seed{seed}/{layer}{what}.parquet"
        for variant, layer, seed in LAYER_RUNS
    ]


def perturbed_probes(what=""):
    """The probes' files of every perturbation, variant and seed, in the order of PERTURBED_RUNS."""
    return [
        f"results/probes/{DATASET}/{task}/{variant}/seed{seed}/ip1{what}.parquet"
        for task, variant, seed in PERTURBED_RUNS
    ]


def people_features(variant, seed):
    """What a network on faces' features says of everyone, a file per round."""
    return [
        f"results/features/{FACES}/people/{variant}/seed{seed}/round{number}.parquet"
        for number in range(PEOPLE_ROUNDS)
    ]


def on_people(variant):
    """A variant's objective on a perceptron, whose only layers are ip1 and ip2."""
    settings = trained_as(VARIANTS[variant])
    return {**settings, **({"layers": ["ip1", "ip2"]} if "layers" in settings else {})}


def people_settings(wildcards):
    """What of the configuration concerns one network on faces' features."""
    teacher = VARIANTS[wildcards.variant].get("teacher")
    return dict(
        model=on_people(wildcards.variant),
        teacher=on_people(teacher) if teacher else None,
        recipe=PEOPLE["recipe"],
        seed=int(wildcards.seed),
        **PEOPLE_DEAL,
    )


def people_code(wildcards):
    """The stamps of the perceptron and of a variant's objective, and its teacher's."""
    names = [wildcards.variant, *filter(None, [VARIANTS[wildcards.variant].get("teacher")])]
    return [line for name in names for line in model_code("perceptron", VARIANTS[name]["objective"])]
