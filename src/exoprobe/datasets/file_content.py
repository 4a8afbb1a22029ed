"""Files that are not what their name says, by their first bytes."""

from pathlib import Path

from exoprobe.errors import ExoprobeError

START = 64  # bytes to look at
FORMATS = {  # how files begin, what they are, and the ends of names that fit; none where nothing reads them
    b"\x93NUMPY": ("a NumPy array", (".npy",)),
    b"PK\x03\x04": ("a zip archive, as are .npz, .xlsx and .pt files", (".npz", ".xlsx", ".pt", ".pth")),
    b"PAR1\x15": ("Parquet", (".parquet",)),
    b"\x89HDF": ("HDF5", (".h5", ".hdf5", ".h5ad", ".h5mu")),
    b"\x1f\x8b": ("packed with gzip", (".gz",)),
    b"\xd0\xcf\x11\xe0": ("an old Excel workbook; save it as .xlsx", ()),
    b"SQLite format 3": ("an SQLite database; export a table as .csv", ()),
    **{bytes([0x80, protocol]): ("a pickle", (".pt", ".pth")) for protocol in range(2, 6)},
}
PAGE = (b"<!doctype html", b"<html")
JSON = (b"[{", b'{"')
TEXT = (".csv", ".tsv")


def check_content(path: Path) -> None:
    """Refuse a file whose first bytes say that it is something else than its name.

    Raises:
        ExoprobeError: in one line that says what it is.
    """
    if not path.is_file():
        return
    with path.open("rb") as file:
        start = file.read(START)
    suffix, text = path.suffix.lower(), start.removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    if start.startswith(b"version https://git-lfs"):
        raise ExoprobeError(f"{path} is a pointer of Git LFS, not the file itself; fetch it with git lfs pull")
    if text.startswith(PAGE):
        raise ExoprobeError(f"{path} is a web page (HTML), not the file itself; download the file")
    if suffix in TEXT and text.startswith(JSON):
        raise ExoprobeError(f"{path} is JSON; save it as a table with commas and a first line of names")
    for magic, (what, suffixes) in FORMATS.items():
        if start.startswith(magic) and suffix not in suffixes:
            if what == "a pickle":
                raise ExoprobeError(
                    f"{path} is a pickle, which is never opened; save it with numpy.save or as .parquet"
                )
            fitting = f"; its name must end in {' or '.join(suffixes)}" if suffixes else ""
            raise ExoprobeError(f"{path} is {what}, by its first bytes{fitting}")
