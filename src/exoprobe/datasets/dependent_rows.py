"""Rows that are not independent though no group joins them: copies, near-copies, and rows that follow in time."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from exoprobe.datasets.angles import name_words
from exoprobe.datasets.column_roles import Roles
from exoprobe.datasets.dataset_notes import Notes
from exoprobe.datasets.factors import CLASSES, Factor
from exoprobe.datasets.projected_rows import Load, fourier_features, project

QUERIES = 1_000  # rows whose neighbors are sought
NEIGHBORS = 20
SAME = 1e-3  # of the median distance: the same row
GAP = 1 / 3  # a neighbor's distance to the next one's: copies, and then nothing for long
WIDEST_GAP = 0.7  # of many dimensions, in which the distances of independent rows hardly differ
WIDEST_FOURIER_GAP = 0.8  # they differ less still where no dimension counts for more than another
MOST_ROWS = 200_000  # that are compared by Fourier features
RARE = 1e-3  # with this chance a row's nearest neighbor is so much nearer than the next
SHARE = 0.05  # of the rows are copies: a note is written
CHANCE = 0.10  # by which near-copies must be more than chance gives
LEAST_ROWS = 60
LEAST_AUTOCORRELATION = 0.2  # from this autocorrelation on a row is like the one before it
GROUP_WORDS = {
    *("person", "subject", "patient", "participant", "speaker", "identity", "user", "individual", "animal", "mouse"),
    *("donor", "family", "recording", "session", "video", "source", "slide", "specimen", "case", "group", "original"),
    *("scene", "sequence", "clip", "writer", "author", "owner", "pid", "sid"),
}


@dataclass(frozen=True)
class Copies:
    """How many rows have copies in another group.

    Attributes:
        exact: share of the rows with the same features as another.
        near: share of the rows with features far nearer to another's than to all others, by chance none.
        pairs: rows that are copies of each other, [n, 2].
    """

    exact: float
    near: float
    pairs: np.ndarray


def note_dependence(
    load: Load,
    rows: np.ndarray,
    table: pd.DataFrame,
    groups: np.ndarray,
    labels: np.ndarray,
    factors: Sequence[Factor],
    roles: Roles,
    notes: Notes,
) -> None:
    """Note rows that are not independent.

    Args:
        load: returns rows of the features, float32 [n, D].
        rows: which rows of the features the samples are, in the table's order, [N].
        table: the samples' columns.
        groups: codes [N].
        labels: codes [N], -1 where unknown.
        factors: of N samples.
        roles: what the columns are.
        notes: to add to.
    """
    projected = project(load, rows)
    if not projected.any():  # every row is the same, which is refused when they are imported
        return
    known = labels if roles.label is not None and (labels >= 0).all() else None
    if len(rows) > NEIGHBORS and projected.shape[1] > 1:
        copies = _find_copies(load, rows, projected, groups, known is not None)
        if len(rows) < LEAST_ROWS:
            copies = replace(copies, near=0.0)  # too few to tell from chance
        sentence = copies_note(copies, roles.group_name, table)
        if sentence:
            notes.add("copies", roles.group_name, sentence)
    if roles.group is not None:
        return
    if len(rows) >= LEAST_ROWS and (sentence := order_note(projected, factors, known)):
        notes.add("order", None, sentence)
    if name := likely_group(table, roles):
        count = table[name].nunique()
        notes.add(
            "groups",
            name,
            f"No group is given; rows of one {name} ({count:,} values) may be in train and test. Give "
            f"group={name} if they belong together.",
        )


def _find_copies(
    load: Load, rows: np.ndarray, projected: np.ndarray, groups: np.ndarray, has_label: bool, seed: int = 0
) -> Copies:
    """Find copies by what features are as they are or, where there are none, by the dimensions in which rows agree."""
    copies = find_copies(projected, groups, has_label=has_label)
    if copies.exact >= SHARE or copies.near >= CHANCE:
        return copies
    chosen = np.sort(np.random.default_rng(seed).permutation(len(rows))[:MOST_ROWS])
    compared = fourier_features(load, rows[chosen])
    copies = find_copies(compared, groups[chosen], has_label=has_label, widest=WIDEST_FOURIER_GAP)
    return replace(copies, pairs=chosen[copies.pairs])


def find_copies(
    projected: np.ndarray,
    groups: np.ndarray,
    *,
    has_label: bool = False,
    widest: float = WIDEST_GAP,
    seed: int = 0,
) -> Copies:
    """Find rows that are copies, or nearly, of rows of other groups.

    Near-copies are much nearer to each other than to all others, so the distances to a row's neighbors jump.
    How often they jump by chance depends on the dimension, which is estimated from farther neighbors.

    Args:
        projected: features [N, K].
        groups: codes [N].
        has_label: rows of a class are alike, so that less near ones do not count.
        widest: the largest ratio of a neighbor's distance to the next one's that is a jump.
        seed: of the draw of rows.
    """
    rows = len(projected)
    nearest = min(NEIGHBORS, rows - 1)
    chosen = np.random.default_rng(seed).permutation(rows)[:QUERIES]
    squares = (projected**2).sum(1)
    distances, neighbors = np.empty((len(chosen), nearest)), np.empty((len(chosen), nearest), np.int64)
    for start in range(0, len(chosen), 100):
        block = chosen[start : start + 100]
        between = squares[block, None] + squares - 2 * projected[block] @ projected.T
        between[groups[block, None] == groups] = np.inf
        closest = np.argpartition(between, nearest - 1, axis=1)[:, :nearest]
        squared = np.take_along_axis(between, closest, 1)
        order = np.argsort(squared, axis=1)
        distances[start : start + len(block)] = np.sqrt(np.maximum(np.take_along_axis(squared, order, 1), 0))
        neighbors[start : start + len(block)] = np.take_along_axis(closest, order, 1)
    typical = float(np.sqrt(2 * squares.mean())) + 1e-30
    same = distances[:, 0] < SAME * typical
    exact = float(same.mean())
    dimension = _dimension(distances)
    gap = GAP if has_label or dimension == 0 else float(np.clip(RARE ** (1 / dimension), GAP, widest))
    jumps = distances[:, :-1] < gap * distances[:, 1:]
    by_chance = float(1 - np.prod(1 - gap ** (dimension * np.arange(1, nearest)))) if dimension else 0.0
    near = float((jumps.any(1) | same).mean()) - by_chance
    copies = same | jumps.any(1)
    return Copies(exact, max(near, 0.0), np.stack([chosen[copies], neighbors[copies, 0]], axis=1))


def copies_note(copies: Copies, group: str | None, table: pd.DataFrame) -> str:
    """Return a sentence on rows that are copies of others; empty where there are few."""
    if copies.exact >= SHARE:
        what = f"{copies.exact:.0%} of the rows have the same features as a row of another group"
    elif copies.near >= CHANCE:
        what = f"{copies.near:.0%} of the rows are nearly copies of a row of another group"
    else:
        return ""
    what = what if group is not None else what.replace("a row of another group", "another row")
    start = f"{what}; in train and test, they make anything decodable."
    if group is not None:
        return f"{start} Give a group that keeps copies together instead of {group}, or remove them."
    named = _joining(copies, table)
    return (
        f"{start} Give group={named}, in which they agree."
        if named
        else (f"{start} Add a column that says which original each row is from, and give it as group, or remove them.")
    )


def order_note(projected: np.ndarray, factors: Sequence[Factor], labels: np.ndarray | None) -> str:
    """Return a sentence where rows are like those before them, in features and in factors; empty elsewhere.

    Args:
        projected: features [N, K] in the order of the user's table.
        factors: in this order.
        labels: codes of the label [N], whose class means are removed from the features; None if there is no label.
    """
    if labels is not None:
        projected = projected - pd.DataFrame(projected).groupby(labels).transform("mean").to_numpy()
    autocorrelation = _autocorrelation(projected)
    if autocorrelation < LEAST_AUTOCORRELATION:
        return ""
    like = [factor.name for factor in factors if _factor_autocorrelation(factor) >= LEAST_AUTOCORRELATION]
    if not like:
        return ""
    return (
        f"Rows are like those before them, in their features (autocorrelation {autocorrelation:.2f}) and in "
        f"{len(like)} of {len(factors)} factors, such as {like[0]}, as in recordings or sorted tables; without "
        "group, each counts as independent. Give group=, a column with the recording or a stretch of time."
    )


def likely_group(table: pd.DataFrame, roles: Roles) -> str | None:
    """Return a column whose name suggests a group (a person, a recording), with several rows per value."""
    used = {roles.id, roles.label, roles.split}
    for name in table.columns:
        different = table[name].nunique()
        words = name_words(str(name))
        if name not in used and words & GROUP_WORDS and 9 <= different <= 0.8 * len(table):
            return str(name)
    return None


def _dimension(distances: np.ndarray) -> float:
    """Return the dimension of the rows from their farther neighbors' distances; 0 where these do not show it.

    It is the maximum likelihood of Levina and Bickel (2004).
    """
    first, last = distances.shape[1] // 2, distances.shape[1] - 1
    with np.errstate(divide="ignore", invalid="ignore"):
        logs = np.log(distances[:, last:] / distances[:, first:last])
    logs = logs[np.isfinite(logs)]
    if not logs.size or logs.mean() <= 0:
        return 0.0
    expected = np.mean([np.sum(1 / np.arange(index + 1, last + 1)) for index in range(first, last)])
    return float(expected) / float(logs.mean())


def _joining(copies: Copies, table: pd.DataFrame) -> str | None:
    """Return the column in which copies agree and that has most values."""
    best, most = None, 8
    for name in table.columns:
        if pd.api.types.is_float_dtype(table[name]):  # an amount; copies agree in it, but so may others
            continue
        codes = pd.factorize(table[name])[0]
        different = int(codes.max(initial=-1)) + 1
        agree = (codes[copies.pairs[:, 0]] == codes[copies.pairs[:, 1]]).mean() if len(copies.pairs) else 0.0
        if agree > 0.95 and most < different < len(table):
            best, most = str(name), different
    return best


def _autocorrelation(values: np.ndarray) -> float:
    total = float(((values - values.mean(0)) ** 2).mean())
    return 1 - float((np.diff(values, axis=0) ** 2).mean()) / (2 * total) if total > 0 else 0.0


def _factor_autocorrelation(factor: Factor) -> float:
    known = factor.values[factor.known]
    if len(known) < LEAST_ROWS:
        return 0.0
    if factor.kind not in CLASSES:
        return _autocorrelation(known[:, None])
    shares = np.bincount(known.astype(np.int64)) / len(known)
    chance = float((shares**2).sum())
    return (float((np.diff(known) == 0).mean()) - chance) / max(1 - chance, 1e-9)
