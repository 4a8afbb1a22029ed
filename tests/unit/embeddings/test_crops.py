import numpy as np
import pytest

from exoprobe.datasets.landmarks import BOX_COLUMNS, POINT_COLUMNS
from exoprobe.embeddings.crops import TEMPLATES, Crop, crop_face, similarity

POINTS = np.array([(40, 50), (70, 48), (56, 66), (45, 82), (68, 81)], float)


def face(points=POINTS, box=(0, 0, 10, 10)):
    return dict(zip(POINT_COLUMNS + BOX_COLUMNS, [*points.ravel(), *box], strict=True))


@pytest.mark.parametrize(("degrees", "scale", "shift"), [(0, 1, (0, 0)), (30, 2.5, (7, -3)), (-170, 0.1, (1, 400))])
def test_a_known_rotation_scale_and_shift_is_recovered(degrees, scale, shift):
    radians = np.radians(degrees)
    turn = scale * np.array([[np.cos(radians), -np.sin(radians)], [np.sin(radians), np.cos(radians)]])
    matrix = similarity(POINTS, POINTS @ turn.T + shift)
    np.testing.assert_allclose(matrix, np.column_stack([turn, shift]), atol=1e-9)


def test_where_points_do_not_match_no_other_similarity_is_closer(rng):
    target = POINTS + rng.normal(0, 5, POINTS.shape)
    best = similarity(POINTS, target)

    def error(matrix):
        return np.square(POINTS @ matrix[:, :2].T + matrix[:, 2] - target).sum()

    for a, b, x, y in rng.normal(0, 0.01, (100, 4)):
        assert error(best) <= error(best + np.array([[a, -b, x], [b, a, y]]))


def spots(points, width, height, radius):
    """Bright spots, smooth, on black; ``points`` are pixels' indices."""
    y, x = np.mgrid[:height, :width]
    image = sum(np.exp(-((x - px) ** 2 + (y - py) ** 2) / (2 * radius**2)) for px, py in points)
    return np.repeat((250 * np.clip(image, 0, 1)).astype(np.uint8)[..., None], 3, axis=2)


def center_near(picture, x, y, reach):
    """Where the light within ``reach`` of a point has its center of gravity."""
    rows, columns = np.mgrid[: picture.shape[0], : picture.shape[1]]
    light = picture * (np.hypot(columns - x, rows - y) < reach)
    return (columns * light).sum() / light.sum(), (rows * light).sum() / light.sum()


@pytest.mark.parametrize("template", list(TEMPLATES))
@pytest.mark.parametrize(("scale", "degrees"), [(1, 0), (0.6, 25), (4, -40)])
def test_the_landmarks_come_to_lie_where_the_template_says(template, scale, degrees):
    size, radians = 120, np.radians(degrees)
    wanted = np.array(TEMPLATES[template]) * size
    turn = scale * np.array([[np.cos(radians), -np.sin(radians)], [np.sin(radians), np.cos(radians)]])
    points = (wanted - size / 2) @ turn.T + (400, 350)
    crop = crop_face(spots(points, 800, 700, 3 * scale), face(points), Crop(size, template))
    assert crop.shape == (3, size, size)
    for x, y in wanted:
        assert center_near(crop[0].astype(float), x, y, 9) == pytest.approx((x, y), abs=0.75)


def test_a_box_is_squared_about_its_center_and_its_margin_added():
    y, x = np.mgrid[:100, :200]
    image = np.stack([x, y, 0 * x], axis=2).astype(np.uint8)
    # 40 × 20 about (100, 50) → a square of 40, and a quarter of it on every side: 60
    crop = crop_face(image, face(box=(80, 40, 120, 60)), Crop(60, "box", margin=0.25))
    np.testing.assert_array_equal(crop, image[20:80, 70:130].transpose(2, 0, 1))


def test_what_lies_outside_the_image_is_black():
    image = np.full((50, 50, 3), 200, np.uint8)
    crop = crop_face(image, face(box=(-20, 0, 20, 40)), Crop(40, "box"))
    assert (crop[:, :, :20] == 0).all()
    assert (crop[:, :, 21:] == 200).all()


def test_the_whole_image_is_resized():
    image = np.zeros((60, 30, 3), np.uint8)
    image[30:] = 255
    crop = crop_face(image, face(), Crop(10, "image"))
    assert (crop[:, :4] == 0).all()
    assert (crop[:, 6:] == 255).all()


@pytest.mark.parametrize("align", ["box", "image"])
def test_a_much_larger_image_is_averaged_not_aliased(align):
    stripes = np.zeros((640, 640, 3), np.uint8)
    stripes[:, 7::16] = stripes[:, 8::16] = 255  # where the crop's pixels would be sampled without averaging
    crop = crop_face(stripes, face(box=(0, 0, 640, 640)), Crop(40, align)).astype(int)
    assert np.abs(crop[:, 2:-2, 2:-2] - 255 / 8).max() <= 2


def test_gray_has_one_channel():
    image = np.zeros((20, 20, 3), np.uint8)
    image[..., 1] = 100
    crop = crop_face(image, face(), Crop(5, "image", gray=True))
    assert crop.shape == (1, 5, 5)
    assert (crop == 59).all()  # luma: 0.587 of green
