"""Notes on a user's files: what was left out, how columns were read, and suspicious values."""

from dataclasses import dataclass, field

LEFT_OUT = "left_out"  # the kind of note on columns and rows that are not used


@dataclass
class Notes:
    """Notes, in the order in which they were made, and how every column was read.

    Attributes:
        entries: ``kind`` (a word, such as ``outliers``), ``column`` (None where it concerns the rows) and
            ``message``, a sentence.
        columns: ``column``, ``kind`` (of the factor, or its role), ``reason``, and ``change``, the setting that reads
            it otherwise, empty where there is none.
    """

    entries: list[dict[str, str | None]] = field(default_factory=list)
    columns: list[dict[str, str]] = field(default_factory=list)

    def add(self, kind: str, column: str | None, message: str) -> None:
        """Note something, once."""
        entry = {"kind": kind, "column": column, "message": message}
        if entry not in self.entries:
            self.entries.append(entry)

    def leave_out(self, column: str, message: str) -> None:
        """Note that a column is not probed, and why; how it would have been read counts no more."""
        self.entries = [entry for entry in self.entries if entry["column"] != column]
        self.columns = [entry for entry in self.columns if entry["column"] != column]
        self.add(LEFT_OUT, column, message)
        self.read_as(column, LEFT_OUT, message)

    def read_as(self, column: str, kind: str, reason: str, change: str = "") -> None:
        """Note how a column was read, and the setting that changes it."""
        self.columns.append({"column": column, "kind": kind, "reason": reason, "change": change})

    def of(self, kind: str) -> list[str]:
        """Return the messages of one kind."""
        return [str(entry["message"]) for entry in self.entries if entry["kind"] == kind]
