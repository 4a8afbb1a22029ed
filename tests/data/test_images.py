import io
import zipfile

import numpy as np
import pytest
from exoprobe.data.images import ImageFiles, decode
from exoprobe.errors import ExoprobeError
from PIL import Image


def encoded(pixels, format="PNG"):
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, format)
    return buffer.getvalue()


@pytest.fixture
def pixels(rng):
    return rng.integers(0, 256, (6, 4, 3), dtype=np.uint8)


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
    gray = np.array([[0, 100], [200, 255]], np.uint8)
    np.testing.assert_array_equal(decode(encoded(gray)), np.repeat(gray[..., None], 3, axis=2))
    palette = io.BytesIO()
    Image.fromarray(gray).convert("P").save(palette, "PNG")
    assert decode(palette.getvalue()).shape == (2, 2, 3)
