import math

import numpy as np
import pytest
import torch

from exoprobe.features.blocks import BLOCK, ArrayBlocks
from exoprobe.probes.svm.design import CachedDesignMatrix

ROWS = BLOCK + 10


class Counted(ArrayBlocks):
    """Blocks that count how often they are passed over."""

    passes = 0

    def blocks(self, dtype=torch.float32):
        self.passes += 1
        return super().blocks(dtype)


@pytest.fixture
def source(rng):
    return Counted(rng.normal(size=(ROWS, 5)).astype(np.float32))


@pytest.mark.parametrize(("memory", "passes"), [(math.inf, 2), (ROWS * 32 * 2, 4), (0, 6)])
def test_what_fits_into_memory_is_read_once(source, memory, passes):
    design = CachedDesignMatrix(source, torch.device("cpu"), memory, (torch.bfloat16, torch.float32))
    for _ in range(3):
        for dtype in (torch.bfloat16, torch.float32):
            list(design.blocks(dtype))
    assert source.passes == passes


@pytest.mark.parametrize("memory", [math.inf, 0])
def test_blocks_are_the_features_and_a_constant(source, memory):
    design = CachedDesignMatrix(source, torch.device("cpu"), memory, (torch.float64,))
    assert (design.rows, design.columns) == (ROWS, 6)
    blocks = list(design.blocks(torch.float64))
    assert [rows for rows, _ in blocks] == [slice(0, BLOCK), slice(BLOCK, ROWS)]
    joined = torch.cat([block for _, block in blocks]).numpy()
    np.testing.assert_array_equal(joined, np.hstack([source.array, np.ones((ROWS, 1))]))
