include: "workflow/Snakefile"


workflow.default_target = "all"  # an include does not hand on the default of what it includes
