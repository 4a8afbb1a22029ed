import pytest

from exoprobe.io.code_digest import imported_files

NESTED = """
from exoprobe import b
if b:
    pass
else:
    from exoprobe import one
try:
    with b:
        from exoprobe import two
except ValueError:
    import exoprobe.three
match b:
    case 1:
        from exoprobe import four
"""


def test_imports_are_followed_through_modules_and_others_are_ignored(tmp_path):
    package = tmp_path / "exoprobe"
    (package / "deep").mkdir(parents=True)
    files = {
        "__init__.py": "",
        "deep/__init__.py": "",
        "deep/a.py": "import numpy\nfrom exoprobe.b import thing\n",
        "b.py": "def f():\n    import exoprobe.late\n",
        "late.py": NESTED,
        "one.py": "",
        "two.py": "",
        "three.py": "",
        "four.py": "",
        "unused.py": "",
    }
    for name, content in files.items():
        (package / name).write_text(content)
    script = tmp_path / "script.py"
    script.write_text("from exoprobe.deep import a\nimport exoprobe_other\n")
    found = imported_files(script, tmp_path)
    assert found[0] == script
    assert {str(file.relative_to(package)) for file in found[1:]} == set(files) - {"unused.py"}


def test_relative_imports_are_followed(tmp_path):
    package = tmp_path / "exoprobe"
    (package / "deep" / "deeper").mkdir(parents=True)
    files = {
        "__init__.py": "",
        "deep/__init__.py": "from . import beside\n",
        "deep/beside.py": "from .deeper.below import thing\n",
        "deep/deeper/__init__.py": "",
        "deep/deeper/below.py": "from ... import top\nfrom ..uncle import thing\n",
        "deep/uncle.py": "",
        "top.py": "",
        "beside.py": "",
    }
    for name, content in files.items():
        (package / name).write_text(content)
    script = tmp_path / "script.py"
    script.write_text("import exoprobe.deep\n")
    found = {str(file.relative_to(package)) for file in imported_files(script, tmp_path)[1:]}
    assert found == set(files) - {"beside.py"}


def test_a_figure_does_not_depend_on_training(root):
    library = root / "src"
    names = {file.name for file in imported_files(library / "exoprobe" / "plots" / "scree.py", library)}
    assert {"scree.py", "spectrum.py", "feature_file.py", "style.py", "errors.py"} <= names
    assert "loop.py" not in names


@pytest.mark.parametrize("script", ["extract.py", "extract_faces.py"])
def test_an_extraction_depends_on_no_training_and_on_no_network_that_it_does_not_use(root, script):
    library = root / "src"
    files = imported_files(root / "workflow" / "scripts" / script, library)
    names = {file.name for file in files}
    assert names & {"extraction.py", "image_features.py"}
    assert not names & {"loop.py", "solvers.py", "objective.py", "lenet.py", "dlib_resnet.py", "vgg_face.py"}
