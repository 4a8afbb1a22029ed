import copy
import json

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from exoprobe.config.model import load_config
from exoprobe.errors import ExoprobeError


def changed(config, path, value):
    config = copy.deepcopy(config)
    *parents, last = path.split(".")
    section = config
    for parent in parents:
        section = section[parent]
    if value is ...:
        del section[last]
    else:
        section[last] = value
    return config


@pytest.mark.parametrize(
    ("path", "written", "meant"),
    [
        ("seeds", ["0", "12"], [0, 12]),
        ("digits.angles", ["-45", "7.5", "1e-3", ".5"], [-45, 7.5, 0.001, 0.5]),
        ("digits.counts.train", "1e4", 10_000),
        ("digits.counts.train", 1.0e4, 10_000),
        ("recipes.fast.max_steps", "4.1e3", 4100),
        ("recipes.fast.learning_rate", "3e-3", 0.003),
        ("faces.groups.orl", {"2024": ["glasses"]}, {"2024": ["glasses"]}),
        ("digits.folder", "null", None),
        ("faces.shards", "null", None),
        ("questions.unseen_classes.enrolled", ["1", "null"], [1, None]),
    ],
)
def test_values_become_what_is_wanted_there(shipped, path, written, meant):
    config = load_config(changed(shipped, path, written))
    assert config == load_config(changed(shipped, path, meant))
    value = config.model_dump()
    for key in path.split("."):
        value = value[key]
    assert repr(value) == repr(meant)


@pytest.mark.parametrize("value", [10_000.5, "1.5", float("nan"), "1e999", ".inf", True])
def test_what_is_no_whole_number_is_still_refused(shipped, value):
    with pytest.raises(ExoprobeError, match=r"digits.counts.train is .*; it must be a whole number"):
        load_config(changed(shipped, "digits.counts.train", value))


def test_the_shipped_configuration_is_valid(shipped):
    load_config(shipped)


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        ("sedes", [0], "sedes (value [0]) is not a known key; did you mean seeds?"),
        (
            "digits.rotations",
            7,
            "digits.rotations (value 7) is not a known key; allowed: angles, counts, dataset, folder",
        ),
        ("seeds", ..., "seeds is missing"),
        ("digits.counts.test", ..., "digits.counts.test is missing"),
        ("seeds", [], "seeds is []; it must be a list of at least 1"),
        ("seeds", 3, "seeds is 3; it must be a list"),
        (
            "questions.unseen_classes.train_classes",
            list(range(9)),
            "questions.unseen_classes.train_classes is [0, 1, 2, 3, 4, 5, 6, 7, 8]; it must be a list of at most 8",
        ),
        (
            "questions.perturbations.ranges.blur.train_range",
            [0, 1, 2],
            "questions.perturbations.ranges.blur.train_range is [0, 1, 2]; it must be a list of at most 2",
        ),
        (
            "questions.trade_off.search.center",
            {"weight": [1, 2], "learning_rate": [1, 2]},
            "search.center is {'weight': [1, 2], 'learning_rate': [1, 2]}; it must be a section of at most 1",
        ),
        ("seeds", [0, 0], "seeds is [0, 0]; no value may appear twice"),
        ("seeds", [0, -1], "seeds[1] is -1; it must be at least 0"),
        ("seeds", [2**32], "seeds[0] is 4294967296; it must be at most 4294967295"),
        ("seeds", [0.5], "seeds[0] is 0.5; it must be a whole number"),
        ("device", "gpu", "device is 'gpu'; allowed: auto, cpu, cuda"),
        ("recipe", "slow", "recipe: 'slow' is not there; allowed: fast, caffe, short, identities"),
        ("digits.dataset", "emnist", "digits.dataset is 'emnist'; allowed: mnist, fashion_mnist, kmnist"),
        ("digits.folder", 5, "digits.folder is 5; it must be text or null"),
        ("digits.folder", "", "digits.folder is ''; it must be text of at least 1 character"),
        ("digits.angles", [0], "digits.angles is [0]; it must be a list of at least 2"),
        ("digits.angles", [0, 200], "digits.angles[1] is 200; it must be at most 180"),
        ("digits.angles", [0, float("nan")], "digits.angles[1] is nan; it must be a number"),
        ("digits.angles", [0, float("inf")], "digits.angles[1] is inf; it must be a number"),
        ("digits.angles", [0, "a"], "digits.angles[1] is 'a'; it must be a number"),
        ("digits.counts.train", 0, "digits.counts.train is 0; it must be at least 1"),
        ("digits.counts.test", 10001, "digits.counts.test is 10001; it must be at most 10000"),
        ("digits.counts.train", 50001, "digits.counts.train and .validation add up to 60001; there are 60000"),
        ("digits.folder", "/nowhere", "digits.folder is '/nowhere'; it must be an existing folder"),
        ("digits", "mnist", "digits is 'mnist'; it must be a section of keys"),
        (
            "networks.lenet",
            {"title": "LeNet", "architecture": "lenet", "objective": "center", "weight": 1},
            "networks.lenet.objective is 'center'; of this network it must be softmax",
        ),
        (
            "networks.mu_lenet.teacher",
            "mu_lenet",
            "networks.mu_lenet.teacher is 'mu_lenet'; no network teaches itself",
        ),
        ("networks.mu_lenet", ..., "networks.mu_lenet is missing; it is one of the paper's networks"),
        ("networks.center.title", "LeNet", "networks.lenet.title is 'LeNet'; another network has this title, too"),
        ("networks.pair_lenet.layers", ["pool3"], "networks.pair_lenet.layers[0] is 'pool3'; allowed: conv1, pool1"),
        ("networks.pair_lenet.weight", -1, "networks.pair_lenet.weight is -1; it must be a number of at least 0"),
        ("networks.pair_lenet.pairs", "random", "networks.pair_lenet.pairs is 'random'; it must be source or class"),
        ("networks.vgg", {}, "networks.vgg.architecture is missing"),
        ("faces.folder", "/nowhere", "faces.folder is '/nowhere'; it does not exist"),
        ("faces.pose", "a{b}.csv", "faces.pose is 'a{b}.csv'; a path here may not hold braces"),
        (
            "faces.networks.dlib",
            {"adapter": "dlib_resnet", "weights": "{w}"},
            "faces.networks.dlib.weights is '{w}'; a path here may not hold braces",
        ),
        (
            "faces.groups.orl",
            {"a": ["glases"]},
            "faces.groups.orl: there is no attribute 'glases'; allowed: glasses",
        ),
        ("faces.groups.orl", {"a": ["glasses"], "b": ["glasses"]}, "faces.groups.orl: glasses is in two groups"),
        ("faces.representations.dlib_256.network", "dlip", "network is 'dlip'; allowed: dlib, untrained"),
        ("faces.representations.dlib_256.layer", "fc7", "layer is 'fc7'; allowed: penultimate, embedding"),
        ("faces.triplet.input", "triplet", "triplet.input is 'triplet'; allowed: dlib_256"),
        (
            "faces.networks.triplet",
            {"adapter": "untrained"},
            "networks.triplet: this name is the triplet",
        ),
        ("faces.networks.affact", {"adapter": "attribute_network"}, "it alone"),
        ("faces.networks.vgg", {"adapter": "vgg_face"}, "networks.vgg.weights is missing; adapter vgg_face needs it"),
        (
            "faces.attribute_network.recipe.batch_size",
            0,
            "recipe.batch_size is 0; it must be at least 2",
        ),
        ("recipes.fast.learning_rate", 0, "recipes.fast.learning_rate is 0; it must be more than 0"),
        ("recipes.fast.learning_rate", "fast", "is 'fast'; it must be a number"),
        ("recipes.fast.momentum", 1, "recipes.fast.momentum is 1; it must be less than 1"),
        ("recipes.fast.patience", True, "recipes.fast.patience is True; it must be a whole number"),
        ("recipes.caffe.optimizer", "adam", "is 'adam'; allowed: adamw, sgd, caffe_sgd"),
        (
            "recipes.fast.overrides.mu_lenet",
            {"weight_decay": -1},
            "recipes.fast.overrides.mu_lenet.weight_decay is -1; it must be at least 0",
        ),
        ("recipes.fast.overrides", {"vgg": {}}, "recipes.fast.overrides: 'vgg' is not there; allowed: lenet"),
        ("recipes.fast.epochs", 4, "recipes.fast.epochs (value 4) is not a known key"),
    ],
)
def test_a_fault_is_refused_in_one_line_with_key_value_and_what_is_allowed(shipped, path, value, message):
    with pytest.raises(ExoprobeError) as error:
        load_config(changed(shipped, path, value))
    assert message in str(error.value)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        (
            "questions.perturbations.ranges.scale.test_range",
            [-3, 9],
            "questions.perturbations.ranges.scale.test_range is [-3, 9]; values must be in [0.1, 10]",
        ),
        ("networks.batch_pair.layers", ["pool9"], "networks.batch_pair.layers[0] is 'pool9'; allowed: conv1, pool1,"),
        (
            "questions.layers.networks",
            {"mu_lenet": ["ip2"]},
            "questions.layers.networks.mu_lenet[0] is 'ip2'; allowed: conv1, pool1, conv2, pool2, ip1",
        ),
        (
            "questions.layers.networks.lenet",
            ["conv7"],
            "questions.layers.networks.lenet[0] is 'conv7'; allowed",
        ),
        ("networks.lenet_8.architecture", "perceptron", "networks.lenet_8.architecture is 'perceptron'; allowed: "),
        ("recipes.short.batch_size", 1, "recipes.short.batch_size is 1; it must be at least 2"),
        (
            "questions.unseen_classes.identities.input",
            "triplet",
            "questions.unseen_classes.identities.input: 'triplet' is not there; allowed: dlib_256, dlib_128",
        ),
        ("faces.shards", 14, "faces.shards is 14; it must be at most 13 for the 400 pictures of ORL"),
        (
            "faces.networks.dlib.align",
            "box",
            "faces.networks.dlib.align is 'box'; adapter dlib_resnet does not",
        ),
        (
            "questions.trade_off.search.center.weight",
            [0.03, -1],
            "search.center.weight[1] is -1; it must be",
        ),
        (
            "faces.representations.pixels.title",
            "aligned pixels",
            "faces.representations.aligned_pixels.title is 'aligned pixels'; another representation has this title",
        ),
    ],
)
def test_what_would_fail_later_is_refused_at_once(shipped, path, value, message):
    with pytest.raises(ExoprobeError) as error:
        load_config(changed(shipped, path, value))
    assert message in str(error.value)


@pytest.mark.parametrize(
    ("path", "value", "now"),
    [
        ("models", {}, "networks"),
        ("solver", "fast", "recipe"),
        ("solvers", {}, "recipes"),
        ("triplet", {}, "faces.triplet"),
        ("faces.parts", 2, "shards"),
        ("faces.triplet.of", "dlib_256", "input"),
        ("faces.triplet.steps_per_look", 50, "validate_every"),
        ("questions.variants", {}, "the section networks, at the top"),
        ("questions.trade_off.variants", [], "networks"),
        ("questions.layers.most_elements", 800, "max_features"),
        ("questions.unseen_classes.people", {}, "identities"),
        ("questions.unseen_classes.trained", [0, 1], "train_classes"),
        ("questions.unseen_classes.identities.of", "pixels", "input"),
        ("questions.unseen_classes.identities.beside", [], "baselines"),
        ("questions.unseen_classes.identities.rounds", 4, "folds"),
        ("questions.perturbations.ranges.blur.inside", [0, 1], "train_range"),
        ("questions.perturbations.ranges.blur.outside", [0, 2], "test_range"),
        ("networks.center.tried", {"weight": [1, 2]}, "questions.trade_off.search"),
    ],
)
def test_an_old_key_is_refused_with_the_new_one(shipped, path, value, now):
    with pytest.raises(ExoprobeError) as error:
        load_config(changed(shipped, path, value))
    assert str(error.value) == f"{path} (value {value!r}) is not a known key; it is now {now}"


def test_a_face_network_where_it_was_is_refused_with_its_place_now(shipped):
    with pytest.raises(ExoprobeError, match="networks.dlib: a face's network; it is now faces.networks.dlib"):
        load_config(changed(shipped, "networks.dlib", {"adapter": "dlib_resnet"}))


def paths_in(config, path=()):
    """The path of every section, list and value below the top."""
    entries = config.items() if isinstance(config, dict) else enumerate(config) if isinstance(config, list) else ()
    for key, value in entries:
        yield (*path, key)
        yield from paths_in(value, (*path, key))


def without_aliases(path):
    """The configuration in a file, no section of which is another's too."""
    return json.loads(json.dumps(yaml.safe_load(path.read_text())))


def dotted(path):
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path).removeprefix(".")


def parent_of(config, path):
    for key in path[:-1]:
        config = config[key]
    return config


def wrong_kind(config, path):
    """A section where a value belongs, and a value where a section does."""
    parent = parent_of(config, path)
    parent[path[-1]] = 5 if isinstance(parent[path[-1]], dict) else {"x": 1}
    return dotted(path)


def misspelled(config, path):
    parent = parent_of(config, path)
    if not isinstance(parent, dict) or path[:2] == ("faces", "groups"):  # whose titles may be any text
        return wrong_kind(config, path)
    parent[f"{path[-1]} "] = parent.pop(path[-1])
    return dotted(path[:-1])


def infinite(config, path):
    parent_of(config, path)[path[-1]] = float("inf")
    return dotted(path)


@settings(max_examples=60)
@given(data=st.data())
def test_a_mutation_anywhere_is_refused_in_one_line_that_names_the_key(data, root):
    config = without_aliases(root / "config.yaml")
    path = data.draw(st.sampled_from(sorted(paths_in(config), key=str)))
    named = data.draw(st.sampled_from([wrong_kind, misspelled, infinite]))(config, path)
    with pytest.raises(ExoprobeError) as error:
        load_config(config)
    assert named in str(error.value)
    assert str(error.value).isprintable()


VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_subnormal=False)  # some libraries switch them off for the whole process
    | st.text(max_size=9)
    | st.sampled_from(["1e4", "null"]),
    lambda below: st.lists(below, max_size=3) | st.dictionaries(st.text(max_size=9), below, max_size=3),
    max_leaves=6,
)


@settings(max_examples=60)
@given(data=st.data(), value=VALUES)
def test_any_value_anywhere_is_taken_or_refused_in_one_line(data, value, root):
    config = without_aliases(root / "config.yaml")
    path = data.draw(st.sampled_from(sorted(paths_in(config), key=str)))
    parent_of(config, path)[path[-1]] = value
    try:
        load_config(config)
    except ExoprobeError as error:
        said = str(error)
    else:
        return
    assert said.isprintable()


@pytest.mark.parametrize("name", ["../up", "a b", "$(touch x)", "-rf", "a|b", "{x}", "", "a/b"])
@pytest.mark.parametrize("section", ["recipes", "faces.networks", "faces.representations"])
def test_a_name_that_would_become_an_odd_path_is_refused(shipped, section, name):
    path = section.split(".")
    entries = parent_of(shipped, [*path, None])
    entries[name] = next(iter(entries.values()))
    with pytest.raises(ExoprobeError) as error:
        load_config(shipped)
    assert f"{section}.{name}: {name!r} is no name; letters, digits and _ are allowed" in str(error.value)
