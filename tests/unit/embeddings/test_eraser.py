"""The eraser to take home: what it removes and keeps, how it is given factors, and its files."""

import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import cross_val_score
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import exoprobe
from exoprobe.embeddings.eraser_file import eraser_names, load_eraser
from exoprobe.embeddings.erasure import fit_eraser
from exoprobe.errors import ExoprobeError
from exoprobe.features.blocks import ArrayBlocks
from exoprobe.features.moments import measure_moments

SETTINGS = {"method": "leace", "shrinkage": False, "constrain_cov_trace": False, "svd_tol": 1e-7}


def covariance(features, targets):
    features, targets = np.asarray(features, float), np.asarray(targets, float).reshape(len(features), -1)
    return (features - features.mean(0)).T @ (targets - targets.mean(0)) / len(features)


@pytest.fixture
def data(rng):
    """Features [600, 12] of a sex, a site of three, an age of another scale, and a label that goes with sex."""
    sex = rng.integers(0, 2, 600)
    label = np.where(rng.random(600) < 0.8, sex, 1 - sex)
    site = rng.choice(["a", "b", "c"], 600)
    age = rng.normal(50_000, 10_000, 600)
    features = rng.normal(size=(600, 12)) @ rng.normal(size=(12, 12)) + 5
    features[:, 0] += 3 * sex
    features[:, 1] += 3 * label
    features[:, 2] += 2 * (site == "b")
    features[:, 3] += age / 10_000
    return features, {"sex": sex, "site": site, "age": age}, label


def test_all_factors_given_are_erased_together(data):
    features, factors, _ = data
    eraser = exoprobe.Eraser().fit(features, factors)
    erased = eraser.transform(features)
    assert eraser.projection.rank == 1 + 2 + 1
    targets = np.column_stack([factors["sex"], pd.get_dummies(factors["site"]), factors["age"] / 10_000])
    assert np.abs(covariance(features, targets)).max() > 0.3
    assert np.abs(covariance(erased, targets)).max() < 1e-10
    same = exoprobe.Eraser().fit(features, pd.DataFrame(factors)).transform(features)
    np.testing.assert_array_equal(same, erased)
    listed = exoprobe.Eraser().fit(features, list(factors.values())).transform(features)
    np.testing.assert_array_equal(listed, erased)


def test_one_factor_is_erased_as_in_an_audit(data):
    features, factors, _ = data
    audited = fit_eraser(measure_moments(ArrayBlocks(features), np.eye(2)[factors["sex"]]))
    np.testing.assert_allclose(
        exoprobe.Eraser().fit_transform(features, factors["sex"]), audited.apply(features), rtol=1e-12
    )


def test_the_covariance_with_what_is_kept_stays(data):
    features, factors, label = data
    plain = exoprobe.Eraser().fit(features, factors).transform(features)
    kept = exoprobe.Eraser().fit(features, factors, keep=label).transform(features)
    before = covariance(features, label)
    assert np.abs(covariance(plain, label) - before).max() > 0.05
    assert np.abs(covariance(kept, label) - before).max() < 1e-8
    assert np.abs(covariance(kept, factors["sex"])).max() < 1e-10
    assert np.square(kept - features).sum() > np.square(plain - features).sum()  # LEACE changes least


def test_keeping_is_the_smallest_change_that_keeps(data, rng):
    """Theorem 1 of the paper: any other projection with this kernel and range is farther from the features."""
    features, factors, label = data
    projection = exoprobe.Eraser().fit(features, factors["sex"], keep=label).projection
    gram = covariance(features, features)
    changed = np.trace(projection.left @ projection.right.T @ gram @ projection.right @ projection.left.T)
    spared = np.column_stack([projection.left, covariance(features, label)])
    for _ in range(5):
        other = rng.normal(size=(12, 1))
        other -= spared @ np.linalg.solve(spared.T @ spared, spared.T @ other)  # Aᵀleft = I and Aᵀkept = 0 still
        right = projection.right + 0.01 * other
        assert np.trace(projection.left @ right.T @ gram @ right @ projection.left.T) > changed


def test_only_what_is_kept_is_left(data):
    features, factors, _ = data
    site, constant = factors["site"], np.full((600, 1), 2.0)
    eraser = exoprobe.Eraser().fit(np.hstack([features, constant]), keep=site)
    erased = eraser.transform(np.hstack([features, constant]))
    assert eraser.projection.rank == 13 - 2  # of three classes, two directions are left
    classes = pd.get_dummies(site)
    np.testing.assert_allclose(covariance(erased[:, :12], classes), covariance(features, classes), atol=1e-8)
    assert np.linalg.matrix_rank(erased - erased.mean(0), tol=1e-8) == 2
    np.testing.assert_allclose(eraser.transform(erased), erased, rtol=1e-9, atol=1e-9)
    other = np.hstack([features, constant + 1])  # what did not vary in training is nothing to predict from either
    np.testing.assert_allclose(eraser.transform(other)[:, 12], 2)
    before, after = (LinearDiscriminantAnalysis().fit(x, site).score(x, site) for x in (features, erased[:, :12]))
    assert after > 0.99 * before


def test_what_is_folded_in_is_gone_where_only_the_label_is_kept(rng):
    """A product of two signs, which LEACE leaves to nearest neighbors."""
    first, second, label = rng.integers(0, 2, (3, 1_500))
    features = rng.normal(size=(1_500, 8))
    features[:, :3] += 4 * np.column_stack([first, second, label])
    product, train = first == second, slice(1_000)
    scores = {}
    for name, given in (("leace", {"Z": product[train]}), ("only", {"keep": label[train]})):
        erased = exoprobe.Eraser().fit(features[train], **given).transform(features)
        for what, values in (("product", product), ("label", label)):
            neighbors = KNeighborsClassifier(15).fit(erased[train], values[train])
            scores[name, what] = neighbors.score(erased[1_000:], values[1_000:])
    assert scores["leace", "product"] > 0.7
    assert scores["only", "product"] < 0.6
    assert scores["only", "label"] > 0.95


def test_what_is_erased_cannot_be_kept(data):
    features, factors, _ = data
    with pytest.raises(ExoprobeError, match="keep or erase less"):
        exoprobe.Eraser().fit(features, factors["sex"], keep=1 - factors["sex"])


def test_alpha_removes_a_share(data):
    features, factors, _ = data
    whole = exoprobe.Eraser().fit(features, factors["sex"]).transform(features)
    half = exoprobe.Eraser(alpha=0.5).fit(features, factors["sex"]).transform(features)
    np.testing.assert_allclose(half, (features + whole) / 2, rtol=1e-12)
    with pytest.raises(ExoprobeError, match=r"alpha is 2; it must be from 0 to 1"):
        exoprobe.Eraser(alpha=2).fit(features, factors["sex"]).transform(features)


def test_batches_give_what_all_rows_give(data):
    features, factors, label = data
    numbers = np.column_stack([factors["sex"], factors["age"]]).astype(float)
    whole = exoprobe.Eraser().fit(features, numbers, keep=label.astype(float))
    eraser = exoprobe.Eraser()
    for rows in np.array_split(np.arange(600), 7):
        eraser.partial_fit(features[rows], numbers[rows], keep=label[rows])
    np.testing.assert_allclose(eraser.transform(features), whole.transform(features), rtol=1e-9, atol=1e-9)
    with pytest.raises(ExoprobeError, match="this batch has 3 features"):
        eraser.partial_fit(features[:, :3], numbers, keep=label)
    with pytest.raises(ExoprobeError, match="Z must be numbers in partial_fit"):
        eraser.partial_fit(features, factors["site"])


def test_a_mapped_file_is_erased_in_its_own_type(data, tmp_path):
    features, factors, _ = data
    np.save(tmp_path / "features.npy", features.astype(np.float32))
    mapped = np.load(tmp_path / "features.npy", mmap_mode="r")
    erased = exoprobe.Eraser().fit_transform(mapped, factors["sex"])
    assert erased.dtype == np.float32
    np.testing.assert_allclose(erased, exoprobe.Eraser().fit_transform(features, factors["sex"]), atol=1e-4)


def test_pipelines_of_scikit_learn_take_it(data):
    features, factors, label = data
    erasing = make_pipeline(StandardScaler(), exoprobe.Eraser()).fit(features, factors["sex"])
    assert np.abs(covariance(erasing.transform(features), factors["sex"])).max() < 1e-10
    predicting = make_pipeline(StandardScaler(), exoprobe.Eraser(), LogisticRegression())
    predicting.fit(features, label, eraser__erase=factors["sex"], eraser__keep=label)
    assert np.abs(covariance(predicting[:-1].transform(features), factors["sex"])).max() < 1e-10
    assert predicting.score(features, label) > 0.6
    scores = cross_val_score(clone(predicting), features, label, params={"eraser__erase": factors["sex"]})
    assert len(scores) == 5
    assert clone(predicting.set_params(eraser__alpha=0.3))["eraser"].alpha == 0.3


@pytest.mark.parametrize(
    ("features", "factors", "message"),
    [
        (np.ones(3), [1, 2, 3], "X must be numbers"),
        (np.eye(3), [0.0, 1.0], "Z has 2 rows, X has 3"),
        (np.eye(3), [0.0, np.nan, 1.0], "Z has no finite value in row 1"),
        (np.eye(3), ["a", "b", None], "Z has no value in row 2"),
        (np.eye(3) * np.nan, [0.0, 1.0, 2.0], "X has values that are not finite"),
        (np.eye(3), None, "Z is missing"),
        (np.eye(3), [np.zeros(3), np.zeros(2)], "Z has factors of 3, 2 rows"),
    ],
)
def test_what_cannot_be_erased_is_refused_in_one_sentence(features, factors, message):
    with pytest.raises(ExoprobeError, match=message):
        exoprobe.Eraser().fit(features, factors)


def test_an_eraser_that_is_not_fitted_says_so():
    with pytest.raises(ExoprobeError, match="not fitted"):
        exoprobe.Eraser().transform(np.eye(3))


def test_a_file_gives_the_eraser_back(data, tmp_path):
    features, factors, _ = data
    eraser = exoprobe.Eraser(alpha=0.7).fit(features, factors)
    eraser.save(tmp_path / "both.safetensors")
    loaded = exoprobe.Eraser.load(tmp_path / "both.safetensors")
    np.testing.assert_array_equal(loaded.transform(features), eraser.transform(features))
    projection, alpha, notes = load_eraser(tmp_path / "both.safetensors")
    assert (projection.rank, alpha) == (4, 0.7)
    assert notes.erased == ["sex", "site", "age"]
    assert notes.fitted_on == "600 rows"
    eraser.save(tmp_path / "again.safetensors")
    assert (tmp_path / "again.safetensors").read_bytes() == (tmp_path / "both.safetensors").read_bytes()
    (tmp_path / "damaged.safetensors").write_bytes(b"\x01")
    for name, message in (("damaged", "holds no eraser"), ("absent", "no such file")):
        with pytest.raises(ExoprobeError, match=message):
            exoprobe.Eraser.load(tmp_path / f"{name}.safetensors")


def test_file_names_are_safe_and_each_factor_s_own():
    names = eraser_names(["sex", "Sex", "a b", "a/b", "a_b", "Größe", ""])
    assert list(names.values()) == [
        f"{name}.safetensors" for name in ("sex", "Sex_2", "a_b", "a_b_2", "a_b_3", "Gr__e", "_")
    ]


def test_numpy_alone_applies_a_file(data, tmp_path, root):
    """The lines of docs/erasers.md, in a Python that has nothing else."""
    features, factors, _ = data
    eraser = exoprobe.Eraser(alpha=0.7).fit(features, factors["sex"])
    eraser.save(tmp_path / "sex.safetensors")
    np.save(tmp_path / "features.npy", features)
    text = (root / "docs/erasers.md").read_text(encoding="utf-8")
    code = text.split("```python\nimport json\n")[1].split("```")[0]
    assert len([line for line in code.split("def apply")[1].splitlines()[1:] if line.strip()]) <= 10
    script = (
        f"import json\n{code}\nimport sys\n"
        "np.save('erased.npy', apply('sex.safetensors', np.load('features.npy')))\n"
        "assert not {'exoprobe', 'torch', 'safetensors', 'pandas', 'sklearn'} & set(sys.modules)\n"
    )
    subprocess.run([sys.executable, "-c", script], cwd=tmp_path, check=True, env={"PATH": ""})
    np.testing.assert_allclose(np.load(tmp_path / "erased.npy"), eraser.transform(features), rtol=1e-12)


def test_it_agrees_with_concept_erasure_at_equal_settings(data):
    """Its defaults shrink the covariance and drop singular values below 0.01 (docs/erasers.md)."""
    concept_erasure = pytest.importorskip("concept_erasure")
    import torch

    features, factors, _ = data
    classes = np.eye(3)[pd.factorize(factors["site"], sort=True)[0]]
    both = np.column_stack([classes, factors["sex"]])
    for targets in (classes, both):
        tensors = torch.from_numpy(features), torch.from_numpy(targets)
        theirs = concept_erasure.LeaceEraser.fit(*tensors, **SETTINGS)(tensors[0]).numpy()
        ours = exoprobe.Eraser().fit_transform(features, targets)
        np.testing.assert_allclose(ours, theirs, atol=1e-10)
        shrunk = concept_erasure.LeaceEraser.fit(*tensors)(tensors[0]).numpy()
        assert np.abs(ours - shrunk).max() > 1e-6
