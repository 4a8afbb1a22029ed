import numpy as np

from exoprobe.probes.selectivity import _random_values, measure_selectivity


def measure(dataset):
    data = dataset.fold().final
    return measure_selectivity(data, list(dataset.factors.values())).set_index("factor")


def test_an_encoded_factor_is_selective_and_a_memorized_one_is_not(dataset, rng):
    """A value per group can be predicted on other rows of the group, as well as a random one."""
    dataset.per_group = 20
    dataset.features = np.hstack([dataset.features, 3 * rng.normal(size=(30, 40))[dataset.groups]])
    dataset.add("memorized", "binary", (rng.permutation(30) % 2)[dataset.groups])
    table = measure(dataset)
    assert table.columns.tolist() == ["known_skill", "control_skill", "selectivity"]
    np.testing.assert_allclose(table["selectivity"], table["known_skill"] - table["control_skill"])
    assert table.loc["memorized", "known_skill"] > 0.9
    assert abs(table.loc["memorized", "selectivity"]) < 0.1
    assert abs(table.loc["noise", "known_skill"]) < 0.3


def test_where_groups_cannot_be_recognized_an_encoded_factor_keeps_all_of_its_skill(dataset):
    table = measure(dataset)
    assert table.loc["glasses", "selectivity"] > 0.7
    assert abs(table.loc["glasses", "control_skill"]) < 0.3


def test_without_a_second_row_per_group_nothing_is_measured(dataset):
    dataset.per_group = 1
    assert measure(dataset).isna().all(axis=None)


def test_every_group_gets_one_random_value_distributed_as_the_factor(dataset, rng):
    factor = dataset.add("rare", "binary", np.where(np.arange(600) % 5, 0, 1))
    factor.values[:100] = np.nan
    control = _random_values(factor, dataset.groups, rng)
    np.testing.assert_array_equal(control.known, factor.known)
    np.testing.assert_array_equal(control.values[100::2], control.values[101::2])
    assert control.values[100:].mean() == 0.2
    assert control.values[100:300].any()  # drawn, not sorted
