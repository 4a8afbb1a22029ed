import numpy as np
import pytest

from exoprobe.evaluation.neighbor_table import choose_count, neighbor_table
from exoprobe.evaluation.neighbors import (
    Neighbors,
    acceptance,
    cosine_distances,
    distances_within,
    find_neighbors,
    kernel_weights,
    mixing,
    robustness,
    robustness_margin,
    silhouette,
    typed_scale,
)

LABELS, CODES, EVERY = np.array([0, 0, 1, 1]), np.array([0, 1, 0, 1]), np.ones(4, bool)


@pytest.fixture
def four():
    """Four rows, each with the three others at distances 0.1, 0.2 and 0.4."""
    return Neighbors(np.array([[1, 2, 3], [0, 3, 2], [0, 3, 1], [2, 1, 0]]), np.tile([0.1, 0.2, 0.4], (4, 1)))


def test_neighbors_are_the_nearest_that_are_allowed(rng):
    features, groups = rng.normal(size=(300, 6)), rng.integers(0, 60, 300)
    distances, allowed = cosine_distances(features), groups[:, None] != groups
    found = find_neighbors(distances, allowed, 10)
    assert found.indices.shape == (300, 16)
    for row in (0, 299):
        expected = np.argsort(np.where(allowed[row], distances[row], np.inf))[:16]
        np.testing.assert_array_equal(found.indices[row], expected)
    rows = np.arange(300) != found.indices[0, 0]
    assert found.first(10, rows)[0].tolist() == [False] + [True] * 10 + [False] * 5
    assert not found.first(10, rows)[~rows].any()


def test_a_row_has_no_more_neighbors_than_there_are():
    distances = cosine_distances(np.eye(3))
    found = find_neighbors(distances, np.array([[0, 0, 1], [0, 0, 1], [1, 1, 0]], bool), 5)
    assert found.first(5, np.ones(3, bool)).sum(1).tolist() == [1, 1, 2]


def test_robustness_by_hand(four):
    # First neighbors: 0–1 shares the label alone, 1–0 too, 2–0 the value alone, 3–2 the label alone.
    assert robustness(four, LABELS, CODES, 1)(EVERY) == (3 / 4, 1)
    # Second: 0–2 the value, 1–3 the value, 2–3 the label, 3–1 the value.
    assert robustness(four, LABELS, CODES, 2)(EVERY) == (4 / 8, 1)
    # Without row 0, the first neighbors are 1–3 value, 2–3 label, 3–2 label.
    assert robustness(four, LABELS, CODES, 1)(EVERY & (np.arange(4) > 0)) == (pytest.approx(2 / 3), 1)
    assert np.isnan(robustness(four, LABELS, LABELS, 2)(EVERY)[0])


def test_margin_aware_robustness_by_hand(four):
    assert typed_scale(four, LABELS, CODES, EVERY, 2) == pytest.approx(0.15)
    near, far = np.exp(-0.1 / 0.15), np.exp(-0.2 / 0.15)
    value = (3 * near + far) / (4 * near + 4 * far)
    assert robustness(four, LABELS, CODES, 2, 0.15)(EVERY)[0] == pytest.approx(value)


def test_the_margin_is_of_five_neighbors_of_each_type():
    """A row has five others of its label at 0.2 and five of its value at 0.6; all others see fewer."""
    labels, codes = np.repeat([0, 0, 1], [1, 5, 5]), np.repeat([0, 1, 0], [1, 5, 5])
    distances = np.where(np.arange(11) < 6, 0.2, 0.6) * np.ones((11, 11))
    measure = robustness_margin(find_neighbors(distances, ~np.eye(11, dtype=bool)), labels, codes)
    assert measure(np.ones(11, bool)) == (pytest.approx(0.4 / 0.8), pytest.approx(1 / 11))
    assert np.isnan(measure(np.arange(11) > 1)[0])


def test_the_label_chooses_how_many_neighbors():
    """The nearest neighbor is always wrong, the majority of three right."""
    neighbors = Neighbors(np.array([[2, 1, 1], [2, 0, 0], [0, 3, 3], [0, 2, 2]]), np.tile([0.1, 0.2, 0.3], (4, 1)))
    assert choose_count(neighbors, LABELS, EVERY, (1, 3)) == 3
    assert choose_count(neighbors, np.array([0, 1, 0, 1]), EVERY, (1, 3)) == 1


def test_mixing_is_the_effective_number_of_values():
    """All at equal distance: shares of two values among the neighbors decide."""
    distances = np.full((100, 100), 0.5)
    neighbors = find_neighbors(distances, ~np.eye(100, dtype=bool), 90)
    weights, rows = kernel_weights(neighbors, np.ones(100, bool)), np.ones(100, bool)
    assert mixing(neighbors, weights, np.zeros(100, int) + (np.arange(100) == 99))(rows)[0] < 0.03
    value, support = mixing(neighbors, weights, np.arange(100) % 2)(rows)
    share = np.mean(neighbors.indices[0][neighbors.first(89, rows)[0]] % 2)
    assert value == pytest.approx(1 / (share**2 + (1 - share) ** 2) - 1, abs=0.01)
    assert support == 1


def test_acceptance_by_hand():
    """Twenty rows of a label on a circle: values alternate (accepted), or are halves (rejected inside)."""
    angles = np.linspace(0, 2 * np.pi, 20, endpoint=False)
    labels, distances = np.zeros(20, int), cosine_distances(np.stack([np.cos(angles), np.sin(angles)], axis=1))
    neighbors, rows = find_neighbors(distances, np.ones((20, 20), bool), 71), np.ones(20, bool)
    assert acceptance(neighbors, labels, np.arange(20) % 2, rows)(rows) == (1, 1)
    # Of 11 neighbors, at least 9 are of one half (χ² ≥ 4.45 > 3.84) for the four rows in its middle.
    assert acceptance(neighbors, labels, np.arange(20) // 10, rows)(rows)[0] == pytest.approx(0.6)
    assert np.isnan(acceptance(neighbors, labels, labels, rows)(rows)[0])


def test_silhouette_by_hand():
    """Rows 0 and 1 of one value, 2 of another: a = 0.1, b = 0.5 for the first, and a row by itself has 0."""
    distances = np.array([[0, 0.1, 0.5], [0.1, 0, 0.4], [0.5, 0.4, 0]])
    measure = silhouette(distances_within(distances, np.zeros(3, int)), np.zeros(3, int), np.array([0, 0, 1]))
    expected = np.mean([1 - 0.4 / 0.5, 1 - 0.3 / 0.4, 1])
    assert measure(np.ones(3, bool)) == (pytest.approx(expected), 1)
    assert np.isnan(measure(np.array([True, True, False]))[0])


@pytest.fixture(scope="module")
def cells():
    """Donors of three batches, cells of two types; the type is strong in the features, the batch weaker."""
    random = np.random.default_rng(0)
    donor = np.repeat(np.arange(30), 20)
    batch, kind = donor % 3, random.integers(0, 2, 600)
    features = random.normal(size=(600, 8)) + 4 * np.eye(8)[kind] + 1.5 * np.eye(8)[2 + batch]
    factors = [("batch", batch), ("type", kind), ("unknown", np.full(600, -1))]
    return neighbor_table(features, factors, donor, kind, label_is_group=False)


def test_the_table_has_what_is_defined(cells):
    measures = cells.groupby("factor")["measure"].apply(set)
    assert measures["batch"] == {"robustness_index", "mari", "croma", "ilisi", "kbet_per_label", "bras"}
    assert measures["type"] == {"ilisi"}
    assert "unknown" not in measures


def test_the_stronger_of_both_rules_and_intervals_hold_the_value(cells):
    table = cells.query("factor == 'batch'").set_index("measure")
    assert table.loc["robustness_index", "value"] > 0.9 > table.loc["robustness_index", "chance"]
    assert table.loc["croma", "value"] > 0
    assert table.loc["kbet_per_label", "value"] < 0.5
    inside = (table["low"] <= table["value"]) & (table["value"] <= table["high"])
    assert inside.all()
    assert (table["support"] > 0.8).all()


def test_few_groups_have_no_interval(rng):
    groups, codes = np.repeat(np.arange(4), 30), rng.integers(0, 2, 120)
    table = neighbor_table(rng.normal(size=(120, 4)), [("f", codes)], groups, codes[::-1], label_is_group=False)
    assert table[["low", "high"]].isna().all(axis=None)
    assert table["value"].notna().all()
