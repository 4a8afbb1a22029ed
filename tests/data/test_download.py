import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from exoprobe.data import download
from exoprobe.data.digit_sources import _download_idx
from exoprobe.data.download import fetch
from exoprobe.errors import ExoprobeError


class Handler(BaseHTTPRequestHandler):
    failures_left = 0

    def do_GET(self):
        if self.path == "/flaky" and Handler.failures_left:
            Handler.failures_left -= 1
            self.send_error(503)
            return
        if self.path == "/missing":
            self.send_error(404)
            return
        body = b"x" * 1000
        self.send_response(200)
        self.send_header("Content-Length", str(2000 if self.path == "/cut" else len(body)))
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
    with pytest.raises(ExoprobeError, match="/cut: "):
        fetch(f"{server}/cut")


def test_a_server_that_is_not_there_is_named(monkeypatch):
    monkeypatch.setattr(download, "RETRIES", 0)
    with pytest.raises(ExoprobeError, match="http://127.0.0.1:9/x: the server cannot be reached"):
        fetch("http://127.0.0.1:9/x")


def test_content_with_another_digest_is_refused_by_name(server):
    with pytest.raises(ExoprobeError, match="file.gz: its 1000 bytes are not the official file's"):
        _download_idx(f"{server}/", "file.gz", "0" * 32)
