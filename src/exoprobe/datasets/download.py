"""Downloads with short time-outs, retries and progress as log lines."""

import logging
import zlib
from collections.abc import Iterator

import requests
from requests.adapters import HTTPAdapter
from urllib3.exceptions import HTTPError
from urllib3.util import Retry

from exoprobe.errors import ExoprobeError
from exoprobe.io.transfer import Transfer
from exoprobe.progress import progress

log = logging.getLogger(__name__)

CONNECT_SECONDS, READ_SECONDS, RETRIES = 5, 15, 2
TOTAL_SECONDS = 1_800  # for a whole file, however slowly it comes
MOST_BYTES = 1 << 29  # of a file, and of what is unpacked from one


class _CutOffError(ExoprobeError):
    """The connection was lost in the middle of the file."""


def fetch(url: str, most: int = MOST_BYTES) -> bytes:
    """Download a file of moderate size into memory.

    Args:
        url: its address (http or https).
        most: how many bytes it may have.

    Returns:
        Its content, as long as the server announced.

    Raises:
        ExoprobeError: where it could not be had, in one sentence with the address.
    """
    session = requests.Session()
    retry = Retry(total=RETRIES, backoff_factor=0.5, status_forcelist=(429, 500, 502, 503, 504))
    for scheme in ("http://", "https://"):
        session.mount(scheme, HTTPAdapter(max_retries=retry))
    for _ in range(RETRIES):  # of what urllib3 does not retry: a body that breaks off
        try:
            return _fetch_once(session, url, most)
        except _CutOffError as error:
            log.info("%s; trying again", error)
    return _fetch_once(session, url, most)


def _fetch_once(session: requests.Session, url: str, most: int) -> bytes:
    transfer = Transfer(url, most, TOTAL_SECONDS)

    def get() -> bytes:
        with session.get(url, stream=True, timeout=(CONNECT_SECONDS, READ_SECONDS)) as response:
            response.raise_for_status()
            return _read_body(response, url, transfer)

    try:
        return transfer.watch(get)
    except requests.RequestException as error:
        raise ExoprobeError(f"{url}: {_reason(error)}") from error


def _read_body(response: requests.Response, url: str, transfer: Transfer) -> bytes:
    announced = response.headers.get("Content-Length")
    total = int(announced) if announced and "Content-Encoding" not in response.headers else None
    if total is not None:
        transfer.announce(total)
    content = bytearray()
    name = url.rsplit("/", 1)[-1]
    with progress(total, "byte", log, name) as bar:
        try:
            for chunk in _chunks(response):
                content += chunk
                bar.update(len(chunk))
                transfer.add(len(chunk))
            if total is not None and len(content) < total:
                raise requests.ConnectionError("the body is too short")
        except (requests.exceptions.ChunkedEncodingError, requests.ConnectionError, HTTPError, OSError) as error:
            raise _CutOffError(f"{url}: cut off before its end, or silent for {READ_SECONDS} s") from error
    log.info("%s: %d bytes", name, len(content))
    return bytes(content)


def _chunks(response: requests.Response) -> Iterator[bytes]:
    """Yield what has come, not only when a whole block has: a server that drips is to be noticed."""
    if "Content-Encoding" in response.headers:
        yield from response.iter_content(chunk_size=1 << 10)
        return
    while chunk := response.raw.read1(1 << 16):
        yield chunk


def unpack_gzip(content: bytes, name: str, most: int = MOST_BYTES) -> bytes:
    """Unpack gzipped bytes, up to a size.

    Args:
        content: the bytes.
        name: what errors call them.
        most: how many bytes may come out.

    Raises:
        ExoprobeError: where they are damaged, cut off, or unpack to more.
    """
    unpacked = bytearray()
    rest = content
    try:
        while rest:
            engine = zlib.decompressobj(zlib.MAX_WBITS | 16)
            unpacked += engine.decompress(rest, most + 1 - len(unpacked))
            if len(unpacked) > most:
                raise ExoprobeError(f"{name}: unpacks to more than {most:,} bytes, which are not taken")
            if not engine.eof:
                raise ExoprobeError(f"{name}: cannot be read (it is cut off before its end)")
            rest = engine.unused_data.lstrip(b"\0")
    except zlib.error as error:
        raise ExoprobeError(f"{name}: cannot be read ({error})") from error
    return bytes(unpacked)


def _reason(error: requests.RequestException) -> str:
    if isinstance(error, requests.HTTPError):
        return f"the server answered {error.response.status_code} {error.response.reason}"
    if isinstance(error, requests.Timeout):
        return f"no answer within {CONNECT_SECONDS} s (connecting) or {READ_SECONDS} s (reading)"
    if isinstance(error, requests.ConnectionError):
        return "the server cannot be reached"
    return str(error)
