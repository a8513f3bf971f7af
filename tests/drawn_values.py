"""Values that many fields have, drawn: what hurts, and what a server takes."""

from __future__ import annotations

from datetime import UTC, datetime

from hypothesis import strategies as st

HURTS = ["", " ", "~", "null", "no", "1:30", "${", "${var.x}", "$${", "{{user.id}}", "__a", "a.b"]
texts = st.sampled_from(HURTS) | st.text(st.characters(codec="utf-8"), max_size=8)
numbers = st.integers(-(2**53), 2**53) | st.floats(-1e6, 1e6, width=32)
json_keys = st.sampled_from(["a", "b", "__a", "a.b", "", "A", "literal", "from_env"]) | texts
json_values = st.recursive(
    st.none() | st.booleans() | numbers | texts,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(json_keys, inner, max_size=3)
        | inner.map(lambda value: {"from_env": value})
    ),
    max_leaves=6,
)
json_objects = st.dictionaries(json_keys, json_values, max_size=4)
instants = st.datetimes(datetime(1990, 1, 1), datetime(2030, 1, 1)).map(
    lambda at: at.replace(tzinfo=UTC).isoformat(timespec="milliseconds")
)
secret_references = st.sampled_from(["ONE", "TWO"]).map(lambda name: {"from_env": name})
users = st.integers(0, 2).map(lambda at: f"user_{at:027}")
names = st.sampled_from(["A", "a b", "Ünï", "null", "x: y", "ten"])
hosts = st.sampled_from(["a.example.com", "b.example.com", "Shop.example.net", "c.d.example.org"])
emails = st.sampled_from(
    ["*@x.example", "A@x.example", "b@x.example", "+15555550100", "0x" + "aB" * 20]
)
RESERVED = ("azp", "exp", "fva", "iat", "iss", "jti", "nbf", "sub")
