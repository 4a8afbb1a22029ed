import pandas as pd

from exoprobe.evaluation.tuning import tuning_table

TRIALS = {
    "pair@0.1": ("pair", "weight", 0.1),
    "pair@1": ("pair", "weight", 1),
    "plain@0.01": ("plain", "learning_rate", 0.01),
    "plain@0.02": ("plain", "learning_rate", 0.02),
}
ACCURACIES = {"pair@0.1": 0.9, "pair@1": 0.95, "plain@0.01": 0.8, "plain@0.02": 0.7}


def test_the_best_on_validation_and_the_configured_are_marked(tmp_path):
    searches = {}
    for trial, accuracy in ACCURACIES.items():
        rows = {"probe": ["linear", "nearest_mean"], "accuracy": [0.99, accuracy], "eraser": ["", ""]}
        searches[trial] = tmp_path / f"{trial}.parquet"
        pd.DataFrame(rows).to_parquet(searches[trial])
    table = tuning_table(searches, TRIALS, {"pair": 0.1, "plain": 0.01}).set_index(["network", "value"])
    assert table["validation_mav_accuracy"].tolist() == [90, 95, 80, 70]
    assert table.index[table["best"]].tolist() == [("pair", 1), ("plain", 0.01)]
    assert table.index[table["configured"]].tolist() == [("pair", 0.1), ("plain", 0.01)]
