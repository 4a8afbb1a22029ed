"""What BLAS offers and numpy does not: a matrix's products with itself, added in place, outside Python's lock."""

import ctypes
from functools import cache

import numpy as np
from scipy.linalg import cython_blas


def add_products(rows: np.ndarray, total: np.ndarray) -> None:
    """Add the columns' products with each other to the lower triangle of ``total``: BLAS's dsyrk.

    ``total += rows.T @ rows`` would make a matrix of its own, mirror it and add both triangles, which for few
    rows takes as long as the products. Threads may call this at once, each with a total of its own.

    Args:
        rows: float64 [N, D], C-contiguous.
        total: float64 [D, D], C-contiguous; what lies above the diagonal stays.

    Raises:
        ValueError: the arrays are of another type or shape, or do not lie so.
    """
    count, dimension = rows.shape
    if total.shape != (dimension, dimension):
        raise ValueError(f"products of {dimension} columns cannot be added to {total.shape}")
    if not all(one.dtype == np.float64 and one.flags.c_contiguous for one in (rows, total)):
        raise ValueError("rows and total have to be C-contiguous float64")
    if not total.flags.writeable:
        raise ValueError("total is read-only")
    size, length, one = ctypes.c_int(dimension), ctypes.c_int(count), ctypes.c_double(1)
    # To Fortran, which counts columns first, C's rows are the transpose and C's lower triangle is the upper.
    _dsyrk()(b"U", b"N", size, length, one, rows.ctypes.data, size, one, total.ctypes.data, size)


@cache
def _dsyrk() -> ctypes._CFuncPtr:
    """Return dsyrk as scipy gives it to compiled callers; scipy.linalg.blas.dsyrk would keep Python's lock."""
    capsule = ctypes.py_object(cython_blas.__pyx_capi__["dsyrk"])
    name_of, pointer_of = ctypes.pythonapi.PyCapsule_GetName, ctypes.pythonapi.PyCapsule_GetPointer
    name_of.restype, pointer_of.restype = ctypes.c_char_p, ctypes.c_void_p
    pointer_of.argtypes = [ctypes.py_object, ctypes.c_char_p]
    integer, number = ctypes.POINTER(ctypes.c_int), ctypes.POINTER(ctypes.c_double)
    matrix, letter = ctypes.c_void_p, ctypes.c_char_p
    kind = ctypes.CFUNCTYPE(None, letter, letter, integer, integer, number, matrix, integer, number, matrix, integer)
    return kind(pointer_of(capsule, name_of(capsule)))
