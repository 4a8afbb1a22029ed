"""Where and how precisely torch computes."""

import ctypes
import math
import sys
from contextlib import AbstractContextManager

import psutil
import torch

from exoprobe.errors import ExoprobeError

M_TRIM_THRESHOLD, M_MMAP_THRESHOLD = -1, -3  # of glibc's malloc.h
LARGEST_MMAP_THRESHOLD = 32 << 20


def prepare(threads: int) -> None:
    """Set this process up for computing with ``threads`` threads, reproducibly."""
    torch.set_num_threads(threads)
    torch.set_flush_denormal(True)  # denormals cost many times a normal number's time
    torch.use_deterministic_algorithms(True, warn_only=True)
    torch.utils.deterministic.fill_uninitialized_memory = False  # it guards against reading what was never written
    _keep_freed_memory()


def _keep_freed_memory() -> None:
    """Let glibc reuse freed batches instead of handing them back: fresh pages cost more than small kernels."""
    if sys.platform == "linux":
        libc = ctypes.CDLL(None)
        if hasattr(libc, "mallopt"):
            libc.mallopt(M_MMAP_THRESHOLD, LARGEST_MMAP_THRESHOLD)
            libc.mallopt(M_TRIM_THRESHOLD, 2**31 - 1)


def memory_left(memory_mb: float | None) -> float:
    """Return how many bytes this process may still take where it may hold ``memory_mb`` MiB in all; None: any."""
    return math.inf if memory_mb is None else memory_mb * 2**20 - psutil.Process().memory_info().rss


def choose_device(name: str) -> torch.device:
    """Turn ``auto``, ``cpu`` or ``cuda`` into a device; ``auto`` takes a GPU where there is one."""
    if name == "cuda" and not torch.cuda.is_available():
        raise ExoprobeError("device: cuda was asked for, but torch sees no GPU; use auto or cpu")
    return torch.device("cuda" if name == "cuda" or (name == "auto" and torch.cuda.is_available()) else "cpu")


def choose_precision(name: str, device: torch.device) -> torch.dtype:
    """Turn ``auto``, ``float32`` or ``bfloat16`` into the type of the matrix products in training.

    ``auto`` takes bfloat16 where the hardware multiplies it natively (AMX or AVX512-BF16; a GPU that does).
    """
    if name != "auto":
        return {"float32": torch.float32, "bfloat16": torch.bfloat16}[name]
    if device.type == "cuda":
        return torch.bfloat16 if torch.cuda.is_bf16_supported(including_emulation=False) else torch.float32
    cpu = torch.cpu.get_capabilities()
    return torch.bfloat16 if cpu.get("amx_bf16") or cpu.get("avx512_bf16") else torch.float32


def mixed_precision(device: torch.device, precision: torch.dtype) -> AbstractContextManager:
    """Return autocast for ``precision``; it does nothing for float32."""
    return torch.autocast(device.type, precision, enabled=precision != torch.float32)
