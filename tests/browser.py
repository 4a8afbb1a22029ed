"""Pages in headless Chromium, for several tests."""

import shutil

import pytest

OPTIONS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]
OPEN = """[...document.querySelectorAll("section.shown figure")]
    .filter(figure => figure.offsetParent && !figure.parentElement.closest("details:not([open])"))"""
DRAWN = f"""() => document.querySelector("section.shown h1") && {OPEN}.every(figure => figure.dataset.drawn)"""
MARKS = f"""() => {OPEN}.map(
    figure => figure.querySelectorAll("svg .mark-symbol path, svg .mark-rect path, svg .mark-line path").length)"""


@pytest.fixture(scope="session")
def chromium():
    """A browser, or a skip."""
    playwright = pytest.importorskip("playwright.sync_api")
    path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if not path:
        pytest.skip("no Chromium is installed (Debian and Ubuntu: apt install chromium)")
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=path, args=OPTIONS)
        yield browser
        browser.close()


@pytest.fixture
def visit(chromium):
    """A function that opens a page; afterwards nothing may have been logged or asked of a host."""
    pages, troubles = [], []

    def open_page(file, part="summary", *, wait=True, **options):
        page = chromium.new_page(**{"viewport": {"width": 1200, "height": 800}, **options})
        pages.append(page)
        page.on("console", lambda message: troubles.append(message.text))
        page.on("pageerror", lambda error: troubles.append(str(error)))
        page.on("request", lambda request: troubles.append(request.url) if is_remote(request.url) else None)
        page.goto(f"{file.as_uri()}#{part}")
        if wait:
            settle(page)
        return page

    yield open_page
    for page in pages:
        page.close()
    assert troubles == []


def is_remote(url):
    return not url.startswith(("file:", "blob:", "data:"))


def settle(page):
    page.wait_for_function(DRAWN, timeout=15_000)


def show(page, part):
    page.evaluate("part => { location.hash = part; }", part)
    page.wait_for_selector(f"section.shown[id='{part}']")
    settle(page)


def parts(page):
    return page.evaluate("() => [...document.querySelectorAll('section.part')].map(part => part.id)")
