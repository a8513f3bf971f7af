import pytest
from pydantic import TypeAdapter, ValidationError

from clerkform.model import SecretRef, Sink
from clerkform.model.sink import NOWHERE

REF, SINK = TypeAdapter(SecretRef), TypeAdapter(Sink)


@pytest.mark.parametrize(
    ("written", "source", "shown"),
    [
        ({"from_env": "KEY"}, "from_env", "from_env: KEY"),
        ({"from_file": "a/key.pem"}, "from_file", "from_file: a/key.pem"),
        ({"from_command": ["op", "read"]}, "from_command", "from_command: [op, read]"),
    ],
)
def test_a_reference_names_one_source_and_shows_it(written, source, shown):
    ref = REF.validate_python(written)
    assert ref.source == source
    assert str(ref) == shown
    assert repr(ref) == f"SecretRef({shown})"


@pytest.mark.parametrize(
    ("written", "form", "path", "shown"),
    [
        ("none", "none", None, "none"),
        ({"file": "key"}, "file", "key", "file: key"),
        ({"env_file": ".env", "name": "KEY"}, "env_file", ".env", "env_file: .env, name: KEY"),
        ({"command": ["vault"]}, "command", None, "command: [vault]"),
    ],
)
def test_a_sink_has_one_form_and_reads_back_as_written(written, form, path, shown):
    sink = SINK.validate_python(written)
    assert (sink.form, sink.path) == (form, path)
    assert str(sink) == shown
    assert SINK.dump_python(sink, exclude_unset=True, mode="json") == written


def test_nowhere_is_one_value():
    assert SINK.validate_python(NOWHERE) is SINK.validate_python("none") is NOWHERE


@pytest.mark.parametrize(
    ("adapter", "written", "kind"),
    [
        (REF, {}, "one_form"),
        (REF, {"from_env": "A", "from_file": "b"}, "one_form"),
        (REF, {"from_env": "not a name"}, "string_pattern_mismatch"),
        (SINK, {"file": "a", "command": ["b"]}, "one_form"),
        (SINK, {"env_file": "a"}, "env_file_name"),
        (SINK, {"file": "a", "name": "B"}, "env_file_name"),
        (SINK, {"command": []}, "too_short"),
    ],
)
def test_what_is_no_reference_and_no_sink_is_refused(adapter, written, kind):
    with pytest.raises(ValidationError) as caught:
        adapter.validate_python(written)
    assert kind in {error["type"] for error in caught.value.errors()}


def test_the_schema_of_a_sink_knows_the_word_none():
    schema = SINK.json_schema()
    assert schema["anyOf"][0]["const"] == "none"
