"""What float64 tells apart stays apart."""

import numpy as np
import pandas as pd
import pytest

from tests.unit.datasets.cases import audit, features, imported, messages, table


@pytest.mark.parametrize(
    ("change", "kind"),
    [
        (lambda x: x * 2e-3 + 1e5, np.float64),
        (lambda x: x * 1e-3 + 1e6, np.float64),
        (lambda x: x * 1e-6 - 1e3, np.float64),
        (lambda x: x * 1e-60, np.float64),
        (lambda x: x * 1e300, np.float64),
        (lambda x: x * 1e-12 + 1, np.float64),
        (lambda x: np.round(x * 1000) + 2**40, np.int64),
        (lambda x: np.round(x * 1000) + 2**30, np.int32),
    ],
)
@pytest.mark.parametrize("form", ["npy", "npz", "csv", "parquet"])
def test_what_float64_tells_apart_float32_does_too(tmp_path, change, kind, form):
    values = change(features().astype(np.float64)).astype(kind)
    source = tmp_path / f"f.{form}"
    frame = pd.DataFrame(values).add_prefix("c")
    write = {
        "npy": lambda: np.save(source, values),
        "npz": lambda: np.savez(source, values),
        "csv": lambda: frame.to_csv(source, index=False),
        "parquet": lambda: frame.to_parquet(source),
    }
    write[form]()
    data = audit(tmp_path, table(), source)
    read = imported(tmp_path, data, source)
    true = features()[data.columns["row"]]
    for column in range(3):
        assert np.corrcoef(read[:, column], true[:, column])[0, 1] > 0.999
    assert messages(data, "precision")


def test_ordinary_features_are_not_changed(tmp_path):
    values = features().astype(np.float64) * 3 + 100
    data = audit(tmp_path, table(), values)
    np.testing.assert_array_equal(
        imported(tmp_path, data, tmp_path / "f.npy"), values[data.columns["row"]].astype(np.float32)
    )
    assert not messages(data, "precision")
