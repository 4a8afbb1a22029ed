import numpy as np
import pytest
from sklearn.metrics import roc_auc_score, roc_curve

from exoprobe.evaluation.intervals import RESAMPLES, interval
from exoprobe.evaluation.verification import (
    MOST_ROWS,
    count_pairs,
    true_match_rates,
    verification,
    verification_rows,
)


def values(features, labels, groups):
    found = verification(features, labels, groups, label_is_group=labels is groups)
    return {name: one.value for name, one in found.items()}


def identities(rng, people, images, noise, dimension=16):
    """Features of some people's images, and whose they are."""
    groups = np.repeat(np.arange(people), images)
    return rng.normal(size=(people, dimension))[groups] + noise * rng.normal(size=(len(groups), dimension)), groups


def reference(features, same, counted):
    """scikit-learn's area and the rate where false negatives cross false positives, of the counted pairs."""
    unit = features / np.linalg.norm(features, axis=1, keepdims=True)
    chosen = np.triu(counted, 1)
    truth, scores = same[chosen], (unit @ unit.T)[chosen]
    accepted, right, _ = roc_curve(truth, scores)
    place = np.nanargmin(np.abs(1 - right - accepted))
    return roc_auc_score(truth, scores), (accepted[place] + 1 - right[place]) / 2


@pytest.mark.parametrize("noise", [0.3, 1.5, 5.0])
def test_it_is_scikit_learns_where_labels_are_groups(rng, noise):
    features, people = identities(rng, 60, 8, noise)
    auc, error = reference(features, people[:, None] == people, np.ones((480, 480), bool))
    found = values(features, people, people)
    assert found["verification_auc"] == pytest.approx(auc, abs=2e-4)
    assert found["equal_error_rate"] == pytest.approx(error, abs=1e-3)


@pytest.mark.parametrize("noise", [0.5, 1.5])
def test_the_roc_curve_is_scikit_learns(rng, noise):
    features, people = identities(rng, 60, 8, noise)
    unit = features / np.linalg.norm(features, axis=1, keepdims=True)
    counted = np.triu(np.ones((480, 480), bool), 1)
    accepted, right, _ = roc_curve((people[:, None] == people)[counted], (unit @ unit.T)[counted])
    rates = np.array([0.01, 0.03, 0.1, 0.3, 1])
    found = true_match_rates(count_pairs(features, people, people, label_is_group=True), rates)
    assert [one.value for one in found] == pytest.approx(np.interp(rates, accepted, right), abs=3e-3)
    for one in found:
        low, high = interval(one.draws, 60)
        assert low <= one.value <= high


def test_groups_are_drawn_with_the_given_weights(rng):
    features, people = identities(rng, 20, 4, 1.0)
    counts = count_pairs(features, people, people, label_is_group=True, weights=np.ones((3, 20), int))
    np.testing.assert_allclose(counts.genuine, counts.genuine[:1].repeat(4, 0))
    assert counts.impostor[0].sum() == pytest.approx(20 * 19 * 4 * 4 / 2)


def test_similarities_crowded_into_a_corner_keep_their_ranks(rng):
    features, people = identities(rng, 60, 8, 1.0)
    features = np.vstack([features + 30, -np.ones((2, 16))])  # crowded, but for one person's
    people = np.append(people, [60, 60])
    auc, error = reference(features, people[:, None] == people, np.ones((482, 482), bool))
    found = values(features, people, people)
    assert found["verification_auc"] == pytest.approx(auc, abs=2e-3)
    assert found["equal_error_rate"] == pytest.approx(error, abs=2e-3)


def test_views_of_one_source_are_not_genuine_pairs(rng):
    """Labels tell nothing here: only copies of a source match."""
    features, sources = identities(rng, 100, 4, 0.1)
    labels = sources % 5
    counted = sources[:, None] != sources  # a source has one label: no impostor pairs within it
    auc, error = reference(features, labels[:, None] == labels, counted)
    found = values(features, labels, sources)
    assert found["verification_auc"] == pytest.approx(auc, abs=2e-4)
    assert abs(found["verification_auc"] - 0.5) < 0.05
    assert found["equal_error_rate"] == pytest.approx(error, abs=1e-3)
    assert values(features, sources, sources)["verification_auc"] > 0.99


def test_by_hand_with_ties():
    # Cosines: 0–1 genuine 1; 2–3 genuine 0; impostor: 0–2, 1–2 give 1, 0–3, 1–3 give 0.
    features = np.array([[1, 0], [2, 0], [3, 0], [0, 1.0]])
    labels = np.array([0, 0, 1, 1])
    found = values(features, labels, labels)
    assert found == {"verification_auc": pytest.approx(0.5), "equal_error_rate": pytest.approx(0.5)}


def test_pairs_that_all_look_alike_are_a_coin_toss(rng):
    labels = np.arange(40) // 4
    found = values(np.zeros((40, 3)), labels, labels)
    assert found == {"verification_auc": pytest.approx(0.5), "equal_error_rate": pytest.approx(0.5)}


@pytest.mark.parametrize("labels", [np.zeros(6, int), np.arange(6), np.zeros(0, int)])
def test_it_is_undefined_without_genuine_or_impostor_pairs(rng, labels):
    found = verification(rng.normal(size=(len(labels), 2)), labels, labels, label_is_group=True)
    assert all(np.isnan(one.value) and np.isnan(one.draws).all() for one in found.values())


def test_its_interval_covers_the_truth_about_as_often_as_it_says(rng):
    features, people = identities(rng, 600, 3, 1.2, 4)
    truth = values(features, people, people)
    covered = []
    for _ in range(60):
        features, people = identities(rng, 40, 3, 1.2, 4)
        found = verification(features, people, people, label_is_group=True)
        assert all(one.draws.shape == (RESAMPLES,) for one in found.values())
        limits = {name: interval(one.draws, 40) for name, one in found.items()}
        covered.append([low <= truth[name] <= high for name, (low, high) in limits.items()])
    assert (np.mean(covered, axis=0) > 0.85).all()


def test_rows_are_whole_groups_of_known_label():
    groups = np.repeat(np.arange(1000), 5)
    labels = np.where(groups % 4 == 0, -1, groups % 3)
    rows = verification_rows(labels, groups)
    assert len(rows) == MOST_ROWS
    assert (labels[rows] >= 0).all()
    assert set(np.bincount(groups[rows])) == {0, 5}
