import io
import zipfile

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from exoprobe.datasets.images import ImageFiles, UnreadableImageError, decode
from exoprobe.errors import ExoprobeError


def encoded(pixels, format="PNG"):
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, format)
    return buffer.getvalue()


@pytest.fixture
def pixels(rng):
    return rng.integers(0, 256, (16, 12, 3), dtype=np.uint8)


@pytest.fixture
def folder(tmp_path, pixels):
    (tmp_path / "images").mkdir()
    (tmp_path / "images" / "a.png").write_bytes(encoded(pixels))
    (tmp_path / "images" / "b.png").write_bytes(encoded(pixels)[:-40])
    (tmp_path / "images" / "c.png").write_text("no image")
    return tmp_path / "images"


@pytest.fixture
def archive(folder):
    path = folder.parent / "images.zip"
    with zipfile.ZipFile(path, "w") as file:
        for image in sorted(folder.iterdir()):
            file.write(image, image.name)
    return path


@pytest.mark.parametrize("root", ["folder", "archive"])
def test_a_folder_and_an_archive_give_the_same_images(root, pixels, request):
    files = ImageFiles(request.getfixturevalue(root))
    assert files.names() == {"a.png", "b.png", "c.png"}
    np.testing.assert_array_equal(files.load("a.png"), pixels)


@pytest.mark.parametrize("root", ["folder", "archive"])
@pytest.mark.parametrize("name", ["b.png", "c.png", "missing.png"])
def test_an_image_that_cannot_be_read_is_named(root, name, request):
    with pytest.raises(ExoprobeError, match=f"{name}: not a readable image"):
        ImageFiles(request.getfixturevalue(root)).load(name)


def test_a_damaged_member_of_an_archive_is_named(archive):
    content = archive.read_bytes()
    archive.write_bytes(content.replace(b"IDAT", b"IDAX"))
    with pytest.raises(ExoprobeError, match="a.png: not a readable image"):
        ImageFiles(archive).load("a.png")


def test_a_root_that_is_neither_is_refused(folder):
    with pytest.raises(ExoprobeError, match="nowhere: no such folder"):
        ImageFiles(folder / "nowhere")
    with pytest.raises(ExoprobeError, match="c.png: neither a folder nor a zip archive"):
        ImageFiles(folder / "c.png")


def test_gray_and_palette_images_become_rgb():
    gray = np.arange(64, dtype=np.uint8).reshape(8, 8) * 4
    np.testing.assert_array_equal(decode(encoded(gray)), np.repeat(gray[..., None], 3, axis=2))
    palette = io.BytesIO()
    Image.fromarray(gray).convert("P").save(palette, "PNG")
    assert decode(palette.getvalue()).shape == (8, 8, 3)


@pytest.mark.parametrize(("format", "suffix"), [("PNG", "png"), ("TIFF", "tif"), ("PPM", "pgm")])
def test_of_sixteen_bits_the_upper_eight_are_kept(format, suffix):
    gray = np.arange(64, dtype=np.uint16).reshape(8, 8) * 1024 + 7
    pixels = decode(encoded(gray, format))
    np.testing.assert_array_equal(pixels, np.repeat((gray >> 8)[..., None], 3, axis=2))


def test_print_colors_become_rgb():
    ink = np.zeros((16, 16, 4), np.uint8)
    ink[:, 8:] = 0, 255, 255, 0  # magenta and yellow ink make red
    buffer = io.BytesIO()
    Image.fromarray(ink, "CMYK").save(buffer, "JPEG", quality=100)
    pixels = decode(buffer.getvalue()).astype(int)
    np.testing.assert_allclose(pixels[:, 0], 255, atol=8)
    np.testing.assert_allclose(pixels[:, -1], [[255, 0, 0]] * 16, atol=8)


@pytest.mark.parametrize("shape", [(1, 1, 3), (1, 400, 3), (300, 7, 3)])
def test_an_image_that_can_show_no_face_is_refused(shape):
    with pytest.raises(UnreadableImageError, match=f"it has only {shape[1]} × {shape[0]} pixels"):
        decode(encoded(np.zeros(shape, np.uint8)))


def test_an_image_that_would_fill_the_memory_is_refused(monkeypatch):
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 1_000)
    with pytest.raises(UnreadableImageError, match="exceeds limit"):
        decode(encoded(np.zeros((100, 100), np.uint8)))


@settings(max_examples=300)
@given(
    format=st.sampled_from(["PNG", "JPEG", "GIF", "BMP", "TIFF", "WEBP", "PPM"]),
    damage=st.lists(st.tuples(st.integers(0, 2_000), st.integers(0, 255)), max_size=6),
    keep=st.integers(0, 2_000),
)
def test_whatever_the_bytes_an_image_is_decoded_or_refused_in_one_line(format, damage, keep):
    content = bytearray(encoded(np.arange(768, dtype=np.uint16).astype(np.uint8).reshape(16, 16, 3), format))
    for place, value in damage:
        content[place % len(content)] = value
    try:
        pixels = decode(bytes(content[:keep]) if keep < 1_000 else bytes(content))
    except UnreadableImageError as error:
        said = str(error)
    else:
        assert pixels.dtype == np.uint8
        assert pixels.ndim == pixels.shape[2] == 3
        return
    assert said.isprintable()
