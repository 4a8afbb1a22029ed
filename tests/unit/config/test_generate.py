"""The schema and the reference are those of the models."""

import jsonschema
import pytest

from exoprobe.config.generate import generated, schema


def test_what_is_generated_is_up_to_date(root):
    for path, text in generated(root).items():
        assert path.read_text(encoding="utf-8") == text, "run python -m exoprobe.config.generate"


def test_the_schema_takes_the_shipped_configuration_and_no_other_key(shipped):
    jsonschema.Draft202012Validator.check_schema(schema())
    jsonschema.validate(shipped, schema())
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({**shipped, "sedes": [0]}, schema())
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({**shipped, "recipes": {"fast": {"learning_rate": 0}}}, schema())
