import json
import zipfile

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from exoprobe.datasets.image_table import build_image_table, write_image_table
from exoprobe.datasets.samples import dataset_digest, read_samples
from exoprobe.errors import ExoprobeError

NAMES = ["b/1.png", "a/1.png", "a/2.pgm", "c.jpg"]


@pytest.fixture
def folder(tmp_path, rng):
    folder = tmp_path / "pictures"
    for name in NAMES:
        save(folder / name, rng)
    (folder / "readme.txt").write_text("no picture, and in no list")
    (folder / ".hidden.png").write_text("nor this")
    return folder


def save(path, rng):
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(rng.integers(0, 256, (12, 10, 3), dtype=np.uint8)).save(path)


def table(folder, names=NAMES, **columns):
    path = folder.parent / "my.csv"
    rows = pd.DataFrame({"person": [f"00{i % 2}" for i in range(len(names))], "picture": names, **columns})
    rows.to_csv(path, index=False)
    return path


def test_pictures_are_in_the_order_of_the_table(folder, tmp_path):
    pictures = build_image_table(folder, table(folder, glasses=[1, 0, None, 1]), texts={"person"}, threads=2)
    assert pictures.files.tolist() == NAMES
    assert list(pictures.factors) == ["person", "glasses"]
    paths = [tmp_path / name for name in ("samples.parquet", "factors.parquet", "notes.json")]
    write_image_table(pictures, *paths)
    assert read_samples(paths[0], ["file"])["file"].tolist() == NAMES
    written = pd.read_parquet(paths[1])
    assert written["person"].tolist() == ["000", "001", "000", "001"]
    assert written["glasses"].isna().tolist() == [False, False, True, False]
    notes = json.loads(paths[2].read_text())
    assert notes == [f"4 pictures of {folder}, named by picture in {folder.parent / 'my.csv'}."]


def test_the_digest_is_of_the_content(folder, tmp_path, rng):
    digests = []
    for _ in range(2):
        paths = [tmp_path / name for name in ("samples.parquet", "factors.parquet", "notes.json")]
        write_image_table(build_image_table(folder, table(folder)), *paths)
        digests.append(dataset_digest(paths[0]))
        save(folder / "c.jpg", rng)
    assert digests[0] != digests[1]


def test_names_may_lack_the_suffix(folder):
    assert build_image_table(folder, table(folder, ["c", "a/2", "b/1", "a/1.png"])).files[:2].tolist() == [
        "c.jpg",
        "a/2.pgm",
    ]


def test_pictures_may_lie_in_an_archive(folder, tmp_path):
    with zipfile.ZipFile(tmp_path / "all.zip", "w") as archive:
        for name in NAMES:
            archive.write(folder / name, name)
    whole = build_image_table(folder, table(folder))
    assert build_image_table(tmp_path / "all.zip", table(folder)).digest == whole.digest


def test_a_named_column_is_taken(folder):
    path = table(folder, other=["x", "x", "x", "c.jpg"])
    with pytest.raises(ExoprobeError, match=r"3 missing \(x, x, x\); 3 not listed \(a/1.png, a/2"):
        build_image_table(folder, path, column="other")
    with pytest.raises(ExoprobeError, match="images.column is 'pictur', but .* did you mean picture"):
        build_image_table(folder, path, column="pictur")


def test_a_table_that_names_no_picture_is_refused(folder):
    path = table(folder, ["w.png", "x.png", "y.png", "z.png"])
    with pytest.raises(ExoprobeError, match=r"no column names pictures of .* a/1.png, .* …; .*picture='w.png'"):
        build_image_table(folder, path)


@pytest.fixture
def faulty(folder, rng):
    (folder / "a/2.pgm").write_bytes((folder / "a/2.pgm").read_bytes()[:50])
    (folder / "copy.png").write_bytes((folder / "a/1.png").read_bytes())
    save(folder / "new.png", rng)
    return table(folder, [*NAMES, "c.jpg", "lost.png", "copy.png"])


def test_faults_are_refused_with_counts_and_examples(folder, faulty):
    with pytest.raises(ExoprobeError) as raised:
        build_image_table(folder, faulty)
    assert str(raised.value) == (
        f"{folder}: 1 missing (lost.png); 1 listed twice (c.jpg); 1 not listed (new.png); 1 unreadable (a/2.pgm); "
        "1 the same as another (copy.png). Mend the folder, or set images.bad_images to leave_out"
    )


def test_faults_can_be_left_out(folder, faulty):
    pictures = build_image_table(folder, faulty, bad_images="leave_out")
    assert pictures.files.tolist() == ["b/1.png", "a/1.png", "c.jpg"]
    assert len(pictures.factors) == 3
    assert pictures.notes[1].startswith("Left out: 1 missing (lost.png); 1 listed twice")


def test_rows_without_a_picture_are_refused(folder):
    with pytest.raises(ExoprobeError, match=r"my.csv: line 4 names no picture in picture"):
        build_image_table(folder, table(folder, ["c.jpg", "a/1.png", None, "b/1.png"]))


def test_a_folder_without_a_readable_picture_is_refused(folder):
    for name in NAMES:
        (folder / name).write_text("no picture")
    with pytest.raises(ExoprobeError, match="no picture is left"):
        build_image_table(folder, table(folder), bad_images="leave_out")
