from exoprobe.figures.style import GREY, representation_looks


def test_representations_keep_their_look_whatever_controls_stand_between():
    looks = representation_looks(["a", "untrained", "b", "pixels"], ["untrained", "pixels"])
    assert list(looks) == ["a", "untrained", "b", "pixels"]
    assert {name: look for name, look in looks.items() if name in "ab"} == representation_looks(["a", "b"], [])
    assert looks["untrained"]["markerfacecolor"] == looks["pixels"]["markerfacecolor"] == "white"
    assert looks["pixels"]["color"] == GREY


def test_thirty_representations_look_different():
    looks = representation_looks([str(number) for number in range(30)], [])
    assert len({tuple(look.values()) for look in looks.values()}) == 30
