"""What an audit costs, from two files to the page: python -m benchmarks.audit_speed.

20,000 × 512 features with 40 binary factors and a number, and 1,000,000 × 256 with 10 factors. Writes
results/bench/audit.csv. ``python -m benchmarks.audit_speed small`` leaves the large one out.
"""

import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd

from exoprobe.io.files import atomic_write

ROOT = Path(__file__).resolve().parents[1]
PER_GROUP, BLOCK = 5, 50_000
AUDITS = {"small": (20_000, 512, 40, 1), "large": (1_000_000, 256, 8, 2)}  # rows, dimensions, binary, numbers


def write_files(folder: Path, rows: int, dimension: int, binary: int, numbers: int) -> None:
    """Write features that tell groups apart and hold factors, each more strongly than the one before."""
    random = np.random.default_rng(0)
    count = binary + numbers
    groups = np.repeat(np.arange(rows // PER_GROUP), PER_GROUP)
    identity = random.normal(size=(rows // PER_GROUP, dimension)).astype(np.float32)
    shares = np.resize(np.linspace(0.05, 0.5, binary), binary)
    values = np.hstack([random.random((rows, binary)) < shares, random.normal(size=(rows, numbers))])
    directions = random.normal(size=(count, dimension)) / dimension**0.5 * np.linspace(0, 1.5, count)[:, None]
    features = np.lib.format.open_memmap(folder / "features.npy", "w+", np.float32, (rows, dimension))
    for start in range(0, rows, BLOCK):
        block = slice(start, start + BLOCK)
        noise = 0.7 * random.normal(size=(len(groups[block]), dimension))
        features[block] = identity[groups[block]] + noise + values[block] @ directions
    features.flush()
    names = [f"factor {index}" for index in range(count)]
    answers = pd.DataFrame(np.where(values[:, :binary] > 0, "yes", "no"), columns=names[:binary])
    table = answers.join(pd.DataFrame(values[:, binary:], columns=names[binary:]))
    table.assign(person=groups).to_csv(folder / "factors.csv", index=False)


def run(name: str) -> dict[str, object]:
    """Audit made-up files in a folder of their own; return how long it took and what the largest job held."""
    with tempfile.TemporaryDirectory(dir=ROOT / "results") as folder:
        write_files(Path(folder), *AUDITS[name])
        Path(folder, "config.yaml").symlink_to(ROOT / "config.yaml")
        files = ["features=features.npy", "factors=factors.csv", "group=person"]
        command = ["snakemake", "--snakefile", ROOT / "Snakefile", "--profile", ROOT / "profiles" / "default"]
        command += ["--directory", folder, "--cores", "2", "audit"]
        start = time.perf_counter()
        subprocess.run([*map(str, command), "--config", *files], check=True, cwd=folder)
        minutes = (time.perf_counter() - start) / 60
        jobs = [pd.read_csv(path, sep="\t") for path in Path(folder, "results/benchmarks").rglob("*.tsv")]
        rows, dimension, binary, numbers = AUDITS[name]
        return {
            "rows": rows,
            "dimensions": dimension,
            "factors": binary + numbers,
            "minutes": minutes,
            "largest_job_gib": max(job["max_rss"].max() for job in jobs) / 1024,
        }


def main() -> None:
    """Audit both, or the one that is named."""
    table = pd.DataFrame([run(name) for name in sys.argv[1:] or AUDITS])
    print(table.to_string(index=False))
    with atomic_write(ROOT / "results/bench/audit.csv") as temporary:
        table.to_csv(temporary, index=False)


if __name__ == "__main__":
    main()
