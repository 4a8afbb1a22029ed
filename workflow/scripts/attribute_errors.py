from exoprobe.evaluation.attribute_errors import attribute_errors
from exoprobe.logs import log_to
from exoprobe.plots.attribute_errors import draw_attribute_errors

log_to(snakemake.log[0])
cfg = snakemake.params.cfg
errors = attribute_errors(dict(zip(cfg["names"], snakemake.input.predictions, strict=True)))
draw_attribute_errors(
    errors,
    dict(snakemake.output.items()),
    groups=cfg["groups"],
    names=cfg["names"],
    controls=cfg["controls"],
    about=cfg["about"],
)
