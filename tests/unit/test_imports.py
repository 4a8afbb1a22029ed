"""What an audit must not import: torch's compiler takes two seconds, and others that it does not need as long."""

import json
import subprocess
import sys

import numpy as np
import pandas as pd

NEEDLESS = {"matplotlib", "scipy.stats", "sklearn", "snakemake", "sympy", "torch._dynamo", "torch._inductor"}
AUDIT = """
import json, sys
from exoprobe.cli import main
assert main(sys.argv[1:]) == 0
print(json.dumps(list(sys.modules)))
"""


def test_a_whole_audit_imports_what_it_needs(tmp_path, rng):
    values = rng.normal(size=(300, 2))
    np.save(tmp_path / "features.npy", values @ rng.normal(size=(2, 6)) + rng.normal(size=(300, 6)))
    pd.DataFrame({"number": values[:, 0], "flag": values[:, 1] > 0}).to_csv(tmp_path / "factors.csv", index=False)
    command = ["audit", "features.npy", "factors.csv", "--out", "out", "--threads", "1", "--permutations", "99"]
    done = subprocess.run(
        [sys.executable, "-c", AUDIT, *command], cwd=tmp_path, check=True, text=True, stdout=subprocess.PIPE
    )
    imported = set(json.loads(done.stdout.splitlines()[-1]))
    assert "torch" in imported
    assert not imported & NEEDLESS
