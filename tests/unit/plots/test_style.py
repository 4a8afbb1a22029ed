from exoprobe.plots.style import GREY, NETWORK_COLORS, NETWORK_MARKERS, representation_looks


def test_representations_keep_their_look_whatever_controls_stand_between():
    looks = representation_looks(["a", "untrained", "b", "pixels"], ["untrained", "pixels"])
    assert list(looks) == ["a", "untrained", "b", "pixels"]
    assert {name: look for name, look in looks.items() if name in "ab"} == representation_looks(["a", "b"], [])
    assert looks["untrained"]["markerfacecolor"] == looks["pixels"]["markerfacecolor"] == "white"
    assert looks["pixels"]["color"] == GREY


def test_thirty_representations_look_different():
    looks = representation_looks([str(number) for number in range(30)], [])
    assert len({tuple(look.values()) for look in looks.values()}) == 30


def test_the_three_networks_keep_their_color_and_share_it_with_none():
    looks = representation_looks(["other", "mu_lenet", *"abcdef", "lenet"], [])
    assert looks["mu_lenet"]["color"] == NETWORK_COLORS["mu_lenet"]
    assert looks["lenet"]["marker"] == NETWORK_MARKERS["lenet"]
    others = {look["color"] for name, look in looks.items() if name not in NETWORK_COLORS}
    assert not others & {NETWORK_COLORS["mu_lenet"], NETWORK_COLORS["lenet"]}
