"""Call the library function that a rule names, with the rule's files by name and its settings."""

from importlib import import_module

from exoprobe.logs import log_to

log_to(snakemake.log[0], " ".join(snakemake.wildcards))
params, outputs = snakemake.params, dict(snakemake.output.items())
files = {name: value for name, value in snakemake.input.items() if value}
for name, keys in params.get("by", {}).items():  # files that are told apart by a key each
    files[name] = dict(zip((tuple(key) if isinstance(key, list) else key for key in keys), files[name], strict=True))
module, _, function = params.function.rpartition(".")
getattr(import_module(module), function)(**files, **({"paths": outputs} if "svg" in outputs else outputs), **params.cfg)
