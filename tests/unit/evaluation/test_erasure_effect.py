from dataclasses import replace

import numpy as np
import pytest

from exoprobe.datasets.factors import Factor
from exoprobe.datasets.folds import Fold
from exoprobe.embeddings.eraser import Eraser
from exoprobe.embeddings.eraser_file import load_eraser
from exoprobe.errors import ExoprobeError
from exoprobe.evaluation.erasure_choice import choose_erasures
from exoprobe.evaluation.erasure_effect import COLUMNS, LEAST_SQUARES, REST, erasure_tables
from exoprobe.evaluation.erasure_rows import erasure_rows
from exoprobe.evaluation.evaluator import Evaluator
from exoprobe.evaluation.probe_files import ProbeFiles
from exoprobe.evaluation.verification import verification
from exoprobe.probes.base import find_probe
from exoprobe.probes.probe_data import FoldData, ProbeData, open_representation
from exoprobe.probes.registry import general_probe_names
from exoprobe.probes.run import probe
from exoprobe.probes.targets import join_targets
from exoprobe.probes.tuning import run_probe
from exoprobe.report import removal_figures
from tests.planted import Planted


def erase(planted, probes=None):
    """Erase every factor in turn."""
    path = planted.write()
    files = (planted.samples, planted.factors_file)
    return erasure_tables(
        open_representation(*files, path), *files, probes or general_probe_names(), label_is_group=True
    )


@pytest.fixture(scope="module")
def tables(tmp_path_factory):
    """Two linear leaks, correlated with each other; a folded one; a number; nothing."""
    planted = Planted(tmp_path_factory.mktemp("planted"), groups=200)
    rng, features = planted.rng, planted.features
    features[:, 0] += 1.5 * planted.binary("glasses")
    first, second = rng.choice([-1, 1], (2, planted.rows))
    features[:, 2] += 2 * first
    features[:, 3] += 2 * second
    planted.add(Factor("product", "binary", (first * second > 0).astype(float), ("no", "yes")))
    age = rng.normal(40, 10, planted.rows)
    features[:, 4] += (age - 40) / 5
    planted.add(Factor("age", "continuous", np.exp(age / 10), scale="ranks"))
    planted.add(Factor("age group", "categorical", np.digitize(age, [35, 45]).astype(float), ("a", "b", "c")))
    planted.binary("nothing")
    return erase(planted)


def of_erased(tables, probe):
    table = tables["erasure"]
    return table[(table["erased"] == table["probed"]) & (table["probe"] == probe)].set_index("erased")


def test_no_linear_probe_is_left_above_its_baseline(tables):
    linear = of_erased(tables, "linear")
    assert (linear.loc[["glasses", "age", "age group"], "skill_before"] > 0.4).all()
    assert linear["at_baseline"].all()
    assert (linear["skill"].abs() < 0.15).all()
    assert (linear.loc[["glasses", "age", "age group"], "change_high"] < -0.2).all()


def test_what_is_folded_in_stays_for_nonlinear_probes(tables):
    mlp = of_erased(tables, "mlp")
    assert mlp.loc["product", "skill"] > 0.4
    assert not mlp.loc["product", "at_baseline"]
    assert mlp.loc["glasses", "skill"] < 0.15


def test_others_lose_what_they_share_with_the_erased_factor(tables):
    table = tables["erasure"]
    others = table[table["erased"] != table["probed"]]
    assert set(others["probe"]) == {LEAST_SQUARES}
    assert len(others) == 5 * 4
    change = others.set_index(["erased", "probed"])["change"]
    assert change["age", "age group"] < -0.3
    assert abs(change["glasses", "age"]) < 0.05
    assert abs(change["age", "glasses"]) < 0.1


def test_recognition_is_measured_before_and_after(tables):
    table = tables["recognition"].set_index(["erased", "measure"])
    before = table.loc[("", "verification_auc")]
    assert before["value"] > 0.8
    assert before["low"] < before["value"] < before["high"]
    assert np.isnan(before["change"])
    assert set(table.index.get_level_values("erased")) == {"", "glasses", "product", "age", "age group", "nothing"}
    glasses = table.loc[("glasses", "verification_auc")]
    assert glasses["change_low"] <= glasses["change"] <= glasses["change_high"]
    assert glasses["change"] > 0  # what varies within a person only stood in the way
    assert "label_accuracy" not in table.index.get_level_values("measure")  # no identity of test was in training


def test_where_all_is_erased_nothing_is_predicted_from_rounding(tmp_path):
    """Twelve categories span more than eight dimensions: an erasure leaves nothing but the mean."""
    planted = Planted(tmp_path, groups=200, dimension=8)
    codes = planted.rng.integers(0, 12, planted.rows)
    planted.features += 3 * planted.rng.normal(size=(12, 8))[codes]
    planted.add(Factor("place", "categorical", codes.astype(float), tuple("abcdefghijkl")))
    table = erase(planted)["erasure"]
    assert (table["skill_before"] > 0.5).all()
    assert table["at_baseline"].all()


def test_where_rows_without_a_value_lie_does_not_matter(tmp_path):
    planted = Planted(tmp_path, groups=600)
    rng, features = planted.rng, planted.features
    age = rng.normal(40, 10, planted.rows)
    features[:, 0] += (age - 40) / 5
    features[:, 1] += 1.5 * planted.binary("glasses")
    unknown = rng.random(planted.rows) < 0.5
    features[unknown, 0] += 20
    planted.add(Factor("age", "continuous", np.where(unknown, np.nan, age)))
    tables = erase(planted)
    others = tables["erasure"].set_index(["erased", "probed"]).loc[("glasses", "age")]
    skill = of_erased(tables, "linear").loc["age", "skill_before"]
    assert skill > 0.4
    assert abs(others["skill_before"].item() - skill) < 0.05
    assert abs(others["skill"].item() - skill) < 0.05


def weak_in_many_dimensions(folder):
    """A binary factor along one of 128 directions, and too few rows to find that direction well."""
    planted = Planted(folder, groups=1000, per_group=1, dimension=128)
    direction = planted.rng.normal(size=128)
    signs = planted.binary("glasses")
    planted.features = planted.rng.normal(size=(1000, 128)) + signs[:, None] * direction / np.linalg.norm(direction)
    return planted


def test_an_eraser_of_too_few_rows_is_not_called_perfect(tmp_path):
    """On the rows that it was fitted on it would be."""
    linear = of_erased(erase(weak_in_many_dimensions(tmp_path), probes=["linear"]), "linear").loc["glasses"]
    assert linear["skill_before"] > 0.3
    assert not linear["at_baseline"]


@pytest.mark.parametrize("folds", [3, 8])
def test_with_folds_every_row_is_scored_once(tmp_path, folds):
    planted = Planted(tmp_path, groups=48, per_group=4)
    planted.features[:, 0] += 2 * planted.binary("glasses")
    planted.binary("nothing")
    planted.split = np.array([f"fold_{number}" for number in planted.group * folds // 48])
    tables = erase(planted, probes=["linear"])
    linear = of_erased(tables, "linear").loc["glasses"]
    assert linear["skill_before"] > 0.6
    assert linear["change"] < -0.3
    assert len(tables["erasure"]) == 2 + 2
    assert set(tables["recognition"]["groups"]) == {24}


def test_what_too_few_groups_hold_is_not_erased(tmp_path):
    planted = Planted(tmp_path, groups=24, per_group=4)
    planted.binary("glasses")
    planted.add(Factor("rare", "binary", (planted.group < 1).astype(float), ("no", "yes")))
    tables = erase(planted, probes=["linear"])
    assert set(tables["erasure"]["erased"]) == {"glasses"}
    planted.factors = planted.factors[1:]
    tables = erase(planted, probes=["linear"])
    assert len(tables["erasure"]) == 0
    assert list(tables["erasure"]) == COLUMNS
    assert set(tables["recognition"]["erased"]) == {""}


def saved(folder, planted, **settings):
    """Erase with the linear probe and keep the erasers."""
    files = (planted.samples, planted.factors_file)
    source = open_representation(*files, planted.write())
    tables = erasure_tables(source, *files, ["linear"], folder=folder / "net", **settings)
    return source, tables


def glasses_and_hat(folder):
    """Two linear leaks that share a direction, and a factor that goes with none."""
    planted = Planted(folder, groups=200)
    planted.features[:, 0] += 2 * planted.binary("glasses")
    planted.features[:, :2] += 1.5 * planted.binary("big hat")[:, None]
    planted.binary("nothing")
    return planted


def test_the_file_gives_the_numbers_of_the_audit(tmp_path):
    source, tables = saved(tmp_path, glasses_and_hat(tmp_path), label_is_group=True)
    table, recognition = tables["erasure"], tables["recognition"].set_index(["erased", "measure"])
    assert set(table["file"]) == {f"net/{name}.safetensors" for name in ("glasses", "big_hat", "nothing")}
    eraser = Eraser.load(tmp_path / "net" / "glasses.safetensors")
    (rows,) = erasure_rows(source, list(source.factors.values()))
    data = ProbeData(source, {"train": rows.eraser, "validation": rows.validation, "test": rows.test})
    stored = np.concatenate([block.numpy() for block in data.stored().blocks()])
    erased = eraser.transform(stored.astype(np.float64))
    data._held = ((erased - data._scaling.mean.numpy()) * data._scaling.factor.numpy()).astype(np.float32)
    fitted = data.fitted_on(rows.train)
    fold = FoldData(Fold("one", rows.train, rows.test, [(rows.train, rows.validation)]), [fitted], fitted)
    factor = source.factors["glasses"].learned_from(rows.known)
    (result,) = run_probe("linear", find_probe("linear"), fold, join_targets([factor]))
    evaluator = Evaluator(tmp_path / "samples.parquet", tmp_path / "factors.parquet", rows.test)
    linear = of_erased(tables, "linear").loc["glasses"]
    assert abs(evaluator.score(0, result.values).value("skill") - linear["skill"]) < 1e-6
    labels = source.labels[rows.test]
    measured = verification(erased[rows.test], labels, source.groups[rows.test], label_is_group=True)
    for measure, estimate in measured.items():
        assert abs(estimate.value - recognition.loc[("glasses", measure), "value"]) < 1e-6


def test_with_folds_the_file_has_what_each_fold_was_judged_by(tmp_path):
    planted = Planted(tmp_path, groups=48, per_group=4)
    planted.features[:, 0] += 2 * planted.binary("glasses")
    planted.split = np.array([f"fold_{number}" for number in planted.group * 3 // 48])
    source, _ = saved(tmp_path, planted)
    path, signs = tmp_path / "net" / "glasses.safetensors", 2 * planted.factors[0].values - 1
    for fold, rows in enumerate(erasure_rows(source, planted.factors)):
        projection, _, _ = load_eraser(path, fold)
        erased = projection.apply(planted.features[rows.eraser])
        centered = signs[rows.eraser] - signs[rows.eraser].mean()
        assert np.abs(centered @ erased / len(erased)).max() < 1e-6
    assert load_eraser(path)[0].rank == 1
    with pytest.raises(ExoprobeError, match="holds no eraser"):
        load_eraser(path, 3)


def test_named_factors_are_erased_together(tmp_path):
    sets = [["glasses"], ["glasses", "big hat"]]
    _, tables = saved(tmp_path, glasses_and_hat(tmp_path), erase=sets)
    table = tables["erasure"].set_index(["erased", "probed", "probe"])
    together = table.loc["glasses + big hat"]
    assert set(together.index) == {("glasses", "linear"), ("big hat", "linear"), ("nothing", LEAST_SQUARES)}
    assert (together["skill"] < 0.2).all()
    assert (together.loc[(["glasses", "big hat"], "linear"), "change"] < -0.3).all()
    assert table.loc[("glasses", "big hat", LEAST_SQUARES), "skill"] > 0.3  # is left where glasses alone are erased
    assert set(table["file"]) == {"net/glasses.safetensors", "net/glasses___big_hat.safetensors"}
    assert Eraser.load(tmp_path / "net/glasses___big_hat.safetensors").projection.rank == 2


@pytest.mark.parametrize(
    ("erase", "control", "expected"),
    [
        ("leaks", False, [["glasses"]]),
        ("leaks", True, []),
        ("all", True, [["glasses"], ["age"], ["nothing"]]),
        ("none", False, []),
        (["nothing"], False, [["glasses"], ["nothing"]]),
        (["nothing", "age"], True, [["age"], ["nothing"], ["nothing", "age"]]),
    ],
)
def test_what_leaks_or_is_named_is_erased(leaking, erase, control, expected):
    dataset, files = leaking
    assert choose_erasures(erase, *dataset, replace(files, control=control), 0.1) == expected


def test_what_is_no_factor_cannot_be_erased(leaking):
    dataset, files = leaking
    with pytest.raises(ExoprobeError, match=r"erase: 'sex' is no factor here; the factors are glasses, age, nothing"):
        choose_erasures(["age", "sex"], *dataset, files, 0.1)


@pytest.fixture(scope="module")
def leaking(tmp_path_factory):
    """A leak, a trace and nothing, with the linear probe's predictions."""
    planted = Planted(tmp_path_factory.mktemp("leaking"), groups=200)
    planted.features[:, 0] += 2 * planted.binary("glasses")
    planted.features[:, 1] += 0.2 * planted.binary("age")
    planted.binary("nothing")
    path = planted.write()
    dataset = planted.samples, planted.factors_file
    paths = {name: path.with_name(f"{name}.parquet") for name in ("predictions", "search", "selectivity")}
    probe(open_representation(*dataset, path), paths, probes={"linear": None})
    return dataset, ProbeFiles([paths["predictions"]], [paths["search"]], [], False)


def test_all_but_the_label_leaves_no_probe_a_leak_and_the_label_itself(tmp_path):
    """A folded leak, which LEACE cannot erase, lies beside the label's directions."""
    planted = Planted(tmp_path, groups=240, dimension=8)
    label = planted.columns["label"] = planted.rng.integers(0, 3, planted.rows)
    planted.features[:, :3] += 5 * np.eye(3)[label]
    first, second = planted.rng.choice([-1, 1], (2, planted.rows))
    planted.features[:, 4:6] += 6 * np.stack([first, second], axis=1)
    planted.add(Factor("folded", "binary", (first * second > 0).astype(float), ("no", "yes")))
    planted.features[:, 6] += 3 * planted.binary("glasses")
    files = (planted.samples, planted.factors_file)
    source = open_representation(*files, planted.write())
    tables = erasure_tables(source, *files, ["linear", "knn"], label="cell", folder=tmp_path / "net")
    table = tables["erasure"].set_index(["erased", "probed", "probe"])
    assert table["skill_before"]["folded", "folded", "knn"] > 0.8
    assert table["skill"]["folded", "folded", "knn"] > 0.8
    for factor in ("folded", "glasses"):
        for name in ("linear", "knn"):
            assert table["skill_low"]["all but cell", factor, name] < 0.1
            assert table["skill"]["all but cell", factor, name] < 0.15
    assert table["file"]["all but cell", "folded", "knn"] == "net/all_but_cell.safetensors"
    accuracy = tables["recognition"].set_index(["erased", "measure"])["value"]
    assert accuracy["all but cell", "label_accuracy"] > accuracy["", "label_accuracy"] - 0.02 > 0.9
    assert Eraser.load(tmp_path / "net" / "all_but_cell.safetensors").projection.rank == 8 - 2


def test_labels_that_are_as_many_as_dimensions_leave_nothing_to_erase(tmp_path):
    planted = Planted(tmp_path, groups=120, dimension=4)
    planted.columns["label"] = planted.rng.integers(0, 5, planted.rows)
    planted.features[:, 0] += 3 * planted.binary("glasses")
    files = (planted.samples, planted.factors_file)
    source = open_representation(*files, planted.write())
    tables = erasure_tables(source, *files, ["linear"], label="cell")
    assert set(tables["erasure"]["erased"]) == {"glasses"}


def test_the_page_looks_for_the_words_of_the_tables():
    assert (removal_figures.REST, removal_figures.LEAST_SQUARES) == (REST, LEAST_SQUARES)
