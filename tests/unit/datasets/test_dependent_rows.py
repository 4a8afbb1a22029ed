"""Rows that are not independent are said, with the group that is missing."""

import numpy as np
import pandas as pd
import pytest

from tests.unit.datasets.cases import COUNT, ROWS, audit, features, messages, rng, table


def copies(times, noise=0.0, shuffled=False, dimensions=16):
    random, original = rng(), np.arange(ROWS) % (ROWS // times)
    if shuffled:
        original = random.permutation(original)
    values = random.standard_normal((ROWS, dimensions))[original] + noise * random.standard_normal((ROWS, dimensions))
    return values, pd.DataFrame(
        {"coin": random.integers(0, 2, ROWS)[original], "original": original, "x": values[:, 0]}
    )


@pytest.mark.parametrize(
    ("times", "noise", "shuffled", "dimensions"),
    [
        (2, 0, False, 16),
        (2, 0, True, 300),
        (5, 0.05, False, 16),
        (5, 0.05, True, 16),
        (3, 0.1, True, 128),
        (10, 0.05, True, 8),
    ],
)
def test_copies_without_a_group_are_said_with_the_group_that_is_missing(tmp_path, times, noise, shuffled, dimensions):
    values, frame = copies(times, noise, shuffled, dimensions)
    frame["original"] = "o" + frame["original"].astype(str)
    data = audit(tmp_path, frame, values, group=None, factor_columns=["coin"])
    assert len(messages(data, "copies")) == 1
    assert "Give group=original" in messages(data, "copies")[0]
    without = audit(tmp_path, frame[["coin", "x"]], values, group=None)
    assert "Add a column that says which original each row is from" in messages(without, "copies")[0]
    assert not messages(audit(tmp_path, frame, values, group="original", factor_columns=["coin"]), "copies")


@pytest.mark.parametrize(
    ("dimensions", "times", "noisy", "size", "own"),
    [
        (16, 2, 1, 100, False),
        (64, 2, 6, 20, False),
        (64, 4, 3, 10, True),
        (256, 2, 12, 10, False),
        (256, 4, 5, 100, True),
        (128, 2, 13, 5, True),
    ],
)
@pytest.mark.parametrize("scales", ["one", "many"])
def test_copies_with_strong_noise_in_a_few_dimensions_are_said(tmp_path, dimensions, times, noisy, size, own, scales):
    random = rng()
    values, frame = copies(times, 0.05, shuffled=True, dimensions=dimensions)
    rows = random.permuted(np.tile(np.arange(dimensions), (ROWS, 1)), axis=1) if own else np.arange(dimensions)
    values += size * random.standard_normal(values.shape) * (rows < noisy)
    if scales == "many":
        values *= 10 ** random.uniform(-2, 2, dimensions)
    (message,) = messages(audit(tmp_path, frame[["coin"]], values, group=None), "copies")
    assert "of the rows are nearly copies of another row" in message


@pytest.mark.parametrize("dimensions", [2, 3, 8, 32, 200])
@pytest.mark.parametrize("kind", ["normal", "clusters", "uniform", "few factors", "heavy tails", "many scales"])
def test_independent_rows_are_not_called_copies(tmp_path, dimensions, kind):
    random = rng()
    values = {
        "normal": lambda: random.standard_normal((ROWS, dimensions)),
        "clusters": lambda: (
            3 * random.standard_normal((6, dimensions))[COUNT % 6] + random.standard_normal((ROWS, dimensions))
        ),
        "uniform": lambda: random.random((ROWS, dimensions)),
        "few factors": lambda: (
            random.standard_normal((ROWS, 10)) @ random.standard_normal((10, dimensions))
            + 0.3 * random.standard_normal((ROWS, dimensions))
        ),
        "heavy tails": lambda: random.standard_t(2, (ROWS, dimensions)),
        "many scales": lambda: random.standard_normal((ROWS, dimensions)) * 10 ** random.uniform(-2, 2, dimensions),
    }[kind]()
    data = audit(tmp_path, table()[["sex", "age"]], values, group=None)
    assert [entry["kind"] for entry in data.notes["notes"]] == ["rows"]


@pytest.mark.parametrize("smoothness", ["walk", "waves", "blocks"])
def test_rows_in_time_without_a_group_are_said(tmp_path, smoothness):
    random = rng()

    def series(count):
        if smoothness == "walk":
            return np.cumsum(random.standard_normal((ROWS, count)), 0)
        if smoothness == "waves":
            return np.sin(COUNT[:, None] / 30 * random.uniform(0.5, 2, count) + random.uniform(0, 6, count))
        return random.standard_normal((ROWS // 20, count))[COUNT // 20]

    frame = pd.DataFrame(series(4)).add_prefix("y").assign(coin=random.integers(0, 2, ROWS))
    data = audit(tmp_path, frame, series(16) + 0.1 * random.standard_normal((ROWS, 16)), group=None)
    assert len(messages(data, "order")) == 1
    assert "in 4 of 5 factors, such as y0" in messages(data, "order")[0]


def test_rows_sorted_by_the_label_are_not_called_a_series(tmp_path):
    label = COUNT // 60
    values = features() + 3 * rng().standard_normal((10, 16))[label]
    frame = table()[["sex", "age"]].assign(label=label)
    assert not messages(audit(tmp_path, frame, values, group=None, label="label"), "order")


@pytest.mark.parametrize("name", ["person", "patient_id", "SpeakerName", "subject", "video"])
def test_a_column_that_may_be_the_missing_group_is_named(tmp_path, name):
    data = audit(tmp_path, table().rename(columns={"person": name}), group=None)
    assert f"Give group={name} if they belong together." in messages(data, "groups", name)[0]


SPELLINGS = {
    "a blank behind": lambda text: f"{text} ",
    "a blank before": lambda text: f" {text}",
    "lower case": str.lower,
    "no-break space": lambda text: f"{text}\u00a0",
    "full width": lambda text: "".join(chr(ord(mark) + 0xFEE0) for mark in text),
    "invisible": lambda text: f"{text}\u200b",
    "two blanks": lambda text: f"  {text}  ",
}


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_groups_that_are_spelled_in_several_ways_are_one(tmp_path, spelling):
    frame = table()
    other = frame["person"].map(SPELLINGS[spelling])
    data = audit(tmp_path, frame.assign(person=frame["person"].where(COUNT % 3 > 0, other)))
    assert len(np.unique(data.columns["group"])) == 60
    assert "alone are one group" in messages(data, "groups", "person")[0]
