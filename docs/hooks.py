"""For the site: links to files outside docs become names of these files, and tutorials link to their demo's page."""

import re
from typing import Any

DEMO = re.compile(r"^    exoprobe demo.*$", re.MULTILINE)
OUTSIDE = re.compile(r"\[([^\]]*)\]\((?:\.\./)+([\w./-]+)(?:#[\w-]+)?\)")


def on_page_markdown(markdown: str, page: Any, **_: object) -> str:  # noqa: ANN401 mkdocs has no types
    """Replace the links of one page that leave the folder docs, and add one to what its demo writes (make docs)."""
    folder, _, file = page.file.src_uri.partition("/")
    if folder == "tutorials":
        link = f'\n\n<a href="../../demo/{file.removesuffix(".md")}/index.html">Look at it here.</a>'
        markdown = DEMO.sub(lambda command: command[0] + link, markdown, count=1)
    depth = page.file.src_uri.count("/") + 1

    def name(link: re.Match[str]) -> str:
        words, path = link[1], link[2]
        if link[0].count("../") < depth:
            return link[0]
        return f"`{path}`" if words.strip("`") == path else f"{words} (`{path}`)"

    return OUTSIDE.sub(name, markdown)
