import gzip
import hashlib
import threading
import time
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import ClassVar

import numpy as np
import pytest
from torchvision import datasets

from exoprobe.datasets import download
from exoprobe.datasets.digit_sources import IDX_NAMES, _download_idx, load_digits, save_digits
from exoprobe.datasets.download import fetch, unpack_gzip
from exoprobe.datasets.idx import idx_bytes
from exoprobe.errors import ExoprobeError
from exoprobe.io import transfer


class Handler(BaseHTTPRequestHandler):
    failures_left = 0
    gave_up = threading.Event()
    files: ClassVar[dict[str, bytes]] = {}

    def do_GET(self):
        if self.path == "/flaky" and Handler.failures_left:
            Handler.failures_left -= 1
            self.send_error(503)
            return
        if self.path.startswith("/missing"):
            self.send_error(404)
            return
        if self.path == "/stalls":
            self.send_response(200)
            self.send_header("Content-Length", "1000")
            self.end_headers()
            self.wfile.write(b"x" * 500)
            self.wfile.flush()
            Handler.gave_up.wait()
            return
        if self.path in ("/endless", "/drips", "/drips-head"):
            self.send_response(200)
            if self.path != "/drips-head":
                self.end_headers()
            try:
                for _ in range(60):
                    self.wfile.write(b"x" * (1000 if self.path == "/endless" else 1))
                    self.wfile.flush()
                    time.sleep(0 if self.path == "/endless" else 0.05)
            except OSError:  # nobody listens any more
                pass
            return
        body = Handler.files.get(self.path, b"x" * 1000)
        cut = self.path == "/cut" or (self.path == "/breaks-off" and Handler.failures_left)
        Handler.failures_left -= bool(cut and Handler.failures_left)
        self.send_response(200)
        self.send_header("Content-Length", str(2000 if cut else len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


@pytest.fixture
def server():
    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def test_a_file_is_downloaded(server):
    assert fetch(f"{server}/file") == b"x" * 1000


def test_a_server_that_fails_at_first_is_asked_again(server):
    Handler.failures_left = 1
    assert fetch(f"{server}/flaky") == b"x" * 1000


def test_an_error_page_is_refused_with_the_server_s_answer(server):
    with pytest.raises(ExoprobeError, match="/missing: the server answered 404"):
        fetch(f"{server}/missing")


def test_a_download_that_is_cut_off_is_refused(server):
    with pytest.raises(ExoprobeError, match="/cut: cut off before its end"):
        fetch(f"{server}/cut")


def test_a_body_that_breaks_off_is_asked_for_again(server, caplog):
    caplog.set_level("INFO")
    Handler.failures_left = 2
    assert fetch(f"{server}/breaks-off") == b"x" * 1000
    assert caplog.text.count("cut off before its end, or silent for 15 s; trying again") == 2
    assert "breaks-off: 1000 bytes" in caplog.text


def test_a_server_that_falls_silent_is_given_up(server, monkeypatch):
    monkeypatch.setattr(download, "READ_SECONDS", 0.2)
    monkeypatch.setattr(download, "RETRIES", 0)
    with pytest.raises(ExoprobeError, match="/stalls: cut off before its end, or silent for 0.2 s"):
        fetch(f"{server}/stalls")
    Handler.gave_up.set()


def test_an_error_page_in_the_digits_place_is_refused_and_nothing_is_written(server, monkeypatch, tmp_path):
    page = b"<html>Sorry, try later</html>"
    monkeypatch.setattr(Handler, "files", {f"/{name}.gz": page for name in IDX_NAMES.values()})
    monkeypatch.setattr(datasets.KMNIST, "mirrors", [f"{server}/"])
    with pytest.raises(ExoprobeError) as error:
        save_digits(tmp_path / "digits.npz", load_digits("kmnist"))
    assert "train-images-idx3-ubyte.gz: its 29 bytes are not the official file's" in str(error.value)
    assert not list(tmp_path.iterdir())


def test_digits_come_from_the_first_mirror_that_serves_them(server, monkeypatch, rng):
    digits = {"images": rng.integers(0, 256, (20, 28, 28), dtype=np.uint8), "labels": np.arange(20, dtype=np.uint8)}
    files = {f"{n}.gz": gzip.compress(idx_bytes(digits[key.split("_")[1]])) for key, n in IDX_NAMES.items()}
    monkeypatch.setattr(Handler, "files", {f"/good/{name}": content for name, content in files.items()})
    monkeypatch.setattr(datasets.KMNIST, "mirrors", [f"{server}/missing/", f"{server}/good/"])
    md5 = [(name, hashlib.md5(content).hexdigest()) for name, content in files.items()]
    monkeypatch.setattr(datasets.KMNIST, "resources", md5)
    loaded = load_digits("kmnist")
    assert set(loaded) == set(IDX_NAMES)
    np.testing.assert_array_equal(loaded["test_images"], digits["images"])
    np.testing.assert_array_equal(loaded["train_labels"], digits["labels"])


def test_a_server_that_is_not_there_is_named(monkeypatch):
    monkeypatch.setattr(download, "RETRIES", 0)
    with pytest.raises(ExoprobeError, match="http://127.0.0.1:9/x: the server cannot be reached"):
        fetch("http://127.0.0.1:9/x")


def test_content_with_another_digest_is_refused_by_name(server):
    with pytest.raises(ExoprobeError, match="file.gz: its 1000 bytes are not the official file's"):
        _download_idx(f"{server}/", "file.gz", "0" * 32)


@pytest.mark.parametrize("most", [999, 10])
def test_a_file_that_is_announced_as_too_large_is_not_taken(server, most):
    with pytest.raises(ExoprobeError, match=f"/file: the server announces 1,000 bytes; at most {most} are taken"):
        fetch(f"{server}/file", most)


def test_a_body_without_an_announced_length_is_given_up_once_too_large(server):
    with pytest.raises(ExoprobeError, match="/endless: more than 5,000 bytes came, which are not taken"):
        fetch(f"{server}/endless", 5_000)


@pytest.mark.parametrize("name", ["drips", "drips-head"])
def test_a_server_that_drips_is_given_up(server, monkeypatch, name):
    monkeypatch.setattr(transfer, "RATE_SECONDS", 0.3)
    with pytest.raises(ExoprobeError, match=rf"/{name}: only \d+ bytes came in 0 s, too slowly to wait for"):
        fetch(f"{server}/{name}")


def test_a_download_ends_after_a_total_time(server, monkeypatch):
    monkeypatch.setattr(download, "TOTAL_SECONDS", 0.2)
    with pytest.raises(ExoprobeError, match="/drips: only"):
        fetch(f"{server}/drips")


@pytest.mark.parametrize("times", [1, 3])
def test_a_gzip_bomb_is_not_unpacked(times):
    bomb = gzip.compress(b"0" * 1_000_000) * times
    assert unpack_gzip(bomb, "x.gz", 3_000_000) == b"0" * 1_000_000 * times
    with pytest.raises(ExoprobeError, match=r"x.gz: unpacks to more than 999,999 bytes, which are not taken"):
        unpack_gzip(bomb, "x.gz", 999_999)


@pytest.mark.parametrize("content", [gzip.compress(b"abc" * 99, mtime=0)[:-9], b"no gzip", b"\x1f\x8b"])
def test_gzipped_bytes_that_are_damaged_are_refused_by_name(content):
    with pytest.raises(ExoprobeError, match="x.gz: cannot be read"):
        unpack_gzip(content, "x.gz")
