"""How well attributes are decodable (Figure 2): false negatives, false positives and the baselines beside them."""

import pandas as pd

from exoprobe.evaluation.score import MEAN
from exoprobe.evaluation.scores import complement

PROBES = ("linear", "head")  # of the attributes: a linear SVM, or a network's own output
RATES = ("false_negative", "false_positive", "error")


def attribute_errors(scores: pd.DataFrame, attributes: list[str]) -> pd.DataFrame:
    """Gather the errors of every representation and attribute on test.

    Args:
        scores: of the score stage, of one probe of the attributes for each representation.
        attributes: the binary factors to show.

    Returns:
        A row per representation and attribute, and one with attribute :data:`MEAN`: ``false_negative``,
        ``false_positive`` and ``error`` (their mean) in percent, each with ``…_low`` and ``…_high`` (95 %, resampling
        identities), ``prevalence`` on test, ``samples``, ``identities`` and ``majority_false_negative`` (100 where
        absence is the majority in training, else 0; the majority's error is always 50).
    """
    table = scores[scores["factor"].isin([*attributes, MEAN]) & (scores["subset"] == "") & (scores["eraser"] == "")]
    table = table[table["probe"].isin(PROBES)]
    errors = complement(table[table["measure"] == "balanced_accuracy"]).assign(measure="error")
    rates = pd.concat([table, errors])
    rates[["value", "low", "high"]] *= 100
    wide = rates.pivot(index=["representation", "factor"], columns="measure", values=["value", "low", "high"])
    columns = {rate: wide["value"][rate] for rate in RATES}
    columns |= {f"{rate}_{end}": wide[end][rate] for rate in RATES for end in ("low", "high")}
    columns |= {name: wide["value"][name] for name in ("prevalence", "majority_false_negative")}
    counts = table.groupby(["representation", "factor"], sort=False)[["rows", "groups"]].max()
    rows = pd.DataFrame(columns).join(counts).rename(columns={"rows": "samples", "groups": "identities"})
    order = [
        (representation, name) for representation in table["representation"].unique() for name in [*attributes, MEAN]
    ]
    rows = rows.reindex(order).reset_index().rename(columns={"factor": "attribute"})
    return _fill_means(rows.dropna(subset="error"))


def _fill_means(rows: pd.DataFrame) -> pd.DataFrame:
    """Give the rows of means the mean prevalence and majority error of their attributes."""
    names = ["prevalence", "majority_false_negative"]
    means = rows[rows["attribute"] != MEAN].groupby("representation")[names].mean()
    missing = rows["attribute"] == MEAN
    rows.loc[missing, names] = means.loc[rows.loc[missing, "representation"]].to_numpy()
    return rows.reset_index(drop=True)
