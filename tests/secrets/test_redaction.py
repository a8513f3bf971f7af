"""What is secret is found however it is written, and nothing else is taken out."""

import base64
import json
from html import escape
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clerkform.secrets.redaction import (
    SHORTEST_SECRET,
    Net,
    holds_secret,
    opened_net,
    redacted,
    redacted_data,
)

PEM = "-----BEGIN X-----\nMIIEvQIBADANBgkq\nhkiG9w0BAQEFAASC\n-----END X-----\n"
ODD = 'a long quo"te\\é *_<b>|`&%41 "q"'


def net(*secrets):
    made = Net()
    for secret in secrets:
        made.remember(secret)
    return made


def test_a_secret_is_redacted_as_json_and_line_by_line():
    it = net(PEM, 'a longer quo"te\\é')
    assert it.redact(f"x {PEM} y") == "x (secret) y"
    assert it.redact(json.dumps({"k": PEM})) == '{"k": "(secret)"}'
    assert it.redact("line 2: hkiG9w0BAQEFAASC!") == "line 2: (secret)!"
    assert it.redact(json.dumps('a longer quo"te\\é')) == '"(secret)"'
    assert it.redact(json.dumps('a longer quo"te\\é', ensure_ascii=False)) == '"(secret)"'


def test_a_secret_within_another_leaves_no_rest():
    it = net("a-secret-of-some-length", "a-secret-of-some-length-and-more")
    assert it.redact("a-secret-of-some-length-and-more") == "(secret)"


def test_a_secret_in_base64_is_redacted_wherever_it_begins():
    secret = "söme?secret/with=signs&more~~>>??"
    for before in (b"", b"1", b"22", b"Bearer "):
        for encode in (base64.b64encode, base64.urlsafe_b64encode):
            left = net(secret).redact(encode(before + secret.encode() + b"!").decode())
            assert "(secret)" in left
            assert len(left) <= len("(secret)") + len(encode(before)) + 6


def each(form):
    return lambda text: "".join(form.format(byte) for byte in text.encode())


WAYS = {
    "as it is": str,
    "reversed": lambda text: text[::-1],
    "in the other case": lambda text: "".join(c.swapcase() if c.isascii() else c for c in text),
    "JSON": lambda text: json.dumps(text)[1:-1],
    "JSON in JSON": lambda text: json.dumps(json.dumps(text))[3:-3],
    "repr": lambda text: repr(text)[1:-1],
    "bytes": lambda text: repr(text.encode())[2:-1],
    "every byte escaped": each("\\x{:02x}"),
    "an address": quote,
    "a part of an address": lambda text: quote(text, safe=""),
    "a form": quote_plus,
    "percent per byte": each("%{:02X}"),
    "percent per byte, lower case": each("%{:02x}"),
    "hexadecimal": lambda text: text.encode().hex(),
    "upper-case hexadecimal": lambda text: text.encode().hex().upper(),
    "HTML": escape,
    "decimal entities": lambda text: "".join(f"&#{ord(c)};" for c in text),
    "hexadecimal entities": lambda text: "".join(f"&#x{ord(c):x};" for c in text),
    "Markdown": lambda text: "".join(f"\\{c}" if c in "\\`*_<>[]#|@&" else c for c in text),
    "JSON, HTML, an address": lambda text: quote(escape(json.dumps(text)[1:-1])),
}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("secret", ["sk_live_canaryKey0123456789", ODD, "%41&amp;\\u0041-" * 2])
def test_a_secret_is_redacted_whichever_way_it_is_written(secret, way):
    it, text = net(secret), f"x\n\\ & %41 ({WAYS[way](secret)}) y\nz"
    assert it.redact(text) == "x\n\\ & %41 ((secret)) y\nz"
    assert it.holds(text)


@pytest.mark.parametrize("view", ["JSON", "HTML", "Markdown", "repr"])
@given(secret=st.text(st.characters(codec="utf-8"), min_size=SHORTEST_SECRET, max_size=60))
def test_no_secret_gets_past_what_a_view_adds(view, secret):
    assert secret not in net(secret).redact(WAYS[view](f"<{secret}>"))
    said = net(secret).redact(WAYS[view](f"<{secret}>"))
    assert said != WAYS[view](f"<{secret}>")
    assert net(secret).holds(WAYS[view](f"<{secret}>"))


def test_what_is_no_secret_stays_as_it_is():
    text = 'a \\" b %20 &amp; \\u0041'
    assert net(PEM, ODD).redact(text) == text
    assert not net(PEM, ODD).holds(text)
    assert not net().holds(text)


def test_a_secret_that_can_be_guessed_is_taken_out_of_answers_alone():
    """A manifest with every guess in it would learn from the output which was taken out."""
    it = net("271828", "a", "b3rl1n-2")
    for text in ("a plan with 271828", f"with {b'b3rl1n-2'.hex()}"):
        assert it.redact(text) == text
        assert "(secret)" in it.redact_answer(text)


def test_the_keys_of_the_environment_are_known_from_the_start():
    key, other = "sk_live_canaryKey0123456789", "my-canary-key-0123456789"
    environ = {
        "SOMETHING": key,
        "CLERK_SECRET_KEY_OTHER": other,
        "CLERK_PUBLISHABLE_KEY": "pk_test_0123456789012345",
        "CLERK_API_URL": "https://api.example.com/v1",
        "CLERK_API_KEY_ID": "ak_0123456789012345",
    }
    it = Net()
    it.remember_keys(environ)
    assert it.redact(f"{key} {other}") == "(secret) (secret)"
    for public in list(environ.values())[2:]:
        assert it.redact(public) == public


def test_plain_data_is_redacted_at_any_depth():
    with opened_net() as it:
        it.remember(ODD)
        assert redacted_data({"a": [ODD, 1, {ODD: None}]}) == {
            "a": ["(secret)", 1, {"(secret)": None}]
        }
        for data in (ODD, {"a": [1, ODD]}, [{ODD: None}], ({"a": (ODD,)},)):
            assert holds_secret(data)
        assert not holds_secret({"a": ["b", 1, None, True]})
    assert redacted(ODD) == ODD
    assert not holds_secret(ODD)


def test_a_text_full_of_a_secret_is_searched_once_for_each_layer():
    it = net("sk_test_canary0123456789")
    text = "sk_test_canary0123456789\\n" * 20_000
    assert it.redact_answer(text) == "(secret)\\n" * 20_000
