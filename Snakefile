from snakemake.utils import min_version

min_version("9.20")


configfile: "config.yaml"


report: "workflow/report/workflow.rst"


include: "workflow/rules/common.smk"


rule all:
    """Everything: all figures, the scorecard and the training curves (the default)."""
    default_target: True
    input:
        FIGURES,
        "results/scorecard.csv",


include: "workflow/rules/data.smk"
include: "workflow/rules/digits.smk"
include: "workflow/rules/faces.smk"
include: "workflow/rules/probes.smk"
include: "workflow/rules/figures.smk"
