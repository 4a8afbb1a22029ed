"""Downloads with short time-outs, retries and progress as log lines."""

import logging

import requests
from requests.adapters import HTTPAdapter
from urllib3.util import Retry

from exoprobe.errors import ExoprobeError
from exoprobe.progress import progress

log = logging.getLogger(__name__)

CONNECT_SECONDS, READ_SECONDS, RETRIES = 5, 15, 2


class _CutOffError(ExoprobeError):
    """The connection was lost in the middle of the file."""


def fetch(url: str) -> bytes:
    """Download a file of moderate size into memory.

    Args:
        url: its address (http or https).

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
            return _fetch_once(session, url)
        except _CutOffError as error:
            log.info("%s; trying again", error)
    return _fetch_once(session, url)


def _fetch_once(session: requests.Session, url: str) -> bytes:
    try:
        with session.get(url, stream=True, timeout=(CONNECT_SECONDS, READ_SECONDS)) as response:
            response.raise_for_status()
            return _read_body(response, url)
    except requests.RequestException as error:
        raise ExoprobeError(f"{url}: {_reason(error)}") from error


def _read_body(response: requests.Response, url: str) -> bytes:
    announced = response.headers.get("Content-Length")
    total = int(announced) if announced and "Content-Encoding" not in response.headers else None
    content = bytearray()
    name = url.rsplit("/", 1)[-1]
    with progress(total, "byte", log, name) as bar:
        try:
            for chunk in response.iter_content(chunk_size=1 << 16):
                content += chunk
                bar.update(len(chunk))
        except (requests.exceptions.ChunkedEncodingError, requests.ConnectionError) as error:
            raise _CutOffError(f"{url}: cut off before its end, or silent for {READ_SECONDS} s") from error
    log.info("%s: %d bytes", name, len(content))
    return bytes(content)


def _reason(error: requests.RequestException) -> str:
    if isinstance(error, requests.HTTPError):
        return f"the server answered {error.response.status_code} {error.response.reason}"
    if isinstance(error, requests.Timeout):
        return f"no answer within {CONNECT_SECONDS} s (connecting) or {READ_SECONDS} s (reading)"
    if isinstance(error, requests.ConnectionError):
        return "the server cannot be reached"
    return str(error)
