import numpy as np
import pytest

from exoprobe.evaluation.identification import Gallery, rank_1

LABELS = np.repeat(np.arange(6), 20)
FIRST = np.tile(np.arange(20) < 10, 6)  # of each class, half of the images


def test_with_all_images_it_is_the_nearest_class_mean(rng):
    features = rng.normal(size=(6, 8))[LABELS] + 1.5 * rng.normal(size=(120, 8))
    means = np.stack([features[FIRST & (label == LABELS)].mean(0) for label in range(6)])
    cosines = features @ means.T / np.linalg.norm(means, axis=1)
    found = rank_1(features, LABELS, FIRST, ~FIRST, Gallery(6, None))
    np.testing.assert_array_equal(found[~FIRST], (cosines.argmax(1) == LABELS)[~FIRST])
    assert np.isnan(found[FIRST]).all()


def test_more_enrolled_images_are_better_and_fewer_classes_easier(rng):
    features = rng.normal(size=(6, 8))[LABELS] + 1.5 * rng.normal(size=(120, 8))
    one, five, of_two = (
        np.nanmean(rank_1(features, LABELS, FIRST, ~FIRST, Gallery(classes, images)))
        for classes, images in ((6, 1), (6, 5), (2, 1))
    )
    assert one + 0.05 < five
    assert one + 0.1 < of_two


@pytest.mark.parametrize("classes", [2, 4])
def test_what_tells_nothing_is_at_the_chance_of_the_gallery(rng, classes):
    labels, first = np.repeat(np.arange(6), 200), np.tile(np.arange(200) < 100, 6)
    found = rank_1(rng.normal(size=(1200, 8)), labels, first, ~first, Gallery(classes, 3))
    assert np.nanmean(found) == pytest.approx(1 / classes, abs=0.05)


@pytest.mark.parametrize("images", [1, 5, None])
def test_an_image_is_never_compared_with_a_template_of_itself(images):
    """Each image is like itself only: where it is left out, the first class wins every time."""
    everyone = np.ones(120, bool)
    found = rank_1(np.eye(120), LABELS, everyone, everyone, Gallery(6, images))
    tested = np.isfinite(found)
    np.testing.assert_array_equal(found[tested], LABELS[tested] == 0)


def test_a_class_of_one_image_stands_in_the_gallery_untested(rng):
    labels = np.append(np.repeat(np.arange(3), 4), 3)
    features = np.vstack([np.eye(4)[labels[:-1]] + 0.1 * rng.normal(size=(12, 4)), 10 * np.ones((1, 4))])
    everyone = np.ones(13, bool)
    found = rank_1(features, labels, everyone, everyone, Gallery(4, 1))
    assert np.isnan(found[-1])
    assert (found[:-1] > 0.9).all()


def test_a_seed_repeats_its_draws(rng):
    features = rng.normal(size=(120, 8))
    draw = [rank_1(features, LABELS, FIRST, ~FIRST, Gallery(4, 1), seed=seed) for seed in (1, 1, 2)]
    np.testing.assert_array_equal(draw[0], draw[1])
    assert not np.array_equal(draw[0], draw[2], equal_nan=True)
