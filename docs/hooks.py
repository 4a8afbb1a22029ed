"""For the site: links to files outside docs, which only a checkout has, become names of these files."""

import re
from typing import Any

OUTSIDE = re.compile(r"\[([^\]]*)\]\((?:\.\./)+([\w./-]+)(?:#[\w-]+)?\)")


def on_page_markdown(markdown: str, page: Any, **_: object) -> str:  # noqa: ANN401 mkdocs has no types
    """Replace the links of one page that leave the folder docs."""
    depth = page.file.src_uri.count("/") + 1

    def name(link: re.Match[str]) -> str:
        words, path = link[1], link[2]
        if link[0].count("../") < depth:
            return link[0]
        return f"`{path}`" if words.strip("`") == path else f"{words} (`{path}`)"

    return OUTSIDE.sub(name, markdown)
