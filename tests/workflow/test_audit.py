"""An audit of networks that the default run has trained, from the command line to the page in a browser."""

import json

import pandas as pd
import pytest

from tests.browser import MARKS, parts, settle, show
from tests.workflow.conftest import Project

FEATURES = "results/features/mnist/{}/seed0/ip1.parquet"
# Two networks stand for two training seeds of one.
CONFIG = {
    "representations": {
        "lenets": {"title": "LeNets", "features": [FEATURES.format("lenet"), FEATURES.format("pair_lenet")]}
    },
    "factors": "results/data/mnist/samples.parquet",
    "group": "group",
    "label": "label",
    "split": "split",
    "images": "results/data/mnist/samples.parquet",
    "erase": "all",
}
TABLES = {"audit_tables": 1, "audit_thumbnails": 1, "audit_page": 1}
PROBING = {"probe_factors": 3, "compare_with_given": 2, "erase_factors": 2, **TABLES}
JUDGED = {"audit_metadata": 1, **TABLES}
LIBRARY = "src/exoprobe/"


@pytest.fixture(scope="module")
def audited(finished) -> Project:
    """The target audit has run here."""
    status, output = finished.snakemake(*audit())
    assert status == 0, output
    return finished


def audit(**changes):
    """Return the arguments of a run with some of the section's keys changed."""
    return ("audit", "--config", f"audit={json.dumps({**CONFIG, **changes})}")


def planned(project, *arguments):
    return {rule: count for rule, count in project.planned(*arguments).items() if rule != "audit"}


def test_networks_that_should_ignore_the_angle_encode_it(audited):
    verdicts = pd.read_csv(audited.path("results/audit/verdicts.csv")).set_index("representation")
    assert verdicts.loc["lenets", ["factor", "kind", "verdict"]].tolist() == ["angle", "angle", "leaks"]
    assert verdicts.loc["lenets", "seeds"] == 2
    assert verdicts.loc["lenets", "skill_seed_sd"] > 0
    assert verdicts.loc["random_projection", "control"]
    assert (verdicts["test_groups"] == 100).all()


def test_after_erasing_the_angle_the_linear_probe_finds_nothing(audited):
    erasure = pd.read_csv(audited.path("results/audit/erasure.csv"))
    assert set(erasure["erased"]) == {"angle", "all but label"}
    linear = erasure[(erasure["probe"] == "linear") & (erasure["erased"] == "angle")]
    assert len(linear) == 2
    assert linear["at_baseline"].all()
    recognition = pd.read_csv(audited.path("results/audit/recognition.csv"))
    assert {"label_accuracy", "verification_auc", "equal_error_rate"} == set(recognition["measure"])
    assert recognition.query("representation == 'lenets' and measure == 'label_accuracy'")["value"].min() > 0.5


def test_every_table_has_both_representations(audited):
    for name in (
        "scores",
        "erasure",
        "recognition",
        "structure",
        "scree",
        "geometry",
        "neighbors",
        "subspace",
        "dimensions",
        "sensitivity",
        "learning",
        "description_length",
        "shift",
    ):
        table = pd.read_csv(audited.path(f"results/audit/{name}.csv"))
        assert set(table["representation"]) == {"lenets", "random_projection"}, name


def test_the_page_shows_them_in_a_browser(audited, visit):
    page = visit(audited.path("results/audit/index.html"))
    assert "LeNets" in page.inner_text("section.shown")
    for part in parts(page):
        show(page, part)
        settle(page)
        assert all(page.evaluate(MARKS)), part


def test_a_finished_audit_has_nothing_to_do(audited):
    assert planned(audited, *audit()) == {}


@pytest.mark.parametrize(
    ("file", "rules"),
    [
        (LIBRARY + "report/templates/style.css", {"audit_page": 1}),
        (LIBRARY + "evaluation/verdicts.py", TABLES),
        (LIBRARY + "evaluation/factor_geometry.py", {"describe_structure": 2, **TABLES}),
        (LIBRARY + "probes/mlp_net.py", PROBING),
    ],
)
def test_an_edit_reruns_what_it_concerns(audited, file, rules):
    path = audited.path(file)
    before = path.read_bytes()
    path.write_bytes(before + b"\n/* edited */\n" if path.suffix == ".css" else before + b"\n# edited\n")
    try:
        assert planned(audited, *audit()) == rules
    finally:
        path.write_bytes(before)


@pytest.mark.parametrize(
    ("changes", "rules"),
    [
        ({"margin": 0.2}, {**JUDGED, "measure_sensitivity": 2}),
        ({"permutations": 199}, JUDGED),
    ],
)
def test_a_setting_reruns_what_it_concerns(audited, changes, rules):
    assert planned(audited, *audit(**changes)) == rules
