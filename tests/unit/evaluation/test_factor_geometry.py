import numpy as np
import pytest

from exoprobe.datasets.factors import Factor
from exoprobe.evaluation import factor_geometry
from exoprobe.evaluation.factor_geometry import Split, describe_geometry, geometry_tables
from exoprobe.features.blocks import ArrayBlocks
from tests.planted import Planted


def make_split(rng, identities, first=0, labels=None):
    """Six images of each identity: identity over all dimensions, glasses in dimension 3, yaw in 5 and 6."""
    groups = first + np.repeat(np.arange(identities), 6)
    glasses, yaw = rng.integers(0, 2, len(groups)), rng.uniform(0, 360, len(groups))
    features = rng.normal(size=(identities, 16))[groups - first] + 0.5 * rng.normal(size=(len(groups), 16))
    features[:, 3] = 4 * glasses + 0.5 * rng.normal(size=len(groups))
    features[:, 5:7] = 2 * np.stack([np.sin(np.radians(yaw)), np.cos(np.radians(yaw))], axis=1)
    season = np.where(rng.random(len(groups)) < 0.5, np.nan, rng.integers(0, 4, len(groups)))
    factors = [
        Factor("glasses", "binary", glasses.astype(float), ("no", "yes")),
        Factor("yaw", "angle", yaw),
        Factor("season", "categorical", season, ("spring", "summer", "fall", "winter")),
        Factor("noise", "continuous", rng.normal(size=len(groups))),
    ]
    return Split(ArrayBlocks(features), factors, groups, groups if labels is None else labels(groups))


@pytest.fixture(scope="module")
def described():
    rng = np.random.default_rng(0)
    return describe_geometry(make_split(rng, 200), make_split(rng, 120, first=200), label_is_group=True)


def test_planted_structure_is_found(described):
    table = described["geometry"].set_index("factor")
    assert table["kind"].tolist() == ["binary", "angle", "categorical", "continuous"]
    assert table["erased_dimensions"].tolist() == [1, 2, 3, 1]
    assert table.loc["glasses", ["best_dimension", "dimensions_for_90"]].tolist() == [3, 1]
    assert table.loc["glasses", "best_dimension_skill"] > 0.95
    assert table.loc["yaw", "best_dimension"] in (5, 6)
    assert table.loc["yaw", "dimensions_for_90"] == 2
    assert table.loc["yaw", "best_dimension_skill"] < 0.8 < table.loc["yaw", "full_skill"]
    assert table.loc[["season", "noise"], ["components_for_90", "dimensions_for_90"]].isna().all(axis=None)
    explained = table["variance_explained"]
    assert explained["glasses"] > explained["yaw"] * 0.5 > 0.05
    assert (explained[["season", "noise"]].abs() < 0.02).all()


def test_identity_is_the_label_here_and_its_neighbors_are_of_the_same_identity(described):
    (structure,) = described["structure"].to_dict("records")
    assert structure["identity_variance"] == structure["label_variance"]
    assert 0.4 < structure["identity_variance"] < 0.9
    assert (structure["dimension"], structure["rows"]) == (16, 720)
    assert 5 < structure["effective_rank"] <= 16
    table = described["neighbors"].query("measure == 'robustness_index'").set_index("factor")
    above_chance = table["value"] / table["chance"]
    assert (above_chance > 2).all()
    assert above_chance["glasses"] < above_chance["noise"]


def test_tables_have_the_columns_that_others_read(described):
    columns = {name: list(table) for name, table in described.items()}
    assert columns == {
        "structure": ["dimension", "rows", "effective_rank", "identity_variance", "label_variance"],
        "scree": ["component", "singular_value", "variance_share", "cumulative_share"],
        "geometry": [
            *["factor", "kind", "variance_explained", "erased_dimensions", "components_for_90", "dimensions_for_90"],
            *["full_skill", "best_dimension", "best_dimension_skill"],
        ],
        "subspace": ["factor", "basis", "dimensions", "skill"],
        "dimensions": ["factor", "value", "position", "activation"],
        "neighbors": ["factor", "measure", "value", "low", "high", "chance", "k", "support"],
    }
    assert set(described["dimensions"].query("factor == 'season'")["value"]) == {"spring", "summer", "fall", "winter"}
    assert (described["dimensions"]["activation"] >= 0).all()


def test_without_labels_there_is_no_measure_that_needs_them(rng):
    nobody = make_split(rng, 60, labels=lambda groups: np.full(len(groups), -1))
    described = describe_geometry(make_split(rng, 60, first=60), nobody, label_is_group=False)
    assert set(described["neighbors"]["measure"]) == {"ilisi"}
    assert np.isnan(described["structure"]["label_variance"][0])
    assert described["structure"]["identity_variance"][0] > 0.4


def test_a_factor_that_test_does_not_know_has_no_skill_but_a_row(rng):
    train, test = make_split(rng, 60), make_split(rng, 60, first=60)
    nowhere = Factor("noise", "continuous", np.full(360, np.nan))
    unknown = Split(test.features, [*test.factors[:3], nowhere], test.groups, test.labels)
    described = describe_geometry(train, unknown, label_is_group=True)
    table = described["geometry"].set_index("factor")
    assert table.loc["noise", ["variance_explained", "full_skill", "dimensions_for_90"]].isna().all()
    assert "noise" not in set(described["dimensions"]["factor"])


def test_a_large_test_split_is_drawn_from_in_whole_groups(rng, monkeypatch):
    monkeypatch.setattr(factor_geometry, "MOST_ROWS", 300)
    test = make_split(rng, 120, first=60, labels=lambda groups: groups % 5)
    described = describe_geometry(make_split(rng, 60), test, label_is_group=False)
    assert described["structure"]["rows"][0] == 300
    assert described["geometry"].set_index("factor").loc["glasses", "best_dimension"] == 3


def test_views_of_one_source_are_not_neighbors_unless_they_are_the_label(rng):
    train, test = make_split(rng, 60), make_split(rng, 60, first=60)
    as_label, as_source = (
        describe_geometry(train, test, label_is_group=same)["neighbors"].query("measure == 'robustness_index'")
        for same in (True, False)
    )
    assert as_label.set_index("factor").loc["noise", "value"] > 0.5
    assert as_source.empty


def test_with_folds_every_skill_is_of_rows_that_were_not_fitted_on(tmp_path):
    """Forty dimensions fit sixty random values nearly perfectly on the rows themselves."""
    planted = Planted(tmp_path, groups=60, per_group=1, dimension=40)
    planted.features[:, 0] += 4 * planted.binary("glasses")
    planted.binary("nothing")
    planted.split = np.array([f"fold_{number}" for number in planted.group // 12])
    features = planted.write()
    tables = geometry_tables(planted.samples, planted.factors_file, features, label_is_group=True)
    table = tables["geometry"].set_index("factor")
    assert tables["structure"]["rows"][0] == 60
    assert table.loc["glasses", "full_skill"] > 0.7
    assert table.loc["glasses", "best_dimension"] == 0
    assert table.loc["nothing", "full_skill"] < 0.4
