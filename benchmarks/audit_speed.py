"""What an audit costs by the command, from two files to the page: python -m benchmarks.audit_speed [NAME …].

*tiny*: 3,000 × 64 features with 4 factors. *small*: 20,000 × 512 with 40 binary factors and a number. *large*:
1,000,000 × 256 with 10 factors. Writes results/bench/audit.csv.
"""

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks.timing import report

ROOT = Path(__file__).resolve().parents[1]
PER_GROUP, BLOCK = 5, 50_000
AUDITS = {  # rows, dimensions, binary factors, numbers
    "tiny": (3_000, 64, 3, 1),
    "small": (20_000, 512, 40, 1),
    "large": (1_000_000, 256, 8, 2),
}


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
    """Audit made-up files; return how long it took, and what it held."""
    rows, dimension, binary, numbers = AUDITS[name]
    with tempfile.TemporaryDirectory(dir=ROOT / "results") as folder:
        write_files(Path(folder), rows, dimension, binary, numbers)
        command = [sys.executable, "-m", "exoprobe", "audit", "features.npy", "factors.csv", "--group", "person"]
        environment = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
        start = time.perf_counter()
        process = subprocess.Popen([*command, "--quiet"], cwd=folder, env=environment)
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - start
        if status:
            sys.exit(f"the audit {name} failed")
        return {
            "rows": rows,
            "dimensions": dimension,
            "factors": binary + numbers,
            "seconds": seconds,
            "cpu_seconds": usage.ru_utime,
            "gib": usage.ru_maxrss / 2**20,
        }


def main() -> None:
    """Audit all, or those that are named."""
    report("audit", pd.DataFrame([run(name) for name in sys.argv[1:] or AUDITS]))


if __name__ == "__main__":
    main()
