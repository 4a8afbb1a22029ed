"""A column's kind follows from its values and its name, or from what the user says."""

import numpy as np
import pytest

from exoprobe.errors import ExoprobeError
from tests.unit.datasets.cases import ROWS, audit, factor, in_table_order, messages, rng, table


def read(folder, **columns):
    kinds = columns.pop("kinds", None)
    return audit(folder, table(**columns), kinds=kinds)


HALF_TURN = rng().uniform(0, 180, ROWS).round(2)
RADIANS = rng().uniform(-np.pi, np.pi, ROWS).round(4)
HOURS = rng().integers(0, 24, ROWS)


@pytest.mark.parametrize(
    ("name", "values", "kind", "noted"),
    [
        ("pitch", rng().uniform(60, 355, ROWS), "continuous", "never negative"),
        ("pitch_hz", rng().uniform(60, 355, ROWS), "continuous", ""),
        ("voice_pitch", rng().uniform(60, 355, ROWS), "continuous", ""),
        ("temp_deg_c", rng().normal(20, 8, ROWS), "continuous", ""),
        ("TempDegF", rng().normal(70, 8, ROWS), "continuous", ""),
        ("roll_number", rng().integers(1, 300, ROWS), "continuous", ""),
        ("roll_no", rng().integers(1, 300, ROWS), "continuous", ""),
        ("node_deg", rng().integers(0, 90, ROWS), "continuous", "never negative"),
        ("rotation_speed", rng().normal(0, 90, ROWS), "continuous", ""),
        ("yaw", rng().uniform(-90, 90, ROWS), "angle", ""),
        ("pitch", rng().uniform(-40, 40, ROWS), "angle", ""),
        ("head_roll_deg", rng().uniform(-40, 40, ROWS), "angle", ""),
        ("yaw_rad", RADIANS, "angle", ""),
        ("yaw", RADIANS, "continuous", "angle radians"),
        ("orientation", HALF_TURN, "angle", "angle 180"),
        ("hour", HOURS, "continuous", "angle 24"),
        ("month", rng().integers(1, 13, ROWS), "continuous", "angle 12"),
        ("cluster", rng().integers(0, 25, ROWS), "categorical", "set kinds: {cluster: continuous}"),
        ("site_id", rng().integers(100, 130, ROWS), "categorical", "continuous"),
        ("scanner", rng().integers(0, 40, ROWS), "categorical", "continuous"),
        ("cells", rng().integers(0, 40, ROWS), "continuous", ""),
    ],
)
def test_a_name_decides_on_the_kind_only_with_the_values(tmp_path, name, values, kind, noted):
    data = read(tmp_path, **{name: values})
    assert factor(data, name).kind == kind
    said = " ".join(messages(data, "kind", name))
    assert noted in said
    assert bool(noted) == bool(said)
    (entry,) = [entry for entry in data.notes["columns"] if entry["column"] == name]
    assert entry["kind"].startswith(kind)
    assert entry["reason"]


@pytest.mark.parametrize(
    ("name", "values", "kind", "period"),
    [
        ("yaw_r", RADIANS, "angle radians", 2 * np.pi),
        ("hour", HOURS, "angle 24", 24),
        ("orientation", HALF_TURN, "angle 180", 180),
        ("weekday", rng().integers(0, 7, ROWS), "angle 7", 7),
        ("small", rng().uniform(-5, 5, ROWS), "angle degrees", 360),
        ("phase", rng().uniform(0, 1, ROWS), "angle 1", 1),
    ],
)
def test_an_angle_has_the_period_that_is_given(tmp_path, name, values, kind, period):
    data = read(tmp_path, **{name: values}, kinds={name: kind})
    assert (factor(data, name).kind, factor(data, name).period) == ("angle", period)
    np.testing.assert_allclose(in_table_order(data, name), values * 360 / period, rtol=1e-6)


@pytest.mark.parametrize(
    ("name", "values", "kind", "message"),
    [
        ("yaw_r", RADIANS, "angle", "is within ±2π; set yaw_r: angle radians if these are radians"),
        ("hour", HOURS, "angle", "is from 0 to 23; set hour: angle 24 if 24 is a full turn"),
        ("t", HOURS, "angle", "is from 0 to 23; set t: angle 24 if 24 is a full turn"),
        ("month", HOURS % 12 + 1, "angle", "is from 1 to 12; set month: angle 12 if 12 is a full turn"),
        ("hour", HOURS, "angle 12", r"angles are from -12 to 12"),
        ("hour", HOURS, "angle 0", "kinds: hour is angle 0; allowed"),
        ("x", HOURS, "circle", "kinds: x is circle; allowed: binary, categorical, continuous, ordered"),
        ("x", ["a", "b", "c"] * 200, "continuous", "kinds: x is continuous, but is 'a' in line 2"),
    ],
)
def test_a_kind_that_the_values_speak_against_is_refused(tmp_path, name, values, kind, message):
    with pytest.raises(ExoprobeError, match=message):
        read(tmp_path, **{name: values}, kinds={name: kind})
