"""Threads that wait for work sleep soon, instead of spinning."""

import os

WAITING = {
    "OMP_WAIT_POLICY": "passive",  # of OpenMP, which torch computes with
    "OPENBLAS_THREAD_TIMEOUT": "4",  # of OpenBLAS, numpy's: the logarithm of cycles
}


def let_idle_threads_sleep() -> None:
    """Set up this process before it imports numpy and torch.

    Where another program computes on the same cores, spinning threads cost both several times their time. What the
    environment says already stays.
    """
    for name, value in WAITING.items():
        os.environ.setdefault(name, value)
