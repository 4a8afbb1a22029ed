from exoprobe.plots.representation_styles import GREY, NETWORK_COLORS, NETWORK_MARKERS, representation_styles


def test_representations_keep_their_look_whatever_controls_stand_between():
    styles = representation_styles(["a", "untrained", "b", "pixels"], ["untrained", "pixels"])
    assert list(styles) == ["a", "untrained", "b", "pixels"]
    assert {name: style for name, style in styles.items() if name in "ab"} == representation_styles(["a", "b"], [])
    assert styles["untrained"]["markerfacecolor"] == styles["pixels"]["markerfacecolor"] == "white"
    assert styles["pixels"]["color"] == GREY


def test_thirty_representations_look_different():
    styles = representation_styles([str(number) for number in range(30)], [])
    assert len({tuple(style.values()) for style in styles.values()}) == 30


def test_the_three_networks_keep_their_color_and_share_it_with_none():
    styles = representation_styles(["other", "mu_lenet", *"abcdef", "lenet"], [])
    assert styles["mu_lenet"]["color"] == NETWORK_COLORS["mu_lenet"]
    assert styles["lenet"]["marker"] == NETWORK_MARKERS["lenet"]
    others = {style["color"] for name, style in styles.items() if name not in NETWORK_COLORS}
    assert not others & {NETWORK_COLORS["mu_lenet"], NETWORK_COLORS["lenet"]}
