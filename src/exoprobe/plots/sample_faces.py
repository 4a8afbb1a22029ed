"""Figure 1: faces, and what linear probes predict of them from their features alone."""

from pathlib import Path

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from exoprobe.datasets.factors import read_factors
from exoprobe.datasets.images import ImageFiles
from exoprobe.datasets.landmarks import BOX_COLUMNS, read_landmarks
from exoprobe.datasets.samples import read_samples
from exoprobe.embeddings.crops import Crop, crop_face
from exoprobe.plots.representation_styles import BLACK, GREEN, GREY, VERMILION
from exoprobe.plots.style import new_figure, save_figure
from exoprobe.probes.predictions import Predictions

PER_ROW = 5
CROP = Crop(size=256, align="box")
MARGIN = 0.25  # shown around a face's box, where the image has it
LINES = 6  # attributes below a face; more would not fit
ABS_YAW = "abs_yaw"
DRAWN, DRAWN_WRONG = "drawn at random", "drawn among errors"
# Symbol, color and meaning by (present, predicted); what is absent and not predicted is not shown.
MARKS = {
    (True, True): ("✓", GREEN, "predicted and present"),
    (False, True): ("✗", VERMILION, "predicted, not present"),
    (True, False): ("○", VERMILION, "present, not predicted"),
}


def draw_sample_faces(
    samples: str | Path,
    images: str | Path,
    landmarks: str | Path,
    factors: str | Path,
    predictions: str | Path,
    paths: dict[str, str | Path],
    *,
    shown: list[str],
    seed: int,
    caption: str,
) -> None:
    """Draw Figure 1.

    Args:
        samples: the dataset.
        images: folder or archive of its image files.
        landmarks: its landmarks.
        factors: its factors.
        predictions: file of :func:`exoprobe.probes.run.probe` for one representation.
        paths: see :func:`exoprobe.plots.style.save_figure`.
        shown: the attributes to write below the faces, and by which a face is right or wrong.
        seed: of the draw of faces.
        caption: see :func:`exoprobe.plots.style.save_figure`.
    """
    table = gather_predictions(samples, factors, predictions, [*shown, ABS_YAW])
    chosen = choose_faces(table[table["property"] != ABS_YAW], seed)
    data = chosen.merge(table, on="sample_id")
    columns = read_samples(samples, ["sample_id", "file"])
    names = pd.Series(columns["file"], index=columns["sample_id"])
    boxes, files = read_landmarks(landmarks).set_index("sample_id"), ImageFiles(images)
    texts = [describe(data[data["sample_id"] == sample]) for sample in chosen["sample_id"]]
    rows = chosen.assign(text=pd.Series(texts, index=chosen.index, dtype=object)).groupby("draw", sort=False)
    figure, panels = new_figure(len(rows), PER_ROW, squeeze=False)
    figure.set_figheight(0.5 + len(rows) * (1.3 + 0.145 * max(map(len, texts))))
    for axes in panels.flat:
        axes.axis("off")
    for row, (draw, faces) in zip(panels, rows, strict=True):
        row[0].text(-0.06, 0.5, draw, transform=row[0].transAxes, rotation=90, ha="right", va="center", color=GREY)
        for axes, face in zip(row, faces.to_dict("records"), strict=False):
            image = files.load(names[face["sample_id"]])
            box = box_within(boxes.loc[face["sample_id"], BOX_COLUMNS].to_numpy(float), image.shape[:2])
            axes.imshow(crop_face(image, dict(zip(BOX_COLUMNS, box, strict=True)), CROP).transpose(1, 2, 0))
            _write(axes, face["text"])
    _explain(figure)
    save_figure(figure, data, paths, caption=caption)


def gather_predictions(
    samples: str | Path, factors: str | Path, predictions: str | Path, names: list[str]
) -> pd.DataFrame:
    """Put the linear probe's predictions of some factors beside the truth.

    Returns:
        Columns ``sample_id, group, property, truth, predicted, right``: for an attribute, truth is 0 or 1 and predicted
        the score; for ``abs_yaw`` both are degrees, and ``right`` is empty.
    """
    columns = read_samples(samples, ["sample_id", "group"])
    known = {factor.name: factor for factor in read_factors(factors)}
    predicted_factors = Predictions(predictions)
    rows, tables = predicted_factors.sample_ids, []
    for name in filter(known.__contains__, names):
        truth, predicted = known[name].values[rows], predicted_factors["", "linear", name]
        right = (predicted >= 0) == (truth > 0) if known[name].kind == "binary" else np.nan
        leading = {"sample_id": rows, "group": columns["group"][rows], "property": name}
        tables.append(
            pd.DataFrame({**leading, "truth": truth, "predicted": predicted, "right": right}).astype({"right": object})
        )
    return pd.concat(tables, ignore_index=True)


def choose_faces(table: pd.DataFrame, seed: int) -> pd.DataFrame:
    """Draw identities, each once, and a face of each: first among all, then among faces with a wrong prediction.

    Args:
        table: of :func:`gather_predictions`, the attributes.
        seed: of the draw.

    Returns:
        Columns ``draw`` (:data:`DRAWN` or :data:`DRAWN_WRONG`) and ``sample_id``, five rows of each or fewer.
    """
    rng = np.random.default_rng(seed)
    faces = table.groupby("sample_id").agg(group=("group", "first"), right=("right", "all")).reset_index()
    first = _draw_faces(faces, rng)
    others = faces[~faces["group"].isin(first["group"]) & ~faces["right"]]
    second = _draw_faces(others, rng)
    return pd.concat([first.assign(draw=DRAWN), second.assign(draw=DRAWN_WRONG)])[["draw", "sample_id"]]


def _draw_faces(faces: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    identities = faces["group"].unique()
    identities = rng.choice(identities, min(PER_ROW, len(identities)), replace=False)
    rows = [rng.choice(faces.index[faces["group"] == identity]) for identity in identities]
    return faces.loc[rows]


def box_within(box: np.ndarray, shape: tuple[int, int]) -> np.ndarray:
    """Enlarge a box [4] to a square with a margin, and move and shrink that into an image of height × width."""
    height, width = shape
    side = min((box[2:] - box[:2]).max() * (1 + 2 * MARGIN), height, width)
    corner = np.clip((box[:2] + box[2:] - side) / 2, 0, [width - side, height - side])
    return np.concatenate([corner, corner + side])


def describe(table: pd.DataFrame) -> list[tuple[str, str]]:
    """Write what was predicted of one face: |yaw|, then attributes that are present or predicted, the surest first.

    Args:
        table: its rows of :func:`gather_predictions`.

    Returns:
        Lines of text, each with its color.
    """
    yaw = table[table["property"] == ABS_YAW]
    degrees = [f"|yaw| {row.predicted:z.0f}° / {row.truth:.0f}°" for row in yaw.itertuples()]
    lines = [(text.replace("-", "−"), BLACK) for text in degrees]  # a linear prediction can fall below 0
    attributes = table[table["property"] != ABS_YAW]
    marked = []
    for row in attributes.sort_values("predicted", key=np.abs, ascending=False).to_dict("records"):
        if mark := MARKS.get((row["truth"] == 1, row["predicted"] >= 0)):
            marked.append((f"{mark[0]} {row['property'].replace('_', ' ')}", mark[1]))
    if len(marked) > LINES:
        marked = [*marked[: LINES - 1], (f"and {len(marked) - LINES + 1} more", GREY)]
    return [*lines, *(marked or [("no attribute", GREY)])]


def _write(axes: Axes, lines: list[tuple[str, str]]) -> None:
    """Write lines below a face."""
    for rank, (text, color) in enumerate(lines):
        axes.annotate(
            text, (0, 0), xycoords="axes fraction", xytext=(0, -4 - 10 * rank), textcoords="offset points", va="top",
            fontsize=7.5, color=color,
        )  # fmt: skip


def _explain(figure: Figure) -> None:
    handles = [
        Line2D([], [], linestyle="none", marker=f"${symbol}$", color=color, markeredgewidth=0, label=meaning)
        for symbol, color, meaning in MARKS.values()
    ]
    handles.append(Line2D([], [], linestyle="none", label="|yaw| predicted / annotated"))
    figure.legend(handles=handles, loc="outside upper center", ncols=4, markerscale=1.6, handletextpad=0.1)
