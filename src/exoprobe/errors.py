"""The one exception whose message is meant for the user."""


class ExoprobeError(Exception):
    """Something that the user can mend; the message names the file, key or value and what would be right.

    Args:
        message: may hold names from outside or another library's words; line breaks in it become spaces, and what
            a terminal would obey is shown as its code.
    """

    def __init__(self, message: str) -> None:
        line = " ".join(text.strip() for text in message.splitlines())
        super().__init__("".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in line))
