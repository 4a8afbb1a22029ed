import pytest

from exoprobe.config.config_file import check_command_line, check_config_file, with_defaults
from exoprobe.errors import ExoprobeError


@pytest.fixture
def path(tmp_path):
    return tmp_path / "c.yaml"


def test_the_shipped_file_is_taken(root):
    check_config_file(root / "config.yaml")


def test_json_is_taken(path):
    path.write_text('{"seeds": [0], "digits": {"counts": {"train": 1}}}')
    check_config_file(path)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "must hold keys and their values; it is empty"),
        ("# nothing\n", "must hold keys and their values; it is empty"),
        ("- seeds\n", "must hold keys and their values; it does not"),
        ("seeds: [0\nsolver: fast\n", ", line 2: not YAML (expected ',' or ']'"),
        ("\tseeds: [0]\n", ", line 1: not YAML (found character '\\t'"),
        ("seeds: *none\n", ", line 1: not YAML (found undefined alias"),
        ("seeds: [0]\nseeds: [1]\n", ", line 2: seeds is there twice, first in line 1"),
        ("a:\n  b:\n    c: 1\n    d: 1\n    c: 2\n", ", line 5: a.b.c is there twice, first in line 3"),
        ("a: [{b: 1}, {b: 1, b: 2}]\n", ", line 1: a[1].b is there twice"),
        ("__use_yte__: true\nx: ?f()\n", ", line 1: __use_yte__ is not a known key; a configuration runs no code"),
        ("5: x\n", ", line 1: 5 is a key, but not text; quote it"),
        ("a: {yes: 1}\n", ", line 1: yes is a key, but not text; quote it"),
        ("? [a]\n: 1\n", ", line 1: […] is a key, but not text; quote it"),
        ("a: 1\n---\na: 2\n", "line 2: not YAML (but found another document)"),
        ('"a\\e[31m\\nb": 1\n"a\\e[31m\\nb": 2\n', "line 2: a\\x1b[31m b is there twice"),
    ],
)
def test_a_file_that_is_no_configuration_is_refused_in_one_line(path, content, message):
    path.write_text(content)
    with pytest.raises(ExoprobeError) as error:
        check_config_file(path)
    assert str(error.value).startswith(str(path))
    assert message in str(error.value)
    assert str(error.value).isprintable()


def test_a_file_that_is_no_text_is_refused(path):
    path.write_bytes(b"seeds: [0]\n\xff\xfe")
    with pytest.raises(ExoprobeError, match=r"c.yaml is not text \(byte 11 is 0xff\)"):
        check_config_file(path)


def test_a_folder_is_refused(tmp_path):
    with pytest.raises(ExoprobeError, match="cannot be read"):
        check_config_file(tmp_path)


def test_what_a_configuration_leaves_out_is_filled_in_key_by_key(tmp_path):
    path = tmp_path / "shipped.yaml"
    path.write_text("a: 1\nb: {c: 2, d: {e: 3}}\nf: [1]\n")
    given = {"b": {"c": 5}, "f": [2], "g": 7}
    assert with_defaults(given, path) == {"a": 1, "b": {"c": 5, "d": {"e": 3}}, "f": [2], "g": 7}
    assert given == {"b": {"c": 5}, "f": [2], "g": 7}


def test_sections_of_the_working_folder_s_file_are_whole(tmp_path):
    shipped, own = tmp_path / "shipped.yaml", tmp_path / "config.yaml"
    shipped.write_text("networks: {lenet: 1, center: 2}\naudit: {rows: 3, factors: null}\n")
    own.write_text("networks: {lenet: 5}\n")
    given = {"networks": {"lenet": 5}, "audit": {"rows": 7}}
    expected = {"networks": {"lenet": 5}, "audit": {"rows": 7, "factors": None}}
    assert with_defaults(given, shipped, own) == expected


@pytest.mark.parametrize(
    "twice",
    [
        ["--config", "features=f.npy", "--config", "factors=t.csv"],
        ["-C", "features=f.npy", "--cores", "2", "-C", "group=person"],
        ["--config=features=f.npy", "--config", "group=person"],
    ],
)
def test_values_behind_a_second_config_are_not_lost_without_a_word(twice):
    with pytest.raises(ExoprobeError, match="--config is given 2 times, .*; give all values behind one"):
        check_command_line(["snakemake", "audit", *twice])


def test_configuration_files_and_one_config_are_taken():
    check_command_line(["snakemake", "--configfile", "a.yaml", "--configfiles", "b.yaml", "--config", "a=1", "b=2"])
