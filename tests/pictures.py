"""The pictures in the docs: made by a command, and checked to be current.

``python -m tests.pictures`` takes the first screen of the demo's page and, where ``results/figures`` has them, the
workflow's figures, and notes what they were made of.
"""

import hashlib
import json
import shutil
import sys
import tempfile
from pathlib import Path

from tests.browser import OPTIONS

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "docs/images"
NOTES = FOLDER / "pictures.json"
SCREEN = "audit.png"
SIZE = {"width": 1280, "height": 1010}
DRAWN_BY = {  # modules of exoprobe.plots
    "figure_2.png": "attribute_errors",
    "figure_3.png": "angle_prediction",
    "trade_off.png": "trade_off",
    "layers.png": "layers",
    "unseen_classes.png": "unseen_classes",
    "probe_errors.png": "probe_errors",
    "perturbations.png": "perturbation_effect",
}


def digest(picture: str) -> str:
    """Return the digest of what draws a figure: its module and the figures' style."""
    modules = (DRAWN_BY[picture], "style", "representation_styles")
    content = b"".join((ROOT / f"src/exoprobe/plots/{name}.py").read_bytes() for name in modules)
    return hashlib.sha256(content).hexdigest()[:16]


def read_notes() -> dict[str, list[str] | str]:
    """Return what each picture was made of: the digest of its module, or the lines that the demo says."""
    notes: dict[str, list[str] | str] = json.loads(NOTES.read_text(encoding="utf-8"))
    return notes


def renew(figures: Path) -> None:
    """Make the pictures and their notes."""
    notes = read_notes()
    for name in DRAWN_BY:
        if (figures / name).is_file():
            shutil.copyfile(figures / name, FOLDER / name)
            notes[name] = digest(name)
    notes[SCREEN] = _take_screen()
    NOTES.write_text(json.dumps(dict(sorted(notes.items())), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def _take_screen() -> list[str]:
    """Run the demo, picture its first screen, and return the lines in which it says what it found."""
    from playwright.sync_api import sync_playwright

    from exoprobe.report.first_screen import summary_lines
    from exoprobe.report.tables import COLUMNS, read_json, read_tables

    with tempfile.TemporaryDirectory() as folder, sync_playwright() as driver:
        page_file = Path(folder) / "demo/index.html"
        _run_demo(page_file.parent)
        browser = driver.chromium.launch(executable_path=shutil.which("chromium"), args=OPTIONS)
        page = browser.new_page(viewport=SIZE, device_scale_factor=1.5)
        page.goto(page_file.as_uri())
        page.wait_for_selector("section.shown h1")
        page.screenshot(path=FOLDER / SCREEN)
        browser.close()
        tables = read_tables({name: page_file.with_name(f"{name}.csv") for name in COLUMNS})
        return summary_lines(tables, read_json(page_file.with_name("metadata.json")))


def _run_demo(folder: Path) -> None:
    from exoprobe.cli import main

    if main(["demo", "--out", str(folder), "--quiet"]):
        sys.exit("the demo failed")


if __name__ == "__main__":
    renew(ROOT / "results/figures" if len(sys.argv) < 2 else Path(sys.argv[1]))
