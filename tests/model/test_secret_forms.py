import jsonschema
import pytest
from pydantic import BaseModel, ValidationError

from clerkform.model.secrets import SecretRef
from clerkform.model.sink import NOWHERE, Sink


class Both(BaseModel):
    ref: SecretRef | None = None
    to: Sink | None = None


GOOD = [
    {"ref": {"from_env": "A_1"}},
    {"ref": {"from_file": "a/b"}},
    {"ref": {"from_command": ["op", "read", ""]}},
    {"to": "none"},
    {"to": {"file": "x"}},
    {"to": {"env_file": "x", "name": "A"}},
    {"to": {"command": ["tee"]}},
]
BAD = [
    ({"ref": "literal"}, ("ref",)),
    ({"ref": {}}, ("ref",)),
    ({"ref": {"from_env": "A", "from_file": "b"}}, ("ref",)),
    ({"ref": {"from_env": "1A"}}, ("ref", "from_env")),
    ({"ref": {"from_env": ""}}, ("ref", "from_env")),
    ({"ref": {"from_env": 5}}, ("ref", "from_env")),
    ({"ref": {"from_file": ""}}, ("ref", "from_file")),
    ({"ref": {"from_command": "op read"}}, ("ref", "from_command")),
    ({"ref": {"from_command": []}}, ("ref", "from_command")),
    ({"ref": {"from_command": ["op", 5]}}, ("ref", "from_command", 1)),
    ({"ref": {"from_envv": "A"}}, ("ref", "from_envv")),
    ({"to": "nowhere"}, ("to",)),
    ({"to": {}}, ("to",)),
    ({"to": {"file": "x", "command": ["y"]}}, ("to",)),
    ({"to": {"file": "x", "name": "A"}}, ("to",)),
    ({"to": {"env_file": "x"}}, ("to",)),
    ({"to": {"name": "A"}}, ("to",)),
    ({"to": {"fil": "x"}}, ("to", "fil")),
]


@pytest.mark.parametrize("data", GOOD, ids=str)
def test_a_form_survives_being_written_and_read(data):
    model = Both.model_validate(data)
    assert model.model_dump(mode="json", exclude_none=True) == data
    assert Both.model_validate(model.model_dump()) == model
    jsonschema.validate(data, Both.model_json_schema())


@pytest.mark.parametrize(("data", "where"), BAD, ids=str)
def test_a_mistake_is_found_where_it_was_written(data, where):
    with pytest.raises(ValidationError) as caught:
        Both.model_validate(data)
    assert where in [error["loc"] for error in caught.value.errors()]
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(data, Both.model_json_schema())


def test_a_form_says_what_it_is():
    assert SecretRef(from_command=("op", "read")).source == "from_command"
    assert str(SecretRef(from_env="A")) == "from_env: A"
    assert repr(Sink(env_file="x", name="A")) == "Sink(env_file: x, name: A)"
    assert (Sink(file="x").form, NOWHERE.form, str(NOWHERE)) == ("file", "none", "none")


def test_every_field_is_described():
    schema = Both.model_json_schema()["$defs"]
    properties = [
        schema["SecretRef"],
        next(s for s in schema["Sink"]["anyOf"] if "properties" in s),
    ]
    for described in properties:
        assert all(len(field["description"]) > 40 for field in described["properties"].values())
