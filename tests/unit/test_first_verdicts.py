"""The page of an audit that is still computed."""

import numpy as np
import pytest

import exoprobe
from exoprobe.audit_result import LOCK, check_folder
from exoprobe.audit_steps import AuditSteps
from exoprobe.errors import ExoprobeError


def audit(folder, rng, **settings):
    """Audit two factors of 40 people, one of which is encoded."""
    people = np.repeat(np.arange(40), 5)
    features, glasses = rng.normal(size=(200, 3)), rng.random(200) < 0.5
    features[:, 0] += 4 * glasses
    factors = {"person": people, "glasses": np.where(glasses, "yes", "no"), "hat": rng.permutation(200) % 2}
    factors["split"] = np.repeat(["train", "validation", "test"], (120, 30, 50))
    settings = {"group": "person", "split": "split", "permutations": 99, "threads": 1, "erase": "none", **settings}
    return exoprobe.audit(features, factors, out=folder, **settings)


@pytest.fixture
def stopped(monkeypatch):
    """Every audit is interrupted once its first verdicts are there; returns the pages that were there then."""
    pages = []

    def stop(steps):
        pages.append((steps.dataset.folder.parents[1] / "index.html").read_text())
        raise KeyboardInterrupt

    monkeypatch.setattr(AuditSteps, "probe_rest", stop)
    return pages


def test_the_linear_probes_verdicts_come_first(tmp_path, rng, stopped):
    with pytest.raises(KeyboardInterrupt):
        audit(tmp_path / "out", rng)
    (page,) = stopped
    assert "Still computing" in page
    assert "glasses leaks" in page
    assert "<dt>Inconclusive</dt><dd>hat: " in page  # of the other, as long as nobody knows what would have been found
    assert "verdicts.csv" not in page
    assert not (tmp_path / "out").exists()


def test_an_audit_that_fails_leaves_the_results_there_as_they_were(tmp_path, rng, stopped):
    for name in ("index.html", "metadata.json", "verdicts.csv"):
        (tmp_path / name).write_text(name)
    with pytest.raises(KeyboardInterrupt):
        audit(tmp_path, rng, overwrite=True)
    assert "Still computing" in stopped[0]
    assert {file.name: file.read_text() for file in tmp_path.glob("*.*") if file.name[0] != "."} == {
        name: name for name in ("index.html", "metadata.json", "verdicts.csv")
    }


def test_after_a_killed_audit_its_folder_is_used_again(tmp_path):
    (tmp_path / "index.html").write_text("a page of one's own")
    with pytest.raises(ExoprobeError, match=r"holds other files \(index.html\)"):
        check_folder(tmp_path)
    (tmp_path / LOCK).touch()
    check_folder(tmp_path)
