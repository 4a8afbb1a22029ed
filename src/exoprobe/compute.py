"""Where and how precisely torch computes."""

import ctypes
import math
import os
import sys
from contextlib import AbstractContextManager

import psutil
import torch

from exoprobe.errors import ExoprobeError
from exoprobe.gpu_lock import claim_card

M_TRIM_THRESHOLD, M_MMAP_THRESHOLD = -1, -3  # of glibc's malloc.h
LARGEST_MMAP_THRESHOLD = 32 << 20


def prepare(threads: int) -> None:
    """Set this process up for computing with ``threads`` threads, reproducibly."""
    torch.set_num_threads(threads)
    torch.set_flush_denormal(True)  # denormals cost many times a normal number's time
    torch.set_deterministic_debug_mode("warn")  # use_deterministic_algorithms would import torch's compiler, for 2 s
    os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")  # without it, a GPU's matrix products are not
    torch.backends.cudnn.allow_tf32 = False  # a GPU's float32 is to be the CPU's
    # It guards against reading what was never written.
    torch.utils.deterministic.fill_uninitialized_memory = False  # type: ignore[attr-defined]
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
    """Turn ``auto``, ``cpu`` or ``cuda`` into a device, a GPU into one that no other job uses (see gpu_lock.py).

    ``auto`` takes a GPU where there is one; in a Slurm job, only one that Slurm gave it.
    """
    if name == "cuda" and not torch.cuda.is_available():
        raise ExoprobeError("device: cuda was asked for, but torch sees no GPU; use auto or cpu")
    if name == "cuda" or (name == "auto" and torch.cuda.is_available() and not _refused_by_slurm()):
        count = torch.cuda.device_count()
        return torch.device(
            "cuda", claim_card(tuple(str(torch.cuda.get_device_properties(i).uuid) for i in range(count)))
        )
    return torch.device("cpu")


def device_name(device: torch.device) -> str:
    """Return what the results say they were computed on: ``cpu``, or ``cuda`` and the card's name."""
    return f"cuda, {torch.cuda.get_device_name(device)}" if device.type == "cuda" else device.type


def _refused_by_slurm() -> bool:
    given = ("SLURM_JOB_GPUS", "SLURM_STEP_GPUS")
    return "SLURM_JOB_ID" in os.environ and not any(name in os.environ for name in given)


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


def mixed_precision(device: torch.device, precision: torch.dtype) -> AbstractContextManager[object]:
    """Return autocast for ``precision``; it does nothing for float32."""
    return torch.autocast(device.type, precision, enabled=precision != torch.float32)
