"""What a thread that begins now computes with."""

from concurrent.futures import ThreadPoolExecutor

import torch


def threads_of_a_new_thread() -> int:
    """Return how many threads torch uses there; what the main thread says of itself is not changed by others."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(torch.get_num_threads).result()
