import pytest

from exoprobe.probes.base import find_probe
from exoprobe.probes.registry import general_probe_names, probe_names


def test_general_probes_are_known_by_rank_without_importing_any():
    general = [name for name in probe_names() if find_probe(name).general]
    assert general_probe_names() == sorted(general, key=lambda name: find_probe(name).rank)
    assert general_probe_names()[0] == "linear"


@pytest.mark.parametrize("name", probe_names())
def test_every_probe_says_what_it_is(name):
    probe = find_probe(name)
    assert probe.title
    assert probe.phrase
    assert probe.description.endswith(".")
