import pytest

from clerkform.sandbox.shortcodes import render

KNOWN = {
    "user": {
        "first_name": "Ann",
        "last_name": None,
        "off": False,
        "zero": 0,
        "metadata": {"a": {"b": [1, 2]}, "t": "x"},
    }
}


@pytest.mark.parametrize(
    ("text", "rendered"),
    [
        ("{{user.first_name}}", "Ann"),
        ("{{ user.first_name }}", "Ann"),
        ("{{user.metadata.a}}", {"b": [1, 2]}),
        ("{{user.metadata.a.b}}", [1, 2]),
        ("{{user.metadata.a.b.c}}", None),
        ("{{user.off}}", False),
        ("{{user.zero}}", 0),
        ("{{user.i_dont_exist}}", None),
        ("{{user.firstName}}", None),
        ("{{}}", None),
        ("{{user.last_name}} {{user.first_name}}", "null Ann"),
        (" {{user.first_name}}", " Ann"),
        ("is {{user.off}}, {{user.metadata.a}}", 'is false, {"b": [1, 2]}'),
        ("{{user.last_name || user.off || 'friend'}}", "friend"),
        ("{{user.last_name || user.zero || 'friend'}}", 0),
        ("{{user.last_name || user.off}}", False),
        ("{{user.last_name || 'a || b }} c'}}", "a || b }} c"),
        ("{{user.last_name || true}}", True),
        ("{{user.last_name || 12}}", 12),
        ("{{user.last_name || -1.5}}", -1.5),
        ("{{user.first_name", "{{user.first_name"),
        ("{{user.first_name}", "{{user.first_name}"),
        ("{user.first_name}}", "{user.first_name}}"),
        ("plain", "plain"),
    ],
)
def test_a_shortcode_becomes_its_value(text, rendered):
    assert render(text, KNOWN) == rendered


def test_values_at_any_depth_and_no_keys():
    claims = {"{{user.first_name}}": ["{{user.first_name}}", {"x": "{{user.zero}}"}], "n": 1.5}
    assert render(claims, KNOWN) == {"{{user.first_name}}": ["Ann", {"x": 0}], "n": 1.5}


def test_a_hostile_text_takes_no_time():
    """A pattern that backtracks would not come back from this."""
    assert render("{{'" * 50_000, KNOWN) == "{{'" * 50_000
