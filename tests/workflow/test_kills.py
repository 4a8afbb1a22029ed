"""Killed and interrupted at random moments, in every rule: the next run ends with the same results."""

import random
import shutil

from tests.workflow.conftest import Project, copy_project
from tests.workflow.kills import BLOWS, KilledRuns, draw_moment, read_undisturbed

SEED = 1
LEAST_BLOWS = 20
# The samples last: what follows from them is older then, and would be made again.
OF_CELEBA = ({"train_attribute_network", "train_triplet", "embed"}, {"celeba_samples"})


def strike_each_rule_once(project, undisturbed, *targets, only=None):
    print(f"seed {SEED}")
    draw, jobs = random.Random(SEED), sorted(undisturbed.rules)
    draw.shuffle(jobs)
    one_of_each = {undisturbed.rules[job]: job for job in jobs}
    plan = {job: [draw_moment(draw)] for rule, job in one_of_each.items() if not only or rule in only}
    runs = KilledRuns(project, undisturbed, plan, draw)
    runs.finish(*targets)
    assert runs.faults == []
    assert runs.struck.total() == len(only or one_of_each)
    return runs.struck


def test_whatever_is_killed_whenever_the_next_run_ends_with_the_same_results(root, finished, tmp_path):
    undisturbed = read_undisturbed(finished, "all")
    struck = strike_each_rule_once(copy_project(root, tmp_path), undisturbed, "all")
    assert set(struck) == set(BLOWS)
    assert struck.total() >= LEAST_BLOWS


def test_so_it_does_in_the_rules_that_only_celeba_needs(orl_as_celeba, tmp_path):
    undisturbed = read_undisturbed(orl_as_celeba, "faces")
    project = Project(shutil.copytree(orl_as_celeba.folder, tmp_path / "killed"))
    for rules in OF_CELEBA:
        made = [name for name, rule in undisturbed.makers.items() if rule in rules]
        for name in made:
            project.path(name).unlink()
        strike_each_rule_once(project, undisturbed, *made, only=rules)
