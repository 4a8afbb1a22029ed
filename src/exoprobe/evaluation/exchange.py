"""Which test row's prediction each row takes in a permutation: whole groups exchange their predictions.

Under the null hypothesis, features of a group do not depend on its factor values, so that any group's predictions are
as likely for it as its own. Every group keeps its rows and values. So the test is valid whatever the dependence within
groups, and where the factor goes with the group's size (the exchangeable unit is the group, Winkler et al. 2015).

Where nearly all groups have the same values by position, as the seven angles of every digit or a table that is
sorted by the factor, the exchange alone changes nothing. Half of the groups then take their predictions in reverse
order too; where that changes too little either, the runs of equal values within each group are shuffled. The choice
depends on the values and not on the predictions, so it costs no validity.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from exoprobe.datasets.factors import Factor
from exoprobe.probes.skill import SkillLoss, best_constant

CHUNK = 500_000  # rows of permutations drawn at once
DRAWN = 5_000_000  # groups of permutations drawn at once
LEAST_SHARE = 0.5  # of a group's rows that another has, whose predictions it may take
DRAWS_TO_JUDGE = 20  # permutations by which a scheme is judged
SHARED = 0.1  # skill of exchanged values as predictions of each other, above which groups share one pattern
TABLE_PAYS = 0.3  # for up to so many groups per permutation, groups' losses are computed once
GROUPS, REVERSED, RUNS = "groups", "reversed", "runs"


@dataclass(frozen=True)
class Exchange:
    """How rows exchange their predictions.

    Attributes:
        groups: [n], of each row.
        scheme: ``groups``: whole groups in their order; ``reversed``: half of them in reverse order; ``runs``: runs
            of equal values shuffled within groups.
        runs: int [n], which run each row is of; empty unless the scheme needs them.
    """

    groups: np.ndarray
    scheme: str
    runs: np.ndarray

    @property
    def key(self) -> tuple[str, bytes]:
        """What tells exchanges of the same groups apart."""
        return self.scheme, self.runs.tobytes()

    @cached_property
    def layout(self) -> "_Layout":
        """The rows, sorted by group."""
        return _Layout(self.groups)

    @property
    def pairs(self) -> int:
        """How many numbers :meth:`group_products` returns for each column of features."""
        total = len(self.layout.sizes)
        return total * total * (2 if self.scheme == REVERSED else 1)

    def choices(self, count: int, seed: int = 0) -> np.ndarray:
        """Return each group itself, and then whose rows it takes in each of many permutations: int32 [1 + count, G].

        Group g is called g, or G + g in reverse order.
        """
        themselves = np.arange(len(self.layout.sizes), dtype=np.int32)[None]
        return np.concatenate([themselves, *self._choices(count, seed)])

    def group_products(self, values: np.ndarray, features: np.ndarray) -> np.ndarray:
        """Sum the products of each group's values with the rows that it takes from each group.

        Args:
            values: [n].
            features: [n, K].

        Returns:
            [G, V, K], of each group and what it takes, as :meth:`choices` calls it.
        """
        layout = self.layout
        total, most = len(layout.sizes), int(layout.sizes.max())
        of_groups = np.zeros((total, most))
        of_groups[layout.group, layout.within] = values[layout.order]
        products = np.empty((total, self.pairs // total, features.shape[1]))
        for other, (start, size) in enumerate(zip(layout.starts, layout.sizes, strict=True)):
            rows = features[layout.order[start : start + size]]
            padded = np.pad(of_groups, ((0, 0), (0, -most % size)))
            repeated = padded.reshape(total, -1, size).sum(1)
            products[:, other] = repeated @ rows
            if self.scheme == REVERSED:
                products[:, total + other] = repeated @ rows[::-1]
        return products

    def skills(self, probes: list[list[tuple[SkillLoss, np.ndarray]]], count: int, seed: int = 0) -> list[np.ndarray]:
        """Return the skills after each of many permutations.

        Args:
            probes: of each factor, losses and prepared predictions [n] of its probes.
            count: of permutations, the same of all factors.
            seed: of the draws.

        Returns:
            For each factor [count, probes].
        """
        if self.scheme != RUNS and len(self.layout.sizes) <= TABLE_PAYS * count:
            choices = np.concatenate(list(self._choices(count, seed)))
            return [
                np.stack([_skills_by_table(self.layout, choices, *probe) for probe in entry], axis=1)
                for entry in probes
            ]
        drawn: list[list[np.ndarray]] = [[] for _ in probes]
        for rows in self.draws(count, seed):
            for entry, skills in zip(probes, drawn, strict=True):
                skills.append(np.stack([loss.skills(predicted, rows) for loss, predicted in entry], axis=1))
        return [np.concatenate(skills) for skills in drawn]

    def draws(self, count: int, seed: int = 0) -> Iterator[np.ndarray]:
        """Draw permutations, some at once.

        Where the other group is larger, its first rows are taken; where it is smaller, they are repeated.

        Args:
            count: how many.
            seed: of the draws.

        Yields:
            int32 [C, n], whose prediction each row takes.
        """
        random, layout = np.random.default_rng([seed, 1]), self.layout
        for choices in self._choices(count, seed):
            source = layout.source(choices[:, layout.group], layout.within)
            if self.scheme == RUNS:
                source = np.take_along_axis(layout.shuffled(self.runs, random, len(choices)), source, 1)
            rows = np.empty_like(source)
            rows[:, layout.order] = layout.order[source]
            yield rows

    def _choices(self, count: int, seed: int) -> Iterator[np.ndarray]:
        """Draw for each group whose predictions it takes, int32 [C, G]: group g, or G + g for its reverse."""
        random, total = np.random.default_rng(seed), len(self.layout.sizes)
        step = max(1, CHUNK // len(self.groups))
        drawn = np.zeros((0, total), np.int32)
        for start in range(0, count, step):
            needed = min(step, count - start)
            if len(drawn) < needed:
                more = min(count - start - len(drawn), max(needed, DRAWN // total))
                drawn = np.concatenate([drawn, self.layout.permutations(random, more)])
            choices, drawn = drawn[:needed], drawn[needed:]
            if self.scheme == REVERSED:
                turned = random.random(choices.shape) < 0.5
                choices = choices + np.where(turned, np.int32(total), np.int32(0))
            yield choices


def choose_exchange(factor: Factor, truth: np.ndarray, groups: np.ndarray) -> Exchange:
    """Return the first scheme by which the values of one group do not predict those of another.

    Args:
        factor: for its kind and categories.
        truth: [n], known values.
        groups: [n].
    """
    nothing = np.zeros(0, np.int32)
    exchange = Exchange(groups, GROUPS, nothing)
    if len(exchange.layout.sizes) == len(groups):
        return exchange
    for scheme, runs in ((GROUPS, nothing), (REVERSED, nothing), (RUNS, _runs(truth, groups))):
        exchange = Exchange(groups, scheme, runs)
        if _shared(factor, truth, exchange) <= SHARED:
            break
    return exchange


def _shared(factor: Factor, truth: np.ndarray, exchange: Exchange) -> float:
    """Return the mean skill of the values of other groups as predictions."""
    constant = best_constant(replace(factor, values=truth), np.ones(len(truth), bool))
    loss = SkillLoss(factor, truth, constant)
    predicted = truth - 0.5 if factor.kind == "binary" else truth
    skills = [loss.skills(loss.prepare(predicted), rows) for rows in exchange.draws(DRAWS_TO_JUDGE)]
    fixed = 1 / len(exchange.layout.sizes)  # how often a group draws itself, of skill 1
    return float((np.nan_to_num(np.concatenate(skills)).mean() - fixed) / (1 - fixed))


def _runs(truth: np.ndarray, groups: np.ndarray) -> np.ndarray:
    """Number the runs of equal values within groups, int32 [n]."""
    order = np.argsort(groups, kind="stable")
    begins = (np.diff(truth[order]) != 0) | (groups[order][1:] != groups[order][:-1])
    runs = np.empty(len(truth), np.int32)
    runs[order] = np.concatenate([[0], np.cumsum(begins)])
    return runs


def _skills_by_table(layout: "_Layout", choices: np.ndarray, loss: SkillLoss, predicted: np.ndarray) -> np.ndarray:
    """Return the skills [C] of choices [C, G], from what each group loses with the predictions of each other."""
    total = len(layout.sizes)
    variants = np.arange(total if choices.max() < total else 2 * total, dtype=np.int32)
    table = np.empty((total, len(variants)))
    for group in range(total):
        source = layout.source(variants[:, None], np.arange(layout.sizes[group], dtype=np.int32))
        rows = layout.order[layout.starts[group] :][: layout.sizes[group]]
        table[group] = loss.sums(predicted, layout.order[source], rows)
    return np.asarray(1 - table.ravel()[choices + len(variants) * np.arange(total)].sum(1))


class _Layout:
    """Rows sorted by their group: where each group starts, and which group and position each sorted row has."""

    def __init__(self, groups: np.ndarray) -> None:
        _, index, sizes = np.unique(groups, return_inverse=True, return_counts=True)
        self.order = np.argsort(index, kind="stable").astype(np.int32)
        self.group = index[self.order].astype(np.int32)
        self.sizes = sizes.astype(np.int32)
        self.starts = (np.cumsum(sizes) - sizes).astype(np.int32)
        self.within = np.arange(len(groups), dtype=np.int32) - self.starts[self.group]
        self._descending = np.argsort(-sizes, kind="stable").astype(np.int32)
        smallest = LEAST_SHARE * sizes[self._descending]
        self._eligible = len(sizes) - np.searchsorted(np.sort(sizes), smallest)

    def permutations(self, random: np.random.Generator, count: int) -> np.ndarray:
        """Draw permutations of the groups, int32 [count, G], uniformly among those that take no group too small.

        From the largest group to the smallest, each takes one of those not taken yet that are large enough: a shuffle
        (Fisher and Yates) in which the largest have fewer to choose from.
        """
        total = len(self.sizes)
        if (self._eligible == total).all():
            return random.permuted(np.broadcast_to(np.arange(total, dtype=np.int32), (count, total)), axis=1)
        pool = np.repeat(self._descending[:, None], count, axis=1)
        columns = np.arange(count)
        for index, eligible in enumerate(self._eligible):
            taken = random.integers(index, eligible, count)
            chosen = pool[taken, columns]
            pool[taken, columns] = pool[index]
            pool[index] = chosen
        permutations = np.empty((count, total), np.int32)
        permutations[:, self._descending] = pool.T
        return permutations

    def source(self, choices: np.ndarray, within: np.ndarray) -> np.ndarray:
        """Return where in the sorted rows the same position of a group is, or in its reverse.

        Args:
            choices: [C, m], see ``_choices``.
            within: [m], positions in the group that takes them.
        """
        total = len(self.sizes)
        reverse = choices >= total
        donor = choices - np.int32(total) * reverse if reverse.any() else choices
        equal = (self.sizes == self.sizes[0]).all()
        position = within if equal else within % self.sizes[donor]
        if reverse.any():
            position = np.where(reverse, self.sizes[donor] - 1 - position, position)
        return np.asarray(self.starts[donor] + position)

    def shuffled(self, runs: np.ndarray, random: np.random.Generator, count: int) -> np.ndarray:
        """Return sorted rows [count, n] in which the runs of each group stand in random order."""
        keys = random.random((count, runs.max() + 1))[:, runs[self.order]]
        return np.argsort(self.group + keys, axis=1, kind="stable").astype(np.int32)
