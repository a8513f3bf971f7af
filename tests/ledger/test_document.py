import json
import math
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clerkform.ledger.document import Encoder, NotALedger, decode
from clerkform.ledger.entries import Entry, Intent, Ledger, Unsettled
from clerkform.model import Address
from tests.drawn_values import json_objects

SALT = b"s" * 32

texts = st.text(st.characters(codec="utf-8"), max_size=6)
pairs = st.lists(st.tuples(texts, texts), max_size=2).map(tuple)
entries = st.builds(
    Entry,
    id=st.none() | texts,
    values=json_objects,
    prints=st.dictionaries(texts, texts, max_size=2),
    lifecycle=st.fixed_dictionaries({}, optional={"prevent_destroy": st.just(True)}),
    under=pairs,
    absent=st.booleans(),
    delivery=st.sampled_from([None, "owed", "delivered", "unknown"]),
    intent=st.none()
    | st.builds(
        Intent,
        at=st.integers(0, 2**53),
        key=st.lists(texts, max_size=3).map(tuple),
        seen=st.lists(texts, max_size=2).map(tuple),
    ),
    unsettled=st.dictionaries(
        texts,
        st.builds(Unsettled, at=st.integers(0, 2**53), was=st.tuples(json_objects)),
        max_size=1,
    ),
    not_kept=st.dictionaries(texts, st.lists(texts, max_size=2).map(tuple), max_size=2),
    superseded=st.lists(texts, max_size=2).map(tuple),
    named=st.dictionaries(texts, texts, max_size=2),
)
addresses = st.builds(Address, st.sampled_from(["organizations", "gone_kind"]), texts)


@given(st.dictionaries(addresses, entries, max_size=4))
def test_a_ledger_comes_back_as_it_was(entries):
    ledger = Ledger("staging", "ins_1", SALT, entries)
    found = decode(Encoder().encode(ledger).encode())
    assert found.entries == ledger.entries
    assert (found.environment, found.instance, found.salt) == ("staging", "ins_1", SALT)
    assert not found.is_new


@given(st.dictionaries(addresses, entries, max_size=3), addresses, entries)
def test_the_text_says_the_last_state_whatever_was_encoded_before(before, address, entry):
    encoder, ledger = Encoder(), Ledger("staging", "ins_1", SALT, before)
    encoder.encode(ledger)
    after = ledger.with_(address, entry)
    assert encoder.encode(after) == Encoder().encode(after)
    assert encoder.encode(after.with_(address, None)) == Encoder().encode(
        ledger.with_(address, None)
    )


def test_a_ledger_of_this_format_stays_one():
    text = (Path(__file__).parent / "files" / "format-1.json").read_text()
    ledger = decode(text.encode())
    assert {str(address): entry.id for address, entry in ledger.entries.items()} == {
        "api_keys/acme/billing": "ak_15ac2e7a083a11c12ed825985bdd8297",
        "jwt_templates/convex": "jtmp_Rn29RMmaE40s0RIjdJHh9Uw6BtA",
        "organizations/acme": "org_aSmGRzwa95Z2iHsACBYPwB9QQH3",
        "redirect_urls/app://old": None,
    }
    assert ledger.entries[Address.parse("api_keys/acme/billing")].delivery == "delivered"
    assert Encoder().encode(ledger) == text


def test_each_entry_has_a_line():
    ledger = Ledger(
        "staging", "ins_1", SALT, {Address("organizations", key): Entry(id=key) for key in "ab"}
    )
    head, *lines, end = Encoder().encode(ledger).splitlines()
    assert head.startswith('{"format": "clerkform ledger", "format_version": 1, ')
    assert lines == ['"organizations/a": {"id": "a"},', '"organizations/b": {"id": "b"}']
    assert end == "}}"


def whole(**changes):
    document = json.loads(Encoder().encode(Ledger("staging", "ins_1", SALT)))
    return json.dumps({**document, **changes}).encode()


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "damaged: it is not JSON"),
        (b"\xff\xfe", "damaged: it is not JSON"),
        (whole()[:-5], "damaged: it is not JSON"),
        (
            whole(entries={"organizations/a": {"values": {"x": math.inf}}}),
            "damaged: it is not JSON",
        ),
        (whole().replace(b'"ins_1"', b"1e400"), "damaged: it is not JSON"),
        (b"[]", "no ledger but something else"),
        (b'{"name": "a-package"}', "no ledger but something else"),
        (whole(format_version=2), "has format_version 2, and this clerkform knows 1"),
        (whole(format_version="1"), 'has format_version "1"'),
        (whole(salt="00"), "its salt"),
        (whole(salt=5), "a part of it is missing"),
        (whole(environment=5), "its names"),
        (whole(entries=[]), "a part of it is missing"),
        (whole(entries={"/acme": {}}), "a part of it is missing"),
        (whole(entries={"organizations/a": {"id": 5}}), "a part of it is missing"),
        (whole(entries={"organizations/a": {"delivery": "soon"}}), "a part of it is missing"),
        (whole(entries={"organizations/a": {"intent": {"at": 1}}}), "a part of it is missing"),
        (whole(entries={"organizations/a": 1}), "a part of it is missing"),
    ],
)
def test_what_is_no_ledger_is_told_from_one(content, why):
    with pytest.raises(NotALedger) as caught:
        decode(content)
    assert why in str(caught.value)
