"""The one exception whose message is meant for the user."""


class ExoprobeError(Exception):
    """Something that the user can mend; the message names the file, key or value and what would be right."""
