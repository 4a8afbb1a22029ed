"""The project's words are the field's: a check of identifiers, configuration keys and prose."""

import ast
import re
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]
LIBRARY = sorted((ROOT / "src").rglob("*.py"))
CODE = [*LIBRARY, *sorted((ROOT / "workflow" / "scripts").glob("*.py")), *sorted((ROOT / "benchmarks").glob("*.py"))]
PROSE = sorted(
    [
        *(ROOT / "workflow").rglob("*.smk"),
        *(ROOT / "docs").rglob("*.md"),
        *(ROOT / "workflow").rglob("*.rst"),
        *(ROOT / "src").rglob("templates/*.html"),
        ROOT / "README.md",
        ROOT / "config.yaml",
    ]
)
FOLDERS = sorted({file.parent for file in CODE})

# Words of no field, and what to say instead. They are looked for among the words of every identifier.
IDENTIFIERS = {
    "readout": "probe", "readouts": "probes", "reading": "probe result", "told": "encoded", "tells": "encodes",
    "penalty": "C or alpha", "penalties": "Cs or alphas", "machines": "SVM problems", "waves": "Fourier features",
    "bank": "index", "tested": "test set", "scored": "bootstrap result", "probed": "probe files",
    "measured": "estimate", "people": "identities", "person": "identity", "dealt": "split", "deal": "split",
    "deals": "splits", "rounds": "folds", "element": "dimension or unit", "elements": "dimensions or units",
    "tried": "search results", "looks": "styles or evaluations", "place": "index", "places": "indices",
    "part": "shard, split, chunk or batch", "parts": "shards, splits, chunks or batches",
    "carriers": "factor geometry", "cards": "GPU lock", "settle": "drop untestable",
}  # fmt: skip
UNNAMED = {"one", "some", "own", "every", "found"}  # whole identifiers, which do not say what the thing is
# `probed` is also what a question's own digits are called, in files and configuration.
ALLOWED = {"probed_counts", "probed_samples", "probed_factors"}
KEYS = {
    "of", "beside", "only", "inside", "outside", "people", "rounds", "deal", "deal_seed", "tried", "readouts", "penalty"
}  # fmt: skip
PHRASES = re.compile(
    r"\breadouts?\b|\bcannot tell\b|\btells? (of|as much|more|it)\b|\bshare told\b|\bby heart\b"
    r"|\bread (linearly|from)\b|\bpenalt(y|ies)\b"
)


def words_of(identifier: str) -> list[str]:
    return [word for word in re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", identifier).lower().split("_") if word]


def identifiers(tree: ast.AST) -> set[tuple[int, str]]:
    names = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Name):
            names.add((node.lineno, node.id))
        elif isinstance(node, ast.arg):
            names.add((node.lineno, node.arg))
        elif isinstance(node, ast.FunctionDef | ast.ClassDef):
            names.add((node.lineno, node.name))
        elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "self":
            names.add((node.lineno, node.attr))
    return names


def instead(name: str) -> str | None:
    if name in ALLOWED:
        return None
    if name in UNNAMED:
        return "what it is"
    return next((IDENTIFIERS[word] for word in words_of(name) if word in IDENTIFIERS), None)


def phrases_in(file: Path, text: str) -> list[str]:
    lines = enumerate(text.splitlines(), 1)
    return [f"{file.relative_to(ROOT)}:{number}: {line.strip()}" for number, line in lines if PHRASES.search(line)]


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: str(folder.relative_to(ROOT)))
def test_code_has_the_field_s_words(folder):
    wrong = []
    for file in (file for file in CODE if file.parent == folder):
        text = file.read_text(encoding="utf-8")
        wrong += phrases_in(file, text)
        for line, name in sorted(identifiers(ast.parse(text))):
            if word := instead(name):
                wrong.append(f"{file.relative_to(ROOT)}:{line}: {name}: say {word}")
    assert not wrong, "\n" + "\n".join(wrong)


def test_configuration_keys_are_the_field_s_words():
    def keys(value: object) -> set[str]:
        if isinstance(value, dict):
            return set(value).union(*map(keys, value.values()))
        return set().union(*map(keys, value)) if isinstance(value, list) else set()

    assert not KEYS & keys(yaml.safe_load((ROOT / "config.yaml").read_text(encoding="utf-8")))


def test_prose_has_the_field_s_words():
    wrong = [line for file in PROSE for line in phrases_in(file, file.read_text(encoding="utf-8"))]
    assert not wrong, "\n" + "\n".join(wrong)
