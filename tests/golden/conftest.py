"""The golden run's datasets."""

import pytest

from exoprobe.errors import ExoprobeError
from tests.golden.datasets import Golden, fetch_digits, fetch_faces, make_golden


@pytest.fixture(scope="session")
def golden(tmp_path_factory) -> Golden:
    """Both datasets, from downloads; skips where they cannot be had."""
    try:
        sources = [fetch(tmp_path_factory.mktemp("downloads")) for fetch in (fetch_digits, fetch_faces)]
    except ExoprobeError as error:
        pytest.skip(str(error))
    return make_golden(*sources, tmp_path_factory.mktemp("golden"))
