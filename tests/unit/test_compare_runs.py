"""Which numbers moved between two runs, on tables small enough to check by hand."""

import json

import pandas as pd
import pytest

from benchmarks.golden import compare_tables, key_columns, main, relative_change


def scores(**changed):
    columns = {"factor": ["yaw", "age"], "probe": ["linear", "linear"], "skill": [0.5, 0.2], "rows": [40, 40]}
    return pd.DataFrame({**columns, **changed})


@pytest.fixture
def runs(tmp_path):
    """Two folders, and a function that writes a table into one of them."""
    for name in ("before", "after"):
        (tmp_path / name / "figures").mkdir(parents=True)

    def write(run, name, table):
        table.to_csv(tmp_path / run / name, index=False)

    return [str(tmp_path / name) for name in ("before", "after")], write


def test_equal_tables_have_no_differences():
    assert compare_tables(scores(), scores()).empty


def test_a_number_that_moved_is_listed_with_its_row_and_relative_change():
    (row,) = compare_tables(scores(), scores(skill=[0.5, 0.25])).itertuples(index=False)
    assert (row.row, row.column, row.before, row.after) == ("factor=age", "skill", 0.2, 0.25)
    assert row.change == pytest.approx(0.25)  # 0.05 / 0.2


def test_rows_are_joined_by_key_not_by_order():
    assert compare_tables(scores(), scores().iloc[::-1]).empty


def test_rows_and_columns_of_one_table_only_are_listed():
    after = scores(factor=["yaw", "sex"]).drop(columns="rows").assign(p=[0.1, 0.2])
    moved = compare_tables(scores(), after)
    assert set(zip(moved["row"], moved["column"], moved["before"], moved["after"], strict=True)) == {
        ("", "rows", "only before", ""),
        ("", "p", "", "only after"),
        ("factor=age", "", "only before", ""),
        ("factor=sex", "", "", "only after"),
    }


def test_text_and_whole_numbers_beside_the_key_are_values():
    before, after = scores(verdict=["leaks", "leaks"]), scores(verdict=["leaks", "no"], rows=[40, 50])
    moved = compare_tables(before, after).set_index("column")
    assert moved.loc["rows", "change"] == pytest.approx(0.25)  # 10 / 40
    assert moved.loc["verdict", "change"] == float("inf")
    assert set(moved["row"]) == {"factor=age"}


def test_keys_are_the_first_columns_that_tell_rows_apart():
    table = pd.DataFrame({"a": [1, 1, 2], "b": ["x", "y", "x"], "c": ["u", "u", "u"], "d": [0.5, 0.5, 0.5]})
    assert key_columns(table, table) == ["a", "b"]


def test_a_column_that_holds_whole_numbers_by_chance_is_no_key():
    before = pd.DataFrame({"error": [1, 2], "name": ["a", "b"]})
    after = pd.DataFrame({"error": [1.5, 2.0], "name": ["a", "b"]})
    assert key_columns(before, after) == ["name"]
    assert compare_tables(before, after)["change"].tolist() == [0.5]


def test_rows_of_the_same_key_are_compared_in_their_order():
    before = pd.DataFrame({"name": ["a", "a"], "value": [1.0, 2.0]})
    after = pd.DataFrame({"name": ["a", "a", "a"], "value": [1.0, 4.0, 5.0]})
    moved = compare_tables(before, after)
    assert moved["row"].tolist() == ["name=a, occurrence=2", "name=a, occurrence=1"]
    assert moved["change"].tolist() == [float("inf"), 1.0]


@pytest.mark.parametrize(
    ("before", "after", "change"),
    [
        (2.0, 2.0, 0),
        (-2.0, -3.0, 0.5),
        (float("nan"), float("nan"), 0),
        (1.0, float("nan"), float("inf")),
        (0.0, 1.0, float("inf")),
        (5e-11, -4e-11, 0),  # both are 0 but for rounding
    ],
)
def test_relative_change(before, after, change):
    (found,) = relative_change(pd.Series([before]).to_numpy(), pd.Series([after]).to_numpy())
    assert found == pytest.approx(change)


def test_the_exit_status_says_whether_anything_moved_beyond_the_tolerance(runs, capsys):
    folders, write = runs
    write("before", "scores.csv", scores())
    write("after", "scores.csv", scores(skill=[0.5, 0.202]))
    assert main(folders) == 1
    assert "factor=age" in capsys.readouterr().out
    assert main([*folders, "--tolerance", "0.02"]) == 0
    assert "nothing moved" in capsys.readouterr().out


def test_files_in_subfolders_are_compared_and_missing_ones_listed(runs, capsys):
    folders, write = runs
    write("before", "figures/a.csv", scores())
    write("after", "figures/a.csv", scores())
    write("after", "b.csv", scores())
    assert main(folders) == 1
    assert "b.csv: 1 differences" in capsys.readouterr().out


def test_renamed_files_columns_and_values_are_joined(runs, tmp_path):
    folders, write = runs
    write("before", "figures/readouts.csv", scores().rename(columns={"probe": "readout"}).replace("linear", "lin"))
    write("after", "probes.csv", scores())
    assert main(folders) == 1
    renames = {"figures/readouts.csv": "probes.csv", "readout": "probe", "lin": "linear"}
    (tmp_path / "renames.json").write_text(json.dumps(renames))
    assert main([*folders, "--renames", str(tmp_path / "renames.json")]) == 0


def test_a_folder_without_tables_is_refused(runs, capsys):
    folders, write = runs
    write("before", "scores.csv", scores())
    with pytest.raises(SystemExit):
        main(folders)
    assert "holds no CSV file" in capsys.readouterr().err
