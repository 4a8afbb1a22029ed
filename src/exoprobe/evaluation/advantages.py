"""Does a way of training do better than another by more than training runs differ?"""

import pandas as pd

from exoprobe.evaluation.trade_off import over_seeds


def advantages(table: pd.DataFrame, reference: str) -> pd.DataFrame:
    """Compare every variant with one of them as trained, seed by seed.

    Runs of one seed share their order of images and, where the network is the same, their first weights.

    Args:
        table: of :func:`exoprobe.evaluation.trade_off.trade_off`.
        reference: the variant to compare with, not erased.

    Returns:
        A row per variant, ``erased`` and measure: ``reference``, and of the difference to it the ``mean`` over
        seeds with ``sd``, ``n`` and its interval, ``low`` and ``high``.
    """
    own = table[(table["variant"] == reference) & ~table["erased"]].set_index(["measure", "seed"])["value"]
    joined = table.join(own.rename("own"), on=["measure", "seed"], how="inner")
    itself = (joined["variant"] == reference) & ~joined["erased"]
    differences = joined.assign(value=joined["value"] - joined["own"])[~itself]
    return over_seeds(differences).assign(reference=reference)
