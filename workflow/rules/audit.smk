# Tables of one representation, and of all.
STRUCTURE_TABLES = [
    *("structure", "scree", "geometry", "subspace", "dimensions", "neighbors", "map"),
    *("recognition_by", "det"),
]
ERASURE_TABLES = ["erasure", "recognition"]
SCORE_TABLES = [
    "scores",
    "verdicts",
    "differences",
    "association",
    "predicted",
    "roc",
    "extremes",
    "subgroups",
    "mapped",
    "group_errors",
]
LEARNING_TABLES = ["learning", "description_length"]
OTHER_TABLES = [*STRUCTURE_TABLES, "beyond", "rows", "shift", "sensitivity", *LEARNING_TABLES, *ERASURE_TABLES]
AUDIT_TABLES = {table: f"results/{AUDIT}/{table}.csv" for table in [*SCORE_TABLES, *OTHER_TABLES]}
AUDIT_FEATURES = [audited.features(name, seed) for name, seeds in audited.seeds.items() for seed in range(seeds)]
AUDIT_TABLES |= {table: f"results/{AUDIT}/{table}.parquet" for table in ("rows", "group_errors")}


# The audit's dataset: the factor table joined with the feature files, grouped and split.
rule audit_samples:
    input:
        table=audit_factor_table,
        features=users_files(*chain(*audited.files.values())),
    output:
        samples=AUDIT_SAMPLES,
        factors=AUDIT_FACTORS,
        notes=f"results/data/{AUDIT}/notes.json",
    log:
        f"results/logs/{AUDIT}/samples.log",
    benchmark:
        f"results/benchmarks/{AUDIT}/samples.tsv"
    resources:
        mem_mb=grows_with_input(1000, 1),
    params:
        *code("audit_samples.py"),
        content=user_content(settings.audit.factors, *chain(*audited.files.values())),
        cfg=dict(
            files=audited.files,
            roles=asdict(audited.settings.roles),
            rows=settings.audit.rows,
            seed=settings.seeds[0],
            controls=[name in audited.settings.controls for name in audited.files],
        ),
    message:
        "Joining the features with their factors"
    script:
        "../scripts/audit_samples.py"


rule audit_features:
    """A user's features as a feature file, in the order of the audit's samples."""
    input:
        samples=AUDIT_SAMPLES,
        source=lambda wildcards: users_files(audited.files[wildcards.representation][int(wildcards.seed)]),
    output:
        audited.features("{representation}", "{seed}"),
    log:
        f"results/logs/{AUDIT}/{{representation}}/seed{{seed}}/features.log",
    benchmark:
        f"results/benchmarks/{AUDIT}/{{representation}}/seed{{seed}}/features.tsv"
    wildcard_constraints:
        representation="|".join(audited.files) or "none configured",
    resources:
        mem_mb=grows_with_input(1000, 1.5),
    params:
        *code("audit_features.py"),
        content=lambda wildcards: user_content(audited.files[wildcards.representation][int(wildcards.seed)]),
        location=lambda wildcards: audited.files[wildcards.representation][int(wildcards.seed)],
        cfg=dict(
            id_column=settings.audit.id,
            dtype=settings.feature_dtype,
            code_digest=code_digest("audit_features.py"),
        ),
    message:
        "Importing {wildcards.representation}, seed {wildcards.seed}"
    script:
        "../scripts/audit_features.py"


# A control that has learned nothing: the images seen through random weights.
rule audit_control:
    input:
        samples=AUDIT_SAMPLES,
        table=audit_factor_table,
        images=users_own(audited.image_file) if audited.image_file else [],
        features=[audited.features(name) for name in list(audited.files)[:1]],
    output:
        audited.features(CONTROL),
    log:
        f"results/logs/{AUDIT}/control.log",
    benchmark:
        f"results/benchmarks/{AUDIT}/control.tsv"
    resources:
        mem_mb=grows_with_input(2000, 2),
    params:
        *code("audit_control.py"),
        cfg=dict(
            folder=audited.image_folder,
            seed=settings.seeds[0],
            dtype=settings.feature_dtype,
            code_digest=code_digest("audit_control.py"),
        ),
    message:
        "Projecting the images at random"
    script:
        "../scripts/audit_control.py"


# What the audit looked at: files, rows, groups, and a table of the factors.
rule audit_metadata:
    input:
        samples=AUDIT_SAMPLES,
        factors=AUDIT_FACTORS,
        notes=f"results/data/{AUDIT}/notes.json",
        features=[audited.features(name) for name in audited.seeds],
        sources=users_files(*chain(*audited.files.values())),
        factor_table=audit_factor_table,
        pictures=pictures.notes,
    output:
        metadata=f"results/{AUDIT}/metadata.json",
        table=f"results/{AUDIT}/factors.csv",
        provenance=f"results/{AUDIT}/provenance.json",
    log:
        f"results/logs/{AUDIT}/metadata.log",
    resources:
        mem_mb=grows(1500),
    params:
        *code("audit_metadata.py"),
        cfg=audited.settings.metadata(),
        settings=audited.settings.described(),
        input_names=audited.settings.input_names,
        locations=[*chain(*audited.files.values())],
    message:
        "Writing what is audited"
    script:
        "../scripts/audit_metadata.py"


# The audit's numbers: skills, intervals, p-values and verdicts, a table each.
rule audit_tables:
    input:
        samples=AUDIT_SAMPLES,
        factors=AUDIT_FACTORS,
        predictions=audited.probes("predictions"),
        searches=audited.probes("search"),
        selectivities=audited.probes("selectivity"),
        features=AUDIT_FEATURES,
        described=audited.described(OTHER_TABLES),
    output:
        **AUDIT_TABLES,
    log:
        f"results/logs/{AUDIT}/tables.log",
    benchmark:
        f"results/benchmarks/{AUDIT}/tables.tsv"
    resources:
        mem_mb=grows_with_input(2000, 10, but="features"),
        runtime=grows_with_input(30, 1),
    params:
        *code("audit_tables.py"),
        cfg=dict(
            seeds=audited.seeds,
            controls=audited.settings.controls,
            margin=settings.audit.margin,
            permutations=settings.audit.permutations,
            label=audited.settings.roles.label,
            group=audited.settings.roles.group_name,
        ),
    message:
        "Scoring the predictions"
    script:
        "../scripts/audit_tables.py"


# Small pictures of the most and the least predictable rows.
rule audit_thumbnails:
    input:
        samples=AUDIT_SAMPLES,
        table=audit_factor_table,
        images=users_own(audited.image_file) if audited.image_file else [],
        extremes=AUDIT_TABLES["extremes"],
    output:
        f"results/data/{AUDIT}/thumbnails.json",
    log:
        f"results/logs/{AUDIT}/thumbnails.log",
    resources:
        mem_mb=grows(2000),
    params:
        *code("audit_thumbnails.py"),
        folder=audited.image_folder,
    message:
        "Shrinking the pictures of the audit's page"
    script:
        "../scripts/audit_thumbnails.py"


# The audit's page: every number and figure in one file.
rule audit_page:
    input:
        **AUDIT_TABLES,
        metadata=f"results/{AUDIT}/metadata.json",
        factors=f"results/{AUDIT}/factors.csv",
        provenance=f"results/{AUDIT}/provenance.json",
        thumbnails=f"results/data/{AUDIT}/thumbnails.json" if settings.audit.images else [],
    output:
        report(
            f"results/{AUDIT}/index.html",
            category="Audit",
            caption="../report/audit.rst",
            labels={"page": "what the features encode"},
        ),
    log:
        f"results/logs/{AUDIT}/page.log",
    resources:
        mem_mb=grows(2000),
    params:
        *code("audit_page.py"),
        *stamps(sorted(PAGE_TEMPLATES.iterdir())),
    message:
        "Writing the audit's page"
    script:
        "../scripts/audit_page.py"


rule audit:
    """Your own features: what they encode that they should not (--config features=my.npy factors=my.csv group=person)."""
    input:
        f"results/{AUDIT}/index.html",


# The first verdicts of the audit: the linear probes', before anything else is computed.
rule audit_first_page:
    input:
        samples=AUDIT_SAMPLES,
        factors=AUDIT_FACTORS,
        predictions=audited.probes("linear/predictions"),
        searches=audited.probes("linear/search"),
        selectivities=audited.probes("linear/selectivity"),
        features=AUDIT_FEATURES,
        described=[f"results/{AUDIT}/{name}" for name in ("metadata.json", "factors.csv", "provenance.json")],
    output:
        f"results/{AUDIT}/first_verdicts.html",
    log:
        f"results/logs/{AUDIT}/first_page.log",
    resources:
        mem_mb=grows_with_input(2000, 10, but="features"),
    params:
        *code("first_verdicts.py"),
        *stamps(sorted(PAGE_TEMPLATES.iterdir())),
        cfg=dict(
            seeds=audited.seeds,
            controls=audited.settings.controls,
            judged=dict(
                margin=settings.audit.margin,
                permutations=settings.audit.permutations,
                label=audited.settings.roles.label,
                group=audited.settings.roles.group_name,
            ),
        ),
    message:
        "Judging the linear probes"
    script:
        "../scripts/first_verdicts.py"


rule audit_verdicts:
    """First verdicts on your own features, by the linear probes alone, in seconds: results/audit/first_verdicts.html."""
    input:
        f"results/{AUDIT}/first_verdicts.html",


# Not of a module: there, the page job's log has the answer.
PAGES = {"audit": Path(f"results/{AUDIT}/index.html"), "audit_verdicts": Path(f"results/{AUDIT}/first_verdicts.html")}


onsuccess:
    if PAGES["audit"] in pages_asked(PAGES):
        print(*answer(PAGES["audit"]), sep="\n")


onerror:
    print("", *dict.fromkeys(refusals(Path("results/logs"), BEGUN)), sep="\n", file=sys.stderr)
    for sentence in filter(None, (set_aside(page, BEGUN) for page in pages_asked(PAGES))):
        print(sentence, file=sys.stderr)
