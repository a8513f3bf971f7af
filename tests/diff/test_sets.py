"""A set in which the server has members of its own."""

from typing import Annotated

import pytest
from pydantic import MISSING

from clerkform.desired import Item
from clerkform.diff.attribution import of_change
from clerkform.diff.fields import difference, dropped, sent_value
from clerkform.ledger.entries import Entry, Ledger
from clerkform.live.state import LiveObject
from clerkform.model import Kind, Many, Registry, Resource, crud, paginated, trait
from tests.support import desired_from


class Flag(Resource):
    name: Annotated[str, trait.identity]
    colours: Annotated[Many[str] | MISSING, trait.has_anyway("white")] = MISSING


FLAGS = Kind(
    name="flags",
    singular="flag",
    model=Flag,
    endpoints=crud("/flags", reads=paginated("/flags")),
    id_prefix="flag_",
)


def flag(colours: str) -> Item:
    text = f"flags: [{{name: a, colours: {colours}}}]"
    return next(iter(desired_from(text, registry=Registry([FLAGS])).items.values()))


def live(*colours: str) -> LiveObject:
    return LiveObject("flags", "flag_1", {"name": "a", "colours": list(colours)})


@pytest.mark.parametrize(
    ("declared", "there", "after"),
    [
        ("[red]", ["red", "white"], None),
        ("[red]", ["red"], None),
        ("[red, white]", ["white", "red"], None),
        ("[]", ["white"], None),
        ("[red, white]", ["red"], ["red", "white"]),
        ("[blue]", ["red", "white"], ["blue", "white"]),
        ("[blue]", ["red"], ["blue"]),
        ("[red]", ["red", "white", "blue"], ["red", "white"]),
    ],
)
def test_what_the_server_has_anyway_differs_where_it_is_declared_alone(declared, there, after):
    found = difference(flag(declared), live(*there), {})
    assert [(one.before, one.after) for one in found.changes] == ([(there, after)] if after else [])


def test_it_stays_in_what_is_sent():
    item, field = flag("[blue]"), FLAGS.fields["colours"]
    assert sent_value(item, field, live("red", "white")) == ["blue", "white"]
    assert sent_value(item, field, LiveObject("flags", "flag_1", {})) == ["blue"]


def test_an_answer_that_has_it_besides_has_dropped_nothing():
    assert dropped(FLAGS, {"colours": ["red"]}, live("red", "white")) == ()
    assert dropped(FLAGS, {"colours": ["red", "white"]}, live("red")) == ("colours",)


@pytest.mark.parametrize(
    ("there", "made_by"), [(("red", "white"), "edited"), (("red", "blue"), "both")]
)
def test_nobody_moved_what_the_server_put_in(there, made_by):
    item, one = flag("[green]"), live(*there)
    entry = Entry(id=one.id, values={"name": "a", "colours": ["red"]})
    ledger = Ledger("test", "ins_1", b"s" * 32, is_new=False).with_(item.address, entry)
    (change,) = difference(item, one, {}).changes
    assert of_change(change, item, one, ledger) == made_by
