"""Vega's JavaScript for the page; bundling it takes two seconds, so that the user's cache folder keeps it."""

import os
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import vl_convert

from exoprobe.io.files import atomic_write


def vega_bundle() -> str:
    """Return Vega, Vega-Lite and Vega-Embed as one script, from the cache where it holds this version's."""
    path = _cached()
    if path is None:
        return _make_bundle()
    try:
        return path.read_text(encoding="utf-8")
    except OSError:
        bundle = _make_bundle()
    try:
        with atomic_write(path) as temporary:
            temporary.write_text(bundle, encoding="utf-8")
    except OSError:  # no home, no space, not allowed: it is made anew each time
        pass
    return bundle


def _make_bundle() -> str:
    return vl_convert.javascript_bundle()  # type: ignore[call-arg]  # its stub wrongly requires a snippet


def _cached() -> Path | None:
    try:
        release = version("vl-convert-python")
        folder = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    except (PackageNotFoundError, RuntimeError):  # another package of this name, or no home
        return None
    return folder / "exoprobe" / f"vega-{release}.js"
