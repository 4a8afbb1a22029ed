"""Each perturbation against torchvision where it has it, else against what its value must mean."""

import numpy as np
import pytest
import torch
from torchvision.transforms.v2 import InterpolationMode
from torchvision.transforms.v2 import functional as torchvision

from exoprobe.datasets.perturbations import OCCLUSION_GRAY, PERTURBATIONS

UNMOVED = {"translate": [0, 0], "scale": 1.0, "shear": [0.0, 0.0], "interpolation": InterpolationMode.BILINEAR}


@pytest.fixture
def images():
    """Eight smooth blobs of ink, off the center, on black paper."""
    places = torch.arange(28)
    rng = np.random.default_rng(0)
    blobs = []
    for row, column, height, width in rng.uniform([8, 8, 1, 1], [20, 20, 3, 3], (8, 4)):
        distance = ((places[:, None] - row) / height) ** 2 + ((places - column) / width) ** 2
        blobs.append(255 * torch.exp(-distance / 2))
    return torch.stack(blobs).round().to(torch.uint8)


def perturb(name, images, values, seed=0):
    values = torch.as_tensor(values, dtype=torch.float32).expand(len(images))
    return PERTURBATIONS[name].apply(images, values, torch.Generator().manual_seed(seed))


def bar(width):
    image = torch.zeros(1, 28, 28, dtype=torch.uint8)
    image[:, 4:24, 14 - width // 2 : 14 + width // 2] = 255
    return image


@pytest.mark.parametrize("name", PERTURBATIONS)
def test_a_neutral_value_leaves_the_image_as_it_is(name, images):
    assert torch.equal(perturb(name, images, PERTURBATIONS[name].neutral), images)


@pytest.mark.parametrize("name", PERTURBATIONS)
def test_each_image_has_its_own_value_whatever_the_others_have(name, images):
    generator = np.random.default_rng(1)
    low, high = np.clip(PERTURBATIONS[name].limits, -5, 5)
    values = torch.from_numpy(generator.uniform(low, high, 8)).float()
    changed = perturb(name, images, values)
    assert changed.dtype == torch.uint8
    assert changed.shape == images.shape
    assert all((changed[place] != images[place]).any() for place in range(8))
    if name not in ("occlusion", "noise"):  # where they lie is drawn for the batch
        for place in range(8):
            assert torch.equal(perturb(name, images[[place]], values[[place]])[0], changed[place])


@pytest.mark.parametrize(
    ("name", "value", "reference"),
    [
        ("scale", 1.3, {"angle": 0, **UNMOVED, "scale": 1.3}),
        ("scale", 0.6, {"angle": 0, **UNMOVED, "scale": 0.6}),
        ("shear", 20, {"angle": 0, **UNMOVED, "shear": [20, 0]}),
        ("translation", 3, {"angle": 0, **UNMOVED, "translate": [3, 0]}),
        ("rotation", 30, {"angle": -30, **UNMOVED}),  # torchvision's affine turns clockwise
    ],
)
def test_geometry_is_torchvision_s(name, value, reference, images):
    expected = torchvision.affine(images[:, None], **reference)[:, 0]
    difference = (perturb(name, images, value).int() - expected.int()).abs()
    assert difference.max() <= 1
    assert (expected.int() - images.int()).abs().max() > 20


def test_shear_leans_the_top_to_the_right_and_half_a_pixel_lies_between_two():
    leaning = perturb("shear", bar(4), 30)[0].float()
    columns = torch.arange(28)
    center = (leaning * columns).sum(1) / leaning.sum(1)
    assert center[6] - center[22] == pytest.approx(16 * np.tan(np.pi / 6), abs=0.3)
    moved = perturb("translation", bar(4), 0.5)[0, 14]
    assert moved[11:18].tolist() == pytest.approx([0, 127.5, 255, 255, 255, 127.5, 0], abs=1)


def test_contrast_is_torchvision_s(images):
    for value in (0.3, 1.5):
        expected = torchvision.adjust_contrast(images[:, None], value)[:, 0].int()
        assert (perturb("contrast", images, value).int() - expected).abs().max() <= 1


def test_blur_is_torchvision_s_where_the_border_is_far(images):
    expected = torchvision.gaussian_blur(bar(6)[:, None], [21, 21], [1.5, 1.5])[:, 0].int()
    assert (perturb("blur", bar(6), 1.5).int() - expected).abs()[:, 9:19, 9:19].max() <= 1


@pytest.mark.parametrize("change", [-2.5, -2, -1, -0.5, 0.5, 1, 2, 3.5])
def test_a_stroke_becomes_wider_by_so_many_pixels(change):
    crossed = perturb("stroke_width", bar(6), change)[0, 14].float().sum() / 255
    assert crossed == pytest.approx(6 + change, abs=0.02)


def test_an_occlusion_covers_its_area_wholly_inside_anywhere():
    black = torch.zeros(200, 28, 28, dtype=torch.uint8)
    covered = perturb("occlusion", black, 6.5).float() / OCCLUSION_GRAY
    assert covered.sum((1, 2)).numpy() == pytest.approx(6.5**2, rel=0.02)
    assert min(covered.amax((0, 1)).min(), covered.amax((0, 2)).min()) > 0.1  # every row and column, once
    assert torch.equal(perturb("occlusion", black, 28), torch.full_like(black, int(OCCLUSION_GRAY)))


def test_noise_has_its_standard_deviation_and_its_seed():
    gray = torch.full((50, 28, 28), 128, dtype=torch.uint8)
    noisy = perturb("noise", gray, 20)
    assert noisy.float().std() == pytest.approx(20, rel=0.02)
    assert torch.equal(noisy, perturb("noise", gray, 20))
    assert not torch.equal(noisy, perturb("noise", gray, 20, seed=1))
