"""The datasets that exoprobe knows, a module each; found by name, see :mod:`exoprobe.datasets.registry`."""
