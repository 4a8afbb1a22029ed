"""What tests of figures share."""

import pytest

from exoprobe.plots import style


@pytest.fixture
def paths(tmp_path):
    """The files of a figure."""
    return {kind: tmp_path / f"figure.{kind}" for kind in ("pdf", "png", "svg", "csv")}


@pytest.fixture
def figures(monkeypatch):
    """The figures that were saved, still open."""
    saved = []
    monkeypatch.setattr(style.plt, "close", saved.append)
    return saved
