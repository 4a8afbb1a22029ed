"""The command and Python: what they take, refuse, and leave behind."""

import json
import os
import re
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest

import exoprobe
from exoprobe import cli
from exoprobe.api import _by_name
from exoprobe.audit_result import check_folder
from exoprobe.datasets.user_inputs import as_factor_file, as_feature_file
from exoprobe.errors import ExoprobeError
from exoprobe.provenance import git_commit, versions
from tests import pictures

BLOCKED = (
    *("snakemake", "dlib", "onnx", "onnxruntime", "torchvision", "matplotlib", "PIL", "yaml", "jsonschema"),
    *("requests", "urllib3", "playwright", "pytorch_metric_learning", "aiohttp", "fsspec", "s3fs"),
)
WITHOUT = """
import sys
sys.modules.update(dict.fromkeys({blocked!r}))
from exoprobe.cli import main
sys.exit(main({arguments!r}))
"""


@pytest.fixture
def files(tmp_path, rng):
    """Features and factors of 50 people, the fewest that are cross-validated in no more than five folds."""
    people = np.repeat(np.arange(50), 2)
    np.save(tmp_path / "my.npy", rng.normal(size=(100, 3)))
    glasses = np.where(rng.random(100) < 0.5, "yes", "no")
    pd.DataFrame({"person": people, "glasses": glasses}).to_csv(tmp_path / "my.csv", index=False)
    return tmp_path


def run(files, *arguments):
    given = ["audit", str(files / "my.npy"), str(files / "my.csv"), "--group", "person", "--out", str(files / "out")]
    return cli.main([*given, *arguments])


def test_an_audit_needs_neither_snakemake_nor_the_extras(files, root):
    arguments = ["audit", "my.npy", "my.csv", "--group", "person", "--threads", "1", "--permutations", "19"]
    code = WITHOUT.format(blocked=BLOCKED, arguments=arguments)
    environment = {**os.environ, "PYTHONPATH": str(root / "src")}
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=files, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == cli.DONE, done.stderr
    assert "glasses from my, skill" in done.stdout
    assert done.stdout.splitlines()[-1] == "exoprobe-audit/index.html"
    assert not list((files / "exoprobe-audit").glob(".*"))
    folder = str(files / "exoprobe-audit")
    assert cli.main(["check", folder, "--baseline", folder]) == 0  # itself, group by group
    result = exoprobe.load_results(files / "exoprobe-audit")
    assert result.verdicts["factor"].tolist() == ["glasses"]
    assert result.scores["representation"].unique().tolist() == ["features"]
    assert "<table" in result._repr_html_()
    assert "glasses" in repr(result)
    provenance = json.loads((files / "exoprobe-audit/provenance.json").read_text())
    assert provenance["threads"] == 1
    assert set(provenance["inputs"]) == {"features: my.npy", "factors: my.csv"}
    assert 'id="provenance"' in result.page


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--label", "persn"], "label is 'persn', but"),
        (["--margin", "2"], "margin is 2.0; it must be less than 1"),
        (["--kinds", "glasses=text"], "kinds.glasses is 'text'; allowed: binary"),
        (["--columns", "person"], "columns[0] is 'person', the group column"),
    ],
)
def test_a_refused_input_ends_with_1_and_one_sentence(files, capsys, arguments, message):
    assert run(files, *arguments) == cli.REFUSED
    error = capsys.readouterr().err
    assert error.startswith(f"exoprobe: {message}")
    assert error.count("\n") == 1
    assert not (files / "out").exists()


def test_a_missing_file_is_named(files, capsys):
    (files / "my.npy").unlink()
    assert run(files) == cli.REFUSED
    assert f"features is '{files / 'my.npy'}'; it does not exist" in capsys.readouterr().err


def test_wrong_usage_ends_with_2(capsys):
    for arguments in (["audit"], ["audit", "my.npy"], ["audit", "a.npy", "b.csv", "--kinds", "x"], ["what"]):
        with pytest.raises(SystemExit) as ended:
            cli.main(arguments)
        assert ended.value.code == 2
    assert capsys.readouterr().err


def test_an_interruption_ends_with_130(files, capsys, monkeypatch):
    def interrupt(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr("exoprobe.api.audit", interrupt)
    assert run(files) == cli.INTERRUPTED
    assert capsys.readouterr().err == "exoprobe: interrupted\n"


def test_a_folder_of_other_files_is_refused(files, capsys):
    (files / "out").mkdir()
    (files / "out" / "thesis.tex").write_text("")
    assert run(files) == cli.REFUSED
    assert "holds other files (thesis.tex)" in capsys.readouterr().err


def test_results_of_other_inputs_are_refused(files, capsys):
    (files / "out").mkdir()
    for name in ("metadata.json", "verdicts.csv", "provenance.json"):
        (files / "out" / name).write_text("{}")
    check_folder(files / "out")
    assert run(files) == cli.REFUSED
    assert "holds the results of other inputs or settings" in capsys.readouterr().err


def test_seeds_and_names_that_look_alike_stay_apart(rng):
    people, sites = np.repeat(np.arange(50), 2), rng.choice(["x", "y"], 100)
    first, second, other = (rng.normal(size=(100, 4)).astype(np.float32) for _ in range(3))
    factors = {"person": people, "site": sites, "first": first[:, 0], "second": second[:, 0], "other": other[:, 0]}
    settings = {"group": "person", "permutations": 199, "erase": "none", "threads": 1}
    result = exoprobe.audit({"a": exoprobe.Seeds(np.stack([first, second])), "a_1": other}, factors, **settings)
    skill = result.verdicts.set_index(["representation", "factor"])["skill"]
    assert skill["a_1", "other"] > 0.9 > skill["a", "second"] > 0.3


def test_results_name_no_temporary_file(rng):
    ids = [f"s{row}" for row in range(100)]
    features = pd.DataFrame(rng.normal(size=(100, 4))).add_prefix("c").assign(sample=ids, row=np.arange(100))
    table = pd.DataFrame({"sample": ids[:90], "site": rng.choice(["x", "y"], 90)})
    result = exoprobe.audit(features, table, id="sample", permutations=19, erase="none", threads=1)
    noted = result.files["metadata.json"].decode() + result.page
    assert "10 of features.parquet" in noted
    assert "features.parquet: column row is no feature" in noted
    assert "/exoprobe-" not in noted


def test_threads_are_at_least_one(files):
    with pytest.raises(ExoprobeError, match="threads is -1; it must be at least 1"):
        exoprobe.audit(files / "my.npy", files / "my.csv", threads=-1)


def test_lists_of_features_are_refused_with_what_to_give():
    with pytest.raises(ExoprobeError, match=r"give a dict of names .* or Seeds"):
        _by_name([np.zeros((2, 2))], ())
    with pytest.raises(ExoprobeError, match=r"features net is a list; .* Seeds"):
        _by_name({"net": [np.zeros((2, 2))]}, ())
    named = _by_name({"net 1": exoprobe.Seeds(["a.npy", "b.npy"]), "zero": "c.npy"}, ["zero"])
    assert {name: (entry.title, entry.seeds, entry.control) for name, entry in named.items()} == {
        "net_1": ("net 1", 2, False),
        "zero": ("zero", 1, True),
    }


def test_tensors_and_tables_become_files(tmp_path):
    torch = pytest.importorskip("torch")
    file = as_feature_file(torch.ones(3, 2, dtype=torch.bfloat16), "net", tmp_path, None)
    assert file.given == "tensor of 3 × 2"
    np.testing.assert_array_equal(np.load(file.path), np.ones((3, 2)))
    table = pd.DataFrame({"person": [1, 2], "site": pd.Categorical(["x", "y"])}, index=pd.Index([7, 8], name="image"))
    written = pd.read_parquet(as_factor_file(table, tmp_path, ["person", "image"]).path)
    assert written.to_dict("list") == {"image": ["7", "8"], "person": ["1", "2"], "site": ["x", "y"]}
    with pytest.raises(ExoprobeError, match="an array holds no ids"):
        as_feature_file(np.ones((3, 2)), "net", tmp_path, "image")
    with pytest.raises(ExoprobeError, match="features must be numbers"):
        as_feature_file(np.array([["a"]]), "net", tmp_path, None)


def test_versions_and_commit_are_known(root):
    assert {"exoprobe", "python", "numpy", "torch"} <= set(versions())
    assert (git_commit() is not None) == (root / ".git").exists()


def test_the_demo_writes_a_page_and_says_what_it_found(tmp_path, capsys):
    assert cli.main(["demo", "--out", str(tmp_path / "demo"), "--quiet"]) == cli.DONE
    headline, *findings, page = capsys.readouterr().out.splitlines()
    assert page == str(tmp_path / "demo" / "index.html")
    assert headline.startswith("channel leaks")
    assert len(findings) == 3
    shown = pictures.read_notes()[pictures.SCREEN]  # of README's picture
    number = re.compile(r"\d\.\d+")
    for now, then in zip([headline, *findings], shown, strict=True):
        assert number.sub("", now) == number.sub("", then), "python -m tests.pictures"
        assert [float(n) for n in number.findall(now)] == pytest.approx(
            [float(n) for n in number.findall(then)], abs=0.02
        )
    result = exoprobe.load_results(tmp_path / "demo")
    assert result.verdicts.query("control")["representation"].unique().tolist() == ["random_projection"]
    assert len(result.tables["erasure"]) > 0
    erasers = [name for name in result.files if name.endswith("/channel.safetensors")]
    assert set(result.tables["erasure"]["file"]) >= {name.removeprefix("erasers/") for name in erasers}
    assert len(erasers) == 2


def test_a_command_erases_what_an_eraser_erases(tmp_path, rng, capsys):
    features, sex = rng.normal(size=(50, 4)).astype(np.float32), rng.integers(0, 2, 50)
    np.save(tmp_path / "my.npy", features)
    eraser = exoprobe.Eraser().fit(features, sex)
    eraser.save(tmp_path / "sex.safetensors")
    command = ["erase", str(tmp_path / "my.npy"), "--eraser", str(tmp_path / "sex.safetensors"), "--out"]
    assert cli.main([*command, str(tmp_path / "out.npy")]) == cli.DONE
    np.testing.assert_array_equal(np.load(tmp_path / "out.npy"), eraser.transform(features))
    assert cli.main([*command, str(tmp_path / "out.csv")]) == cli.REFUSED
    assert "its name must end in .npy" in capsys.readouterr().err
