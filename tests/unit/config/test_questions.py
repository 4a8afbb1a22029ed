import copy

import pytest

from exoprobe.config.questions import check_questions, modules, settings, trained_as, trials
from exoprobe.errors import ExoprobeError


@pytest.fixture
def questions(shipped):
    return copy.deepcopy(shipped["questions"])


def test_settings_are_read_from_the_modules():
    assert {"softmax", "pair", "contrastive"} <= set(modules("objective"))
    assert {"lenet", "deep_lenet"} <= set(modules("architecture"))
    assert settings("architecture", "deep_lenet") == {"convolutions": "a whole number from 2 to 8"}
    assert settings("objective", "softmax") == {}


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        ("variants.lenet.objective", "sofmax", "questions.variants.lenet.objective is 'sofmax'; allowed: "),
        ("variants.lenet.architecture", "alexnet", "questions.variants.lenet.architecture is 'alexnet'; allowed: "),
        ("variants.lenet.weight", 1, "questions.variants.lenet.weight (value 1) is not a known key; allowed: "),
        (
            "variants.lenet_8.convolutions",
            6.5,
            "questions.variants.lenet_8.convolutions is 6.5; it must be a whole",
        ),
        ("variants.lenet_8.convolutions", 9, "questions.variants.lenet_8.convolutions is 9; it must be a whole"),
        ("variants.pair_lenet.layers", [], "questions.variants.pair_lenet.layers is []; it must be a list"),
        (
            "variants.pair_lenet.pairs",
            "classes",
            "questions.variants.pair_lenet.pairs is 'classes'; it must be source",
        ),
        ("variants.mu_lenet.teacher", "mu_lenet", "questions.variants.mu_lenet.teacher is 'mu_lenet'; no network"),
        (
            "trade_off.reference",
            "lenet_8",
            "questions.trade_off.reference: 'lenet_8' is not there; allowed: lenet,",
        ),
        (
            "unseen_classes.people.variants",
            ["adversarial"],
            "questions.unseen_classes.people.variants: adversarial needs a factor",
        ),
        (
            "perturbations.ranges.rotation",
            {"inside": [-30, 30]},
            "questions.perturbations.ranges.rotation: the other questions ask of it",
        ),
        ("variants.pair_lenet.layers", ["ip1", 2], "questions.variants.pair_lenet.layers[1] is 2; it must be text"),
        ("variants.center.weight", ..., "questions.variants.center.weight is missing; center on lenet needs it"),
        ("variants.center.weight", 7, "questions.variants.center.weight is 7; it must be among those tried"),
        (
            "variants.mu_lenet.teacher",
            "le_net",
            "questions.variants.mu_lenet.teacher: 'le_net' is not there; allowed",
        ),
        (
            "trade_off.variants",
            ["lenet", "lent"],
            "questions.trade_off.variants: 'lent' is not there; allowed: lenet",
        ),
        ("layers.networks", {"lent": ["ip1"]}, "questions.layers.networks: 'lent' is not there; allowed: lenet"),
        ("perturbations.ranges.scale.inside", [2, 1], "questions.perturbations.ranges.scale.inside is [2, 1]; the"),
        (
            "perturbations.ranges.blur.outside",
            [0, 1],
            "questions.perturbations.ranges.blur.outside is [0, 1]; it must",
        ),
    ],
)
def test_what_a_schema_cannot_say_is_told_in_one_line(questions, path, value, message):
    *parents, last = path.split(".")
    section = questions
    for parent in parents:
        section = section[parent]
    if value is ...:
        del section[last]
    else:
        section[last] = value
    with pytest.raises(ExoprobeError) as error:
        check_questions(questions, ["dlib_256", "dlib_128", "aligned_pixels"])
    assert str(error.value).startswith(message)
    assert "\n" not in str(error.value)


def test_trials_differ_from_their_variant_in_what_was_tried():
    variants = {
        "pair": {"title": "P", "objective": "pair", "weight": 1, "tried": {"weight": [0.5, 1]}},
        "plain": {},
    }
    tried = trials(variants)
    assert list(tried) == ["pair@0.5", "pair@1"]
    assert trained_as(tried["pair@0.5"]) == {"objective": "pair", "weight": 0.5}


def test_on_people_no_teacher_may_have_a_teacher(questions):
    variants = questions["variants"]
    variants["pupil"] = {**variants["mu_lenet"], "teacher": "mu_lenet"}
    questions["unseen_classes"]["people"]["variants"] = ["pupil"]
    with pytest.raises(ExoprobeError, match="pupil's teacher, mu_lenet, has a teacher itself"):
        check_questions(questions, ["dlib_256", "dlib_128", "aligned_pixels"])
