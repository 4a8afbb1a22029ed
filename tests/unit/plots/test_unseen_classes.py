import numpy as np
import pandas as pd
import pytest

from exoprobe.evaluation.unseen_classes import Trial, recognize
from exoprobe.evaluation.unseen_digits import labeled
from exoprobe.plots import style
from exoprobe.plots.unseen_classes import draw_unseen_classes

NAMES = {"digits": {"lenet": "LeNet", "pixels": "pixels"}, "faces": {"lenet": "softmax", "given": "as given"}}
LABELS = np.arange(80) % 4


def table_of(rng, variants, classes, seeds=(0,), enrolled=(1, None)):
    rows = np.arange(80)
    tables = []
    for variant in variants:
        for seed in seeds:
            vectors = np.eye(4)[LABELS] + 0.5 * rng.normal(size=(80, 4))
            trial = Trial(vectors, rows < 40, rows >= 40)
            found = recognize([trial], LABELS, rows, classes=4, enrolled=enrolled)
            tables += [labeled(found, variant, seed, name) for name in classes]
    return pd.concat(tables, ignore_index=True)


@pytest.fixture(scope="module")
def drawn(tmp_path_factory):
    """The tables, the figure, still open, and its files."""
    rng = np.random.default_rng(0)
    tables = {
        "digits": table_of(rng, NAMES["digits"], ["unseen", "seen", "when_seen"], seeds=(0, 1)),
        "faces": table_of(rng, NAMES["faces"], ["unseen", "seen"]),
    }
    figures = []
    folder = tmp_path_factory.mktemp("unseen")
    paths = {kind: folder / f"figure.{kind}" for kind in ("pdf", "png", "svg", "csv")}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(style.plt, "close", figures.append)
        draw_unseen_classes(tables, paths, names=NAMES, controls=["pixels"], caption="planted")
    return tables, figures[0], paths


def test_its_data_are_the_tables(drawn):
    tables, _, paths = drawn
    data = pd.read_csv(paths["csv"], keep_default_na=True)
    assert data["dataset"].value_counts().to_dict() == {title: len(table) for title, table in tables.items()}
    assert data["value"].to_numpy() == pytest.approx(np.concatenate([t["value"] for t in tables.values()]), rel=1e-5)


def test_it_draws_the_mean_over_seeds_as_an_error(drawn):
    tables, figure, _ = drawn
    table = tables["digits"]
    rows = table[(table["variant"] == "lenet") & (table["classes"] == "unseen") & (table["measure"] == "rank_1")]
    wanted = 100 - rows[rows["enrolled"] == "1"]["value"].mean()
    panels = [axes for axes in figure.axes if axes.get_xlabel().startswith("rank-1 error, %\n1 image")]
    assert len(panels) == 2
    marks = [line.get_xdata()[0] for line in panels[0].lines if len(line.get_xdata()) == 1]
    assert any(mark == pytest.approx(wanted) for mark in marks)


def test_a_variant_looks_the_same_for_digits_and_faces(drawn):
    _, figure, _ = drawn
    curves = [axes for axes in figure.axes if axes.get_xscale() == "log"]
    assert curves[0].lines[0].get_color() == curves[1].lines[0].get_color()
    assert curves[0].lines[1].get_color() != curves[1].lines[1].get_color()


@pytest.mark.parametrize("enrolled", [(5, None), (2, 5), (None,)])
def test_any_numbers_of_enrolled_images_are_drawn(tmp_path, rng, enrolled):
    tables = {"digits": table_of(rng, NAMES["digits"], ["unseen", "seen"], enrolled=enrolled)}
    paths = {kind: tmp_path / f"figure.{kind}" for kind in ("pdf", "png", "svg", "csv")}
    draw_unseen_classes(tables, paths, names={"digits": NAMES["digits"]}, controls=["pixels"], caption="planted")
    assert paths["png"].stat().st_size > 0
