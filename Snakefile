from snakemake.utils import min_version

min_version("9.20")


report: "workflow/report/workflow.rst"


include: "workflow/rules/common.smk"
include: "workflow/rules/face_common.smk"
include: "workflow/rules/audit_common.smk"
include: "workflow/rules/question_common.smk"


rule all:
    """Everything: all figures, Table 1, the scorecard and the training curves (the default)."""
    default_target: True
    input:
        FIGURES,
        "results/figures/table_1.csv",
        "results/scorecard.csv",


rule digits:
    """Section 4: Figures 3 to 8 and the training curves."""
    input:
        [figure for figure in FIGURES if not figure.startswith(FACE_FIGURES)],


rule faces:
    """Section 3: Figures 1 and 2 and Table 1."""
    input:
        [figure for figure in FIGURES if figure.startswith(FACE_FIGURES)],
        "results/figures/table_1.csv",


include: "workflow/rules/data.smk"
include: "workflow/rules/digits.smk"
include: "workflow/rules/face_data.smk"
include: "workflow/rules/face_networks.smk"
include: "workflow/rules/face_probes.smk"
include: "workflow/rules/probes.smk"
include: "workflow/rules/figures.smk"
include: "workflow/rules/float16.smk"
include: "workflow/rules/audit_data.smk"
include: "workflow/rules/audit.smk"
include: "workflow/rules/question_data.smk"
include: "workflow/rules/variants.smk"
include: "workflow/rules/unseen_classes.smk"
include: "workflow/rules/questions.smk"

# One environment for all jobs: snakemake --sdm conda.
for job in workflow.rules:
    if not job.norun:
        job.conda_env = str(ROOT / "envs" / "exoprobe.yaml")
