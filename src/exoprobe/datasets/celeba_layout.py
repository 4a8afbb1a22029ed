"""Where the files of CelebA's official layout are; apart, since the workflow asks before any job starts."""

from pathlib import Path

from exoprobe.errors import ExoprobeError

IMAGES, LANDMARKS = "img_align_celeba", "list_landmarks_align_celeba.txt"
PARTITIONS, ATTRIBUTES, IDENTITIES = "list_eval_partition.txt", "list_attr_celeba.txt", "identity_CelebA.txt"
TABLES = (PARTITIONS, ATTRIBUTES, IDENTITIES)


def celeba_folder(folder: str | Path) -> Path:
    """Return the folder that holds the official files: ``folder`` itself or its subfolder ``celeba``.

    Raises:
        ExoprobeError: where neither holds them all, naming what is missing.
    """
    for candidate in (Path(folder), Path(folder) / "celeba"):
        missing = [name for name in (IMAGES, *TABLES) if not (candidate / name).exists()]
        if not missing:
            return candidate
    raise ExoprobeError(
        f"faces.folder: {folder} is not CelebA's official layout; {candidate} lacks {', '.join(missing)}"
    )
