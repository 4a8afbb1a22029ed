"""Figure 1, from planted predictions."""

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from exoprobe.datasets.landmarks import BOX_COLUMNS
from exoprobe.datasets.samples import write_samples
from exoprobe.plots.sample_faces import (
    DRAWN,
    DRAWN_WRONG,
    box_within,
    choose_faces,
    describe,
    draw_sample_faces,
    gather_readings,
    read_attributes,
)
from exoprobe.plots.style import GREEN, VERMILION

PEOPLE = 14


@pytest.fixture
def attributes(tmp_path):
    """Two pictures of each person; hats are always read rightly, smiles only on everyone's first picture."""
    samples = np.arange(2 * PEOPLE)
    present = samples % 4 < 2
    hat = pd.DataFrame({"attribute": "Wearing_Hat", "present": present, "score": np.where(present, 2.0, -2.0)})
    right = samples % 2 == 0
    smile = hat.assign(attribute="Smiling", score=np.where(right, 0.5, -0.5) * hat["score"])
    hidden = hat.assign(attribute="Male", score=-hat["score"])
    parts = [part.assign(sample_id=samples, group=samples // 2) for part in (hat, smile, hidden)]
    pd.concat(parts).to_parquet(tmp_path / "attributes")
    return tmp_path / "attributes"


@pytest.fixture
def pose(tmp_path):
    table = pd.DataFrame({"sample_id": np.arange(2 * PEOPLE), "target": "abs_yaw", "truth": 20.4, "predicted": 12.0})
    table.assign(group=table["sample_id"] // 2, estimator="by hand").to_parquet(tmp_path / "pose")
    return tmp_path / "pose"


def test_faces_are_drawn_by_seed_one_per_person(attributes):
    readings = read_attributes(attributes, ["Wearing_Hat", "Smiling"])
    chosen = choose_faces(readings, 3)
    pd.testing.assert_frame_equal(chosen, choose_faces(readings, 3))
    assert not chosen.equals(choose_faces(readings, 4))
    assert chosen["draw"].tolist() == [DRAWN] * 5 + [DRAWN_WRONG] * 5
    assert (chosen["sample_id"] // 2).is_unique
    assert (chosen.loc[chosen["draw"] == DRAWN_WRONG, "sample_id"] % 2 == 1).all()


def test_without_a_misread_face_there_is_no_second_row(attributes):
    readings = read_attributes(attributes, ["Wearing_Hat"])
    assert choose_faces(readings, 0)["draw"].tolist() == [DRAWN] * 5


def test_marks_say_what_was_read_missed_and_made_up(attributes, pose):
    readings = read_attributes(attributes, ["Wearing_Hat", "Smiling"])
    chosen = pd.DataFrame({"draw": DRAWN, "sample_id": [0, 1, 3, 2]})
    data = gather_readings(chosen, readings, pd.read_parquet(pose))
    both, missed, made_up, nothing = (
        describe(data[data["sample_id"] == sample])[1:] for sample in chosen["sample_id"]
    )
    assert both == [("✓ Wearing Hat", GREEN), ("✓ Smiling", GREEN)]
    assert missed == [("✓ Wearing Hat", GREEN), ("○ Smiling", VERMILION)]
    assert made_up == [("✗ Smiling", VERMILION)]
    assert [text for text, _ in nothing] == ["no attribute"]
    assert describe(data[data["sample_id"] == 0])[0][0] == "|yaw| 12° / 20°"


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


def test_figure_1_is_drawn_with_its_readings_beside_it(attributes, pose, tmp_path):
    count = 2 * PEOPLE
    files = np.array([f"{number}.png" for number in range(count)])
    (tmp_path / "images").mkdir()
    for file in files:
        Image.new("RGB", (30, 40), "gray").save(tmp_path / "images" / file)
    columns = {"sample_id": np.arange(count), "file": files, "group": np.arange(count) // 2}
    write_samples(tmp_path / "samples", {**columns, "split": np.full(count, "test")})
    boxes = pd.DataFrame([[5, 5, 25, 25]] * count, columns=BOX_COLUMNS).assign(sample_id=np.arange(count))
    boxes.to_parquet(tmp_path / "landmarks")
    paths = {kind: tmp_path / f"figure.{kind}" for kind in ("pdf", "png", "svg", "csv")}
    inputs = [tmp_path / "samples", tmp_path / "images", tmp_path / "landmarks", attributes, pose]
    draw_sample_faces(*inputs, paths, shown=["Wearing_Hat", "Smiling"], seed=0, about="planted")
    assert all(path.stat().st_size for path in paths.values())
    data = pd.read_csv(paths["csv"])
    assert len(data) == 10 * 3
    smiles = data[data["property"] == "Smiling"].set_index("sample_id")["right"].astype(bool)
    assert smiles.equals(pd.Series(smiles.index % 2 == 0, index=smiles.index, name="right"))
    assert data.loc[data["property"] == "abs_yaw", "right"].isna().all()
