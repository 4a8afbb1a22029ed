"""Servers on this machine for tests: ports, waiting, and an S3 server."""

import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import boto3
from botocore.exceptions import EndpointConnectionError

BUCKET = "exoprobe"  # as in the profiles
KEYS = {"SNAKEMAKE_STORAGE_S3_ACCESS_KEY": "access", "SNAKEMAKE_STORAGE_S3_SECRET_KEY": "secret"}


def until(condition: Callable[[], object], seconds: float = 60) -> None:
    """Wait for a condition that another process is to bring about."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "what was waited for did not come"
        time.sleep(0.05)


def free_ports(count: int) -> list[int]:
    """Return ports that nobody listens on."""
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [server.getsockname()[1] for server in sockets]
    for server in sockets:
        server.close()
    return ports


@contextmanager
def s3_server() -> Iterator[tuple[str, object]]:
    """Start an S3 server; yield its address and the bucket of the profiles, empty."""
    (port,) = free_ports(1)
    address = f"http://127.0.0.1:{port}"
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    process = subprocess.Popen([sys.executable, "-m", "moto.server", "--port", str(port)], **quiet)
    storage = boto3.resource(
        "s3", endpoint_url=address, region_name="us-east-1", aws_access_key_id="a", aws_secret_access_key="s"
    )

    def made() -> bool:
        try:
            return bool(storage.create_bucket(Bucket=BUCKET))
        except EndpointConnectionError:
            return False

    try:
        until(made)
        yield address, storage.Bucket(BUCKET)
    finally:
        process.kill()
        process.wait()
