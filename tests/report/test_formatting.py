import pytest

from clerkform.diff.values import Change, Known
from clerkform.model.paths import GONE
from clerkform.plan.review import SENSITIVE, hidden
from clerkform.plan.wire import WireChange, change_of
from clerkform.report.formatting import LONGEST, compact, escaped, sides


def sides_of(change):
    return sides(WireChange(**change_of(change, hidden)))


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("Acme", "Acme"),
        ("https://app.example.com/cb", "https://app.example.com/cb"),
        ("Acme GmbH", '"Acme GmbH"'),
        ("", '""'),
        ("{{org.role}}", '"{{org.role}}"'),
        ("true", '"true"'),
        ("60", '"60"'),
        ("a\\b", '"a\\\\b"'),
        (True, "true"),
        (60, "60"),
        (None, "null"),
        (["a", 1], '["a", 1]'),
        ({"tier": None}, '{"tier": null}'),
        (Known("(secret)"), "(secret)"),
        ("Zoë", "Zoë"),
    ],
)
def test_a_value_is_compact_and_cannot_be_taken_for_another(value, text):
    assert compact(value) == text


@pytest.mark.parametrize(
    "text", ["\x1b[2J", "a\nb", "\x9b31m", "\u202eevil", "\u2028", "\x7f", "\ud800", "\u200b"]
)
def test_nothing_live_can_steer_a_terminal(text):
    for shown in (escaped(text), compact(text), compact([text])):
        assert shown.isprintable()
        assert "\\u" in shown or "\\n" in shown


def test_long_values_are_shortened_where_they_do_not_differ():
    same = "x" * 500
    before, after = sides_of(Change(("claims",), f"{same}old", f"{same}new"))
    assert "old" in str(before)
    assert "new" in str(after)
    assert len(str(before)) <= LONGEST + 2


def test_a_value_that_is_not_there_has_no_text():
    assert sides_of(Change(("a",), GONE, 1)) == (None, "1")
    assert sides_of(Change(("a",), 1, GONE)) == ("1", None)


def test_null_is_a_value():
    assert sides_of(Change(("a",), None, 1)) == ("null", "1")


def test_a_sensitive_value_is_never_text():
    change = Change(("private_metadata", "k"), "old secret", "new secret", hidden=True)
    assert sides_of(change) == (SENSITIVE, SENSITIVE)
    assert sides_of(Change(("a",), GONE, "x", hidden=True)) == (None, SENSITIVE)
