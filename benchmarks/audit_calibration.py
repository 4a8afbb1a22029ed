"""How often an audit is right, on made-up datasets: python -m benchmarks.audit_calibration [STUDY …] [--datasets N].

Studies:
    nulls       no factor is encoded: how often one "leaks", and p-values up to 0.05, for twelve kinds of datasets
    hidden      a leak of skill 0.2 in a direction of small variance in these: how often there is "no evidence"
    coverage    intervals of known skills, for equal and Zipf groups
    cohorts     6 to 24 groups: skill 0.3 found, and false leaks
    stability   borderline datasets under 20 seeds of the split
    needed      how close the estimate of the groups needed is
    beyond      intervals of what is encoded beyond a given column
    through     what a factor is said to be that is encoded through a class alone
    neighbors   intervals of the measures of nearest neighbors
    nonlinear   the MLP and all other probes: a linear leak, a product of two signs, and nothing
    gate        limits that are broken, with and without a leak, and an unchanged release that is called worse

Writes results/bench/audit_calibration.csv; rows of studies that are not run stay.
"""

import argparse
from collections.abc import Callable, Iterator
from pathlib import Path

import pandas as pd
import torch
from threadpoolctl import threadpool_limits

from benchmarks.calibration.beyond import beyond, through
from benchmarks.calibration.coverage import coverage
from benchmarks.calibration.gate import gate
from benchmarks.calibration.needed import needed
from benchmarks.calibration.neighbors import neighbors
from benchmarks.calibration.nonlinear import nonlinear
from benchmarks.calibration.verdicts import cohorts, hidden, nulls, stability
from benchmarks.timing import say_bars
from exoprobe.io.files import atomic_write

OUTPUT = Path("results/bench/audit_calibration.csv")
Study = Callable[[int], Iterator[dict[str, object]]]
STUDIES: dict[str, tuple[Study, int]] = {  # with the number of datasets of each cell
    "nulls": (nulls, 150),
    "hidden": (hidden, 40),
    "coverage": (coverage, 400),
    "cohorts": (cohorts, 200),
    "stability": (stability, 20),
    "needed": (needed, 20),
    "beyond": (beyond, 200),
    "through": (through, 200),
    "neighbors": (neighbors, 300),
    "nonlinear": (nonlinear, 60),
    "gate": (gate, 200),
}


def main() -> None:
    """Run the studies that are named, print their rates and write them."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("studies", nargs="*", metavar="STUDY", help=f"of {', '.join(STUDIES)}; default: all")
    parser.add_argument("--datasets", type=int, help="in each cell; default: by study")
    arguments = parser.parse_args()
    if unknown := set(arguments.studies) - set(STUDIES):
        parser.error(f"there is no study {sorted(unknown)[0]!r}; there are {', '.join(STUDIES)}")
    torch.set_num_threads(1)
    with threadpool_limits(1):
        for name in arguments.studies or STUDIES:
            study, datasets = STUDIES[name]
            rows = []
            for row in study(arguments.datasets or datasets):
                rows.append(row)
                print(
                    *(f"{value:.3f}" if isinstance(value, float) else value for value in row.values()),
                    sep="\t",
                    flush=True,
                )
            _write(name, pd.DataFrame(rows))
    say_bars(OUTPUT.stem)


def _write(name: str, rates: pd.DataFrame) -> None:
    """Replace the rows of a study."""
    if OUTPUT.exists():
        before = pd.read_csv(OUTPUT, keep_default_na=False, na_values=["nan"])
        rates = pd.concat([before[before["study"] != name], rates], ignore_index=True)
    with atomic_write(OUTPUT) as temporary:
        rates.to_csv(temporary, index=False)


if __name__ == "__main__":
    main()
