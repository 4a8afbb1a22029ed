include: "workflow/Snakefile"


workflow.default_target = "all"  # which an included file does not decide
