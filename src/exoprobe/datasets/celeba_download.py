"""CelebA by torchvision; apart, so that other changes do not fetch it again."""

from pathlib import Path

from exoprobe.errors import ExoprobeError


def download_celeba(folder: str | Path) -> None:
    """Let torchvision download CelebA into ``folder`` (its host often refuses; then fetch it by hand)."""
    from torchvision.datasets import CelebA

    try:
        CelebA(str(folder), download=True)
    except Exception as error:  # torchvision and gdown raise what they like
        raise ExoprobeError(
            f"torchvision could not download CelebA ({error}). It needs the package gdown, and the host often "
            "refuses; then download it from its home page and name the folder "
            "that holds celeba/ in config.yaml as faces.folder"
        ) from error
