"""Files that lie elsewhere: fetched once, named without secrets, refused in one sentence."""

import gzip
import logging
import socket
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import fsspec
import numpy as np
import pytest

from exoprobe.cli import REFUSED, _inputs, _parser, main
from exoprobe.config.audit_settings import AuditedRepresentation, by_layer
from exoprobe.datasets.user_features import open_features
from exoprobe.datasets.user_inputs import as_feature_file, fetched, without_folder
from exoprobe.errors import ExoprobeError
from exoprobe.io import remote, transfer
from exoprobe.io.files import digest_of, digest_of_file
from exoprobe.io.locations import parse_location
from exoprobe.io.remote import fetch, is_remote, public
from exoprobe.provenance import digests
from tests.workflow.servers import s3_server

CONTENT = bytes(range(256)) * 64
BOMB = gzip.compress(bytes(10_000_000))
PIECES = {  # headers, what is sent again and again, and the seconds between
    "/drips.npy": ({}, b"x", 0.02),
    "/drips-announced.npy": ({"Content-Length": "1000000"}, b"x", 0.02),
    "/drips-head.npy": (None, b"x", 0.02),
    "/endless.npy": ({}, CONTENT, 0),
    "/bomb.npy": ({"Content-Encoding": "gzip"}, BOMB, 0),
}


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        if self.path in PIECES:
            self.send_pieces(*PIECES[self.path])
            return
        status = {"/lost.npy": 404, "/denied.npy": 403, "/broken.npy": 503}.get(self.path.split("?")[0], 200)
        self.send_response(status)
        self.send_header("Content-Length", str(len(CONTENT) + (1 if self.path == "/cut.npy" else 0)))
        self.end_headers()
        self.wfile.write(CONTENT)

    def send_pieces(self, headers, piece, pause):
        """Send a body of no announced length, until nobody listens; without headers, a head that never ends."""
        try:
            self.send_response(200)
            for name, value in (headers or {}).items():
                self.send_header(name, value)
            self.flush_headers() if headers is None else self.end_headers()
            for _ in range(100):
                self.wfile.write(piece)
                self.wfile.flush()
                time.sleep(pause)
        except OSError:
            pass

    def log_message(self, *_):
        pass


@pytest.fixture(scope="module")
def web():
    """The address of a web server."""
    pytest.importorskip("aiohttp")
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.fixture(scope="module")
def bucket():
    """A bucket of an S3 server, which the environment names."""
    pytest.importorskip("s3fs")
    with s3_server() as (address, bucket), pytest.MonkeyPatch.context() as patch:
        for name, value in {"ENDPOINT_URL": address, "ACCESS_KEY_ID": "a", "SECRET_ACCESS_KEY": "s"}.items():
            patch.setenv(f"AWS_{name}", value)
        yield bucket


@pytest.fixture
def memory():
    """A file system in memory, empty."""
    system = fsspec.filesystem("memory")
    system.store.clear()
    return system


@pytest.mark.parametrize(
    ("text", "address", "name", "where", "layer"),
    [
        ("https://host/x.h5:path", "https://host/x.h5", "x.h5", "path", None),
        ("https://host:8080/x.npy", "https://host:8080/x.npy", "x.npy", "", None),
        ("https://my.h5:8080/x.npy", "https://my.h5:8080/x.npy", "x.npy", "", None),
        ("http://host:8080/a/x.h5ad:obsm/X_pca", "http://host:8080/a/x.h5ad", "x.h5ad", "obsm/X_pca", None),
        ("https://host/x.npz?key=1:net", "https://host/x.npz?key=1", "x.npz", "net", None),
        ("s3://bucket/net.npy@3", "s3://bucket/net.npy", "net.npy", "", 3),
        ("s3://bucket/x.h5:hidden@2", "s3://bucket/x.h5", "x.h5", "hidden", 2),
        ("simplecache::s3://bucket/x.csv.gz", "simplecache::s3://bucket/x.csv.gz", "x.csv.gz", "", None),
        ("zip://in/x.npy::https://host/all.zip", "zip://in/x.npy::https://host/all.zip", "x.npy", "", None),
    ],
)
def test_an_address_is_a_file_and_a_place_within(text, address, name, where, layer):
    location = parse_location(text)
    assert (location.address, str(location.path), location.where, location.layer) == (address, name, where, layer)


@pytest.mark.parametrize("text", ["atlas.h5ad:obsm/X", "/data/x.npy", "a:b", "x//y.npy", "~/f.npy"])
def test_a_path_is_no_address(text):
    assert not is_remote(text)
    assert not parse_location(text).address


def test_results_name_an_address_without_its_secrets():
    assert public("https://me:secret@host:8080/x.npy?signature=1#end") == "https://host:8080/x.npy"
    assert public("s3://bucket/what?.npy") == "s3://bucket/what?.npy"
    assert public("abfs://container@account/x.npy") == "abfs://container@account/x.npy"
    assert parse_location("https://host/x.h5?key=1:net@2").given == "https://host/x.h5:net@2"


def test_a_file_is_fetched_once(memory, tmp_path, caplog):
    memory.pipe("/a/x.npy", CONTENT)
    with caplog.at_level(logging.INFO):
        path = fetch("memory://a/x.npy", tmp_path)
    assert path.name == "x.npy"
    assert path.read_bytes() == CONTENT
    assert f"x.npy: {len(CONTENT)} bytes in 1 file" in caplog.text
    memory.pipe("/a/x.npy", b"other")
    assert fetch("memory://a/x.npy", tmp_path).read_bytes() == CONTENT
    memory.pipe("/b/x.npy", b"its namesake")
    assert fetch("memory://b/x.npy", tmp_path).read_bytes() == b"its namesake"


def test_folders_and_patterns_are_fetched(memory, tmp_path):
    for name in ("part10.npy", "part9.npy", "other.csv"):
        memory.pipe(f"/parts/{name}", name.encode())
    memory.pipe("/atlas.zarr/obsm/X/0.0", b"chunk")
    pattern = parse_location("memory://parts/part*.npy")
    assert [path.name for path in fetched_files(pattern.address, tmp_path)] == ["part9.npy", "part10.npy"]
    assert len(fetched_files("memory://parts", tmp_path)) == 3
    assert (fetch("memory://atlas.zarr", tmp_path) / "obsm/X/0.0").read_bytes() == b"chunk"
    with pytest.raises(ExoprobeError, match="none\\*.npy: nothing is there"):
        fetch("memory://parts/none*.npy", tmp_path)


def fetched_files(address, folder):
    return parse_location(fetch(address, folder)).files()


def test_what_is_fetched_is_called_by_its_address(memory, tmp_path):
    memory.pipe("/net.npy", CONTENT)
    file = as_feature_file(fetched("memory://net.npy@1", tmp_path), "net", tmp_path, None)
    assert file.given == "memory://net.npy@1"
    assert file.path.name == "net.npy@1"
    assert without_folder(f"{file.path} is broken", tmp_path) == "net.npy@1 is broken"
    array = np.zeros((2, 2))
    assert fetched(array, tmp_path) is array
    assert fetched(Path("net.npy"), tmp_path) == Path("net.npy")


def test_an_audit_takes_addresses_and_names_them(memory, tmp_path, monkeypatch, capsys):
    given = {}

    def stages(settings, files, factors, work, folder, *, threads, early_page):
        inputs = zip(settings.input_names, [*files["net"], factors], strict=True)
        given.update(settings=settings, inputs=digests(dict(inputs)))
        raise ExoprobeError(f"{factors}: line 3 is wrong")

    monkeypatch.setattr("exoprobe.audit_stages.run_stages", stages)
    with memory.open("/a/net.npy", "wb") as file:
        np.save(file, np.zeros((4, 2)))
    memory.pipe("/a/table.csv", b"person,sex\n1,f\n2,m\n3,f\n4,m\n")
    arguments = ["audit", "--features", "net=memory://a/net.npy", "memory://a/table.csv", "--group", "person"]
    assert main([*arguments, "--out", str(tmp_path / "out")]) == REFUSED
    assert capsys.readouterr().err.splitlines()[-1] == "exoprobe: table.csv: line 3 is wrong"
    assert given["settings"].factors == "memory://a/table.csv"
    table = digest_of(memory.cat("/a/table.csv"))
    assert given["inputs"]["factors: memory://a/table.csv"] == table
    assert set(given["inputs"]) == {"net: memory://a/net.npy", "factors: memory://a/table.csv"}
    assert not (tmp_path / "out").exists()


def test_an_annotated_object_elsewhere_is_its_own_table():
    files = ["s3://lab/atlas.h5ad:obsm/X_pca", "s3://lab/atlas.h5ad:obsm/X_scVI"]
    parser = _parser()
    features, factors = _inputs(parser.parse_args(["audit", *files]), parser)
    assert features == {"X_pca": files[0], "X_scVI": files[1]}
    assert factors == "s3://lab/atlas.h5ad"


def test_layers_of_what_was_fetched_are_representations(memory, tmp_path):
    with memory.open("/deep.npy", "wb") as file:
        np.save(file, np.zeros((5, 3, 2)))
    layers = by_layer({"net": AuditedRepresentation("net", (fetched("memory://deep.npy", tmp_path),))})
    assert [entry.files[0].given for entry in layers.values()] == [f"memory://deep.npy@{layer}" for layer in range(3)]


def test_what_was_not_fetched_is_no_missing_file_here():
    with pytest.raises(ExoprobeError, match="s3://lab/net.npy: only audits fetch files; download it first"):
        open_features("s3://lab/net.npy")


def test_more_than_the_disk_has_is_refused(memory, tmp_path, monkeypatch):
    memory.pipe("/x.npy", CONTENT)
    monkeypatch.setattr(remote.shutil, "disk_usage", lambda _: type("Usage", (), {"free": 1_000}))
    with pytest.raises(ExoprobeError, match="memory://x.npy has 16,384 bytes, but .* has 1,000 free"):
        fetch("memory://x.npy", tmp_path)


def test_a_missing_package_names_the_extra(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "aiohttp", None)
    with pytest.raises(ExoprobeError, match=r"https://host/x.npy: a package .* pip install 'exoprobe\[remote\]'"):
        fetch("https://host/x.npy", tmp_path)


@pytest.mark.parametrize(
    ("address", "message"),
    [
        ("memory://none.npy", "memory://none.npy: nothing is there; check the address"),
        ("nonsense://x.npy", "nonsense://x.npy: cannot be fetched (Protocol not known: nonsense)"),
        ("https://host", "https://host: this address names no file"),
    ],
)
def test_an_address_that_cannot_be_had_is_refused(memory, tmp_path, address, message):
    with pytest.raises(ExoprobeError) as error:
        fetch(address, tmp_path)
    assert str(error.value) == message


def test_a_web_server_is_asked(web, tmp_path):
    path = fetch(f"{web}/x.npy?signature=1", tmp_path)
    assert path.read_bytes() == CONTENT
    assert digest_of_file(path) == digest_of_file(fetch(f"{web}/x.npy", tmp_path))


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("lost.npy?secret=1", "lost.npy: nothing is there; check the address"),
        ("denied.npy", "denied.npy: cannot be fetched (the server answered 403)"),
        ("broken.npy", "broken.npy: cannot be fetched (the server answered 503)"),
    ],
)
def test_a_web_server_that_refuses_is_quoted(web, tmp_path, name, message):
    with pytest.raises(ExoprobeError) as error:
        fetch(f"{web}/{name}", tmp_path)
    assert str(error.value) == f"{web}/{message}"


def test_a_file_that_breaks_off_is_refused(web, tmp_path):
    with pytest.raises(ExoprobeError, match=r"cut.npy: cannot be fetched \("):
        fetch(f"{web}/cut.npy", tmp_path)


@pytest.mark.parametrize("name", ["drips", "drips-announced", "drips-head"])
def test_a_server_that_drips_is_given_up(web, tmp_path, monkeypatch, name):
    monkeypatch.setattr(transfer, "RATE_SECONDS", 0.3)
    with pytest.raises(ExoprobeError, match=rf"{name}.npy: only \d+ bytes came in \d s, too slowly to wait for"):
        fetch(f"{web}/{name}.npy", tmp_path)
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]


def test_a_transfer_ends_after_a_total_time(web, tmp_path, monkeypatch):
    monkeypatch.setattr(remote, "MOST_SECONDS", 0.3)
    with pytest.raises(ExoprobeError, match=r"drips.npy: only \d+ bytes came in \d s"):
        fetch(f"{web}/drips.npy", tmp_path)


@pytest.mark.parametrize("name", ["endless", "bomb"])
def test_a_body_is_given_up_once_too_large(web, tmp_path, monkeypatch, name):
    monkeypatch.setattr(remote, "MOST_BYTES", 100_000)
    with pytest.raises(ExoprobeError, match=f"{name}.npy: more than 100,000 bytes came, which are not taken"):
        fetch(f"{web}/{name}.npy", tmp_path)
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]


def test_a_file_that_is_announced_as_too_large_is_not_taken(web, tmp_path, monkeypatch):
    monkeypatch.setattr(remote, "MOST_BYTES", 1_000)
    with pytest.raises(ExoprobeError, match="x.npy: the server announces 16,384 bytes; at most 1,000 are taken"):
        fetch(f"{web}/x.npy", tmp_path)


def test_what_could_not_be_fetched_whole_is_fetched_anew(memory, tmp_path, monkeypatch):
    memory.pipe("/x.npy", CONTENT)
    with monkeypatch.context() as small:
        small.setattr(remote, "MOST_BYTES", 1_000)
        with pytest.raises(ExoprobeError, match="x.npy: the server announces 16,384 bytes; at most 1,000 are taken"):
            fetch("memory://x.npy", tmp_path)
    assert fetch("memory://x.npy", tmp_path).read_bytes() == CONTENT


def test_whatever_keeps_silent_is_given_up(memory, tmp_path, monkeypatch):
    memory.pipe("/x.npy", CONTENT)
    monkeypatch.setattr(transfer, "RATE_SECONDS", 0)
    over = threading.Event()
    monkeypatch.setattr(type(memory), "get_file", lambda *_, **__: over.wait())
    with pytest.raises(ExoprobeError, match="memory://x.npy: only 0 bytes came in 0 s, too slowly"):
        fetch("memory://x.npy", tmp_path)
    over.set()


def test_a_slow_transfer_counts_its_clock_and_bytes():
    times = iter([0.0, 59.0, 61.0, 61.0])
    slow = transfer.Transfer("x", most=100_000, seconds=1_000, clock=lambda: next(times))
    slow.add(60_500)
    slow.check()
    with pytest.raises(ExoprobeError, match="x: only 60,500 bytes came in 61 s"):
        slow.check()
    slow.add(1_000)
    slow.check()


def test_a_server_that_is_not_there_is_named(tmp_path):
    pytest.importorskip("aiohttp")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))  # and nobody listens
        with pytest.raises(ExoprobeError, match=r"x.npy: cannot be fetched \(.*[Cc]onnect") as error:
            fetch(f"http://127.0.0.1:{free.getsockname()[1]}/x.npy", tmp_path)
    assert "\n" not in str(error.value)


def test_a_bucket_is_asked(bucket, tmp_path):
    for name in ("x.npy", "parts/a1.npy", "parts/a2.npy"):
        bucket.put_object(Key=name, Body=CONTENT)
    assert fetch(f"s3://{bucket.name}/x.npy", tmp_path).read_bytes() == CONTENT
    assert len(fetched_files(f"s3://{bucket.name}/parts", tmp_path)) == 2
    assert len(fetched_files(f"s3://{bucket.name}/parts/a*.npy", tmp_path)) == 2
    for lost in (f"s3://{bucket.name}/lost.npy", "s3://no-such-bucket/x.npy"):
        with pytest.raises(ExoprobeError, match=f"{lost}: nothing is there; check the address"):
            fetch(lost, tmp_path)
