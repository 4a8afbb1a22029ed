"""What lets data become code or a shell command appears nowhere but where it is guarded."""

import ast
import re

import pytest

# What may run what it reads, write where an archive says, or hand a string to a shell.
FORBIDDEN = {
    "eval",
    "exec",
    "os.system",
    "os.popen",
    "pickle.load",
    "pickle.loads",
    "pd.read_pickle",
    "joblib.load",
    "yaml.load",
    "yaml.unsafe_load",
    "yaml.full_load",
    "dill.load",
    "marshal.loads",
    "shelve.open",
    "extractall",
    "extract",
    "unpack_archive",
    "shutil.unpack_archive",
}
GUARDED = {
    ("digit_sources.py", "pickle.loads"),  # of a wheel whose SHA-256 is pinned
}


def python_files(root):
    return sorted((root / "src").rglob("*.py"))


def calls(file):
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call):
            keywords = {word.arg: ast.unparse(word.value) for word in node.keywords}
            yield ast.unparse(node.func), keywords


def test_nothing_that_runs_what_it_reads_is_called(root):
    found = {
        (file.name, name)
        for file in python_files(root)
        for name, _ in calls(file)
        if name in FORBIDDEN or name.rsplit(".", 1)[-1] in ("extractall", "extract", "unpack_archive")
    }
    assert found == GUARDED


def test_torch_and_numpy_read_no_pickles(root):
    for file in python_files(root):
        for name, keywords in calls(file):
            if name == "torch.load":
                assert keywords.get("weights_only") == "True", file
            assert keywords.get("allow_pickle", "False") == "False", file
            assert keywords.get("shell", "False") == "False", file


@pytest.mark.parametrize("directive", ["shell", "run", "wrapper", "notebook"])
def test_no_rule_hands_a_string_to_a_shell(root, directive):
    for file in [root / "Snakefile", *sorted((root / "workflow" / "rules").glob("*.smk"))]:
        assert not re.search(rf"^\s+{directive}:", file.read_text(encoding="utf-8"), re.MULTILINE), file
