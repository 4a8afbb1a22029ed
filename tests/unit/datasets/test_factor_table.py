import numpy as np
import pandas as pd
import pytest

from exoprobe.datasets.factor_table import read_factor_table
from exoprobe.datasets.samples import write_samples
from exoprobe.datasets.table_columns import FACTOR_TABLES
from exoprobe.errors import ExoprobeError


def test_csv_and_parquet_give_the_same_columns(tmp_path):
    frame = pd.DataFrame(
        {"who": ["a", "b"], "age": [1.5, np.nan], "glasses": ["None", "sun"], "smiling": [True, False]}
    )
    frame.to_csv(tmp_path / "a.csv")  # with pandas's index
    frame.to_parquet(tmp_path / "a.parquet")
    for name in ("a.csv", "a.parquet"):
        table = read_factor_table(tmp_path / name)
        pd.testing.assert_frame_equal(table.reset_index(drop=True), frame, check_dtype=False)


def test_what_names_something_stays_text(tmp_path):
    (tmp_path / "a.csv").write_text("who,n\n007,1\n7,\n")
    table = read_factor_table(tmp_path / "a.csv", {"who"})
    assert table["who"].tolist() == ["007", "7"]
    assert table["n"].isna().tolist() == [False, True]


def test_images_and_lists_are_no_factors(tmp_path):
    splits = np.array(["train", "train"])
    columns = {"sample_id": np.arange(2), "angle": np.array([1.0, 2.0]), "group": np.arange(2), "split": splits}
    write_samples(tmp_path / "own.parquet", {**columns, "image": np.zeros((2, 3, 3), np.uint8)})
    assert list(read_factor_table(tmp_path / "own.parquet")) == list(columns)
    pd.DataFrame({"a": [1, 2], "e": [[1.0], [2.0]]}).to_parquet(tmp_path / "lists.parquet")
    assert list(read_factor_table(tmp_path / "lists.parquet")) == ["a"]


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.csv", b"", "{} is empty; its first line must name the columns"),
        ("a.csv", b"a,b\n", "{} has no rows; it needs one per sample"),
        ("a.csv", b"a,a\n1,2\n", "{}: two columns are called 'a'; rename one"),
        (
            "a.xls",
            b"x",
            f"{{}}: factors must be in {', '.join(FACTOR_TABLES)}; its name ends in none of them",
        ),
    ],
)
def test_what_is_no_table_is_refused_in_one_sentence(tmp_path, name, content, message):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(ExoprobeError) as error:
        read_factor_table(tmp_path / name)
    assert str(error.value) == message.format(tmp_path / name)


@pytest.mark.parametrize("name", ["a.csv", "a.parquet"])
def test_a_damaged_table_is_refused_by_name(tmp_path, name):
    (tmp_path / name).write_bytes(b"\xff\xfe\x00PAR1")
    with pytest.raises(ExoprobeError, match=f"{name} (cannot be read as|is not in UTF-8)"):
        read_factor_table(tmp_path / name)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (
            "a,b\n1,2\nSmith, J,3\n",
            "line 3 has 3 fields, but the first line names 2; quote a text that holds a comma",
        ),
        ("a,b,c\n1,2,3\n4,5\n", "line 3 has 2 fields, but the first line names 3; give every line as many"),
    ],
)
def test_rows_of_other_lengths_are_refused_not_moved(tmp_path, content, message):
    path = tmp_path / "a.csv"
    path.write_text(content)
    with pytest.raises(ExoprobeError) as error:
        read_factor_table(path)
    assert str(error.value) == f"{path}: {message}"
