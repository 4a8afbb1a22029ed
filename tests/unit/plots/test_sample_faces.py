"""Figure 1, from predictions written by hand."""

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from exoprobe.datasets.landmarks import BOX_COLUMNS
from exoprobe.plots.representation_styles import GREEN, VERMILION
from exoprobe.plots.sample_faces import (
    DRAWN,
    DRAWN_WRONG,
    box_within,
    choose_faces,
    describe,
    draw_sample_faces,
    gather_predictions,
)
from tests.scores_factory import TRAIN_ROWS, binary, number, write_run

IDENTITIES, FIRST = 14, TRAIN_ROWS + 1  # sample_id of the first test row


@pytest.fixture
def run(tmp_path):
    """Two pictures of each identity; hats are always predicted rightly, smiles only on everyone's first picture."""
    count = 2 * IDENTITIES
    present, right = np.arange(count) % 4 < 2, np.arange(count) % 2 == 0
    hat = np.where(present, 2.0, -2.0)
    outputs = {
        "Wearing_Hat": hat,
        "Smiling": np.where(right, 0.5, -0.5) * hat,
        "Male": -hat,
        "abs_yaw": np.full(count, 12.0),
    }
    factors = [binary(name, present) for name in ("Wearing_Hat", "Smiling", "Male")]
    factors.append(number("abs_yaw", np.full(count, 20.4)))
    predicted = {("linear", name): values for name, values in outputs.items()}
    predicted["mlp", "Smiling"] = np.zeros(count)
    columns = {"file": np.array([f"{index}.png" for index in range(count)])}
    return write_run(tmp_path, factors, predicted, group=np.arange(count) // 2, columns=columns)


def gather(run, *names):
    return gather_predictions(run.samples, run.factors, run.predictions, list(names))


def test_faces_are_drawn_by_seed_one_per_identity(run):
    table = gather(run, "Wearing_Hat", "Smiling")
    chosen = choose_faces(table, 3)
    pd.testing.assert_frame_equal(chosen, choose_faces(table, 3))
    assert not chosen.equals(choose_faces(table, 4))
    assert chosen["draw"].tolist() == [DRAWN] * 5 + [DRAWN_WRONG] * 5
    assert ((chosen["sample_id"] - FIRST) // 2).is_unique
    assert ((chosen.loc[chosen["draw"] == DRAWN_WRONG, "sample_id"] - FIRST) % 2 == 1).all()


def test_without_a_wrong_face_there_is_no_second_row(run):
    assert choose_faces(gather(run, "Wearing_Hat"), 0)["draw"].tolist() == [DRAWN] * 5


def test_marks_distinguish_what_is_predicted_missed_and_not_present(run):
    table = gather(run, "Wearing_Hat", "Smiling", "abs_yaw", "not annotated")
    faces = [table[table["sample_id"] == FIRST + index] for index in (0, 1, 3, 2)]
    both, missed, wrong, nothing = (describe(face)[1:] for face in faces)
    assert both == [("✓ Wearing Hat", GREEN), ("✓ Smiling", GREEN)]
    assert missed == [("✓ Wearing Hat", GREEN), ("○ Smiling", VERMILION)]
    assert wrong == [("✗ Smiling", VERMILION)]
    assert [text for text, _ in nothing] == ["no attribute"]
    assert describe(faces[0])[0][0] == "|yaw| 12° / 20°"


def test_too_many_attributes_are_counted():
    table = pd.DataFrame({"property": [f"a{rank}" for rank in range(9)], "truth": 1.0, "predicted": range(1, 10)})
    texts = [text for text, _ in describe(table)]
    assert texts == ["✓ a8", "✓ a7", "✓ a6", "✓ a5", "✓ a4", "and 4 more"]


@pytest.mark.parametrize(
    ("box", "expected"),
    [
        ((40, 40, 60, 60), (35, 35, 65, 65)),  # a quarter more on each side
        ((-10, 80, 10, 120), (0, 40, 60, 100)),  # moved
        ((0, 0, 100, 90), (0, 0, 100, 100)),  # shrunk
    ],
)
def test_what_is_shown_is_a_square_within_the_image(box, expected):
    np.testing.assert_allclose(box_within(np.array(box, float), (100, 120)), expected)


def test_figure_1_is_drawn_with_its_predictions_beside_it(run, tmp_path, paths):
    count = TRAIN_ROWS + 1 + 2 * IDENTITIES
    (tmp_path / "images").mkdir()
    for index in range(2 * IDENTITIES):
        Image.new("RGB", (30, 40), "gray").save(tmp_path / "images" / f"{index}.png")
    boxes = pd.DataFrame([[5, 5, 25, 25]] * count, columns=BOX_COLUMNS).assign(sample_id=np.arange(count))
    boxes.to_parquet(tmp_path / "landmarks")
    inputs = [run.samples, tmp_path / "images", tmp_path / "landmarks", run.factors, run.predictions]
    draw_sample_faces(*inputs, paths, shown=["Wearing_Hat", "Smiling"], seed=0, caption="hand-made")
    assert all(path.stat().st_size for path in paths.values())
    data = pd.read_csv(paths["csv"])
    assert len(data) == 10 * 3
    smiles = data[data["property"] == "Smiling"].set_index("sample_id")["right"].astype(bool)
    assert smiles.equals(pd.Series((smiles.index - FIRST) % 2 == 0, index=smiles.index, name="right"))
    assert data.loc[data["property"] == "abs_yaw", "right"].isna().all()
