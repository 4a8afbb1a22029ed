import pytest

from exoprobe.config.model import load_config


@pytest.fixture
def configured(shipped):
    """A function that returns the shipped configuration with some sections changed."""

    def load(**sections):
        return load_config({**shipped, **{name: {**shipped[name], **new} for name, new in sections.items()}})

    return load
