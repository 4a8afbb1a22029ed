from exoprobe.datasets.landmarks import gather_landmarks, read_celeba_landmarks
from exoprobe.logs import log_to

log_to(snakemake.log[0])
if snakemake.input.official:
    read_celeba_landmarks(snakemake.input.samples, snakemake.input.official, snakemake.output[0])
else:
    gather_landmarks(snakemake.input.samples, snakemake.input.parts, snakemake.output[0])
