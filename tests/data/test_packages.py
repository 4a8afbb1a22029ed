import zipfile

import pytest
from exoprobe.data import packages
from exoprobe.data.packages import open_package
from exoprobe.errors import ExoprobeError
from exoprobe.files import digest_of_file


@pytest.fixture
def wheel(tmp_path, monkeypatch):
    path = tmp_path / "some-1.0-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("data.txt", "content")
    monkeypatch.setattr(packages, "_download", lambda requirement, folder: path)
    return path


def test_the_examined_package_is_opened(wheel):
    with open_package("some==1.0", digest_of_file(wheel)) as archive:
        assert archive.read("data.txt") == b"content"


def test_another_package_is_never_opened(wheel):
    with (
        pytest.raises(ExoprobeError, match="not the pinned 00; it was not opened"),
        open_package("some==1.0", "00"),
    ):
        pass


def test_a_package_that_pip_cannot_get_is_named():
    with (
        pytest.raises(ExoprobeError, match="pip could not download no-such-package-of-exoprobe==0"),
        open_package("no-such-package-of-exoprobe==0", "00"),
    ):
        pass
