"""Whom an address means: one user who may come in, and still the one that it meant before."""

import asyncio
import json
from dataclasses import replace

import pytest

from clerkform.diagnostics import Problems
from clerkform.ledger.document import Encoder, decode
from clerkform.ledger.entries import Entry, Ledger
from clerkform.ledger.store import open_store
from clerkform.live.people import Person
from clerkform.live.state import Live
from clerkform.model import Address
from clerkform.workflows.people import find_people
from tests.support import LiveReader, bench, desired_from

ADA, EVE = (f"user_{at:027}" for at in (1, 2))
TEXT = """
organizations: [acme]
organization_memberships:
  - {organization: acme, user: {email_address: Ada@Example.com}, role: org:member%s}
"""
MEMBER = Address("organization_memberships", "acme/ada@example.com")
NAMED = Address("users", "ada@example.com")


class Asked(LiveReader):
    """Knows these people, and keeps which addresses it was asked for."""

    def __init__(self, *people):
        super().__init__(Live())
        self.known, self.asked = people, []

    async def people(self, addresses):
        self.asked.append([*addresses])
        return self.known


def ledger(**named):
    entry = Entry("orgmem_1", named={"users/ada@example.com": named["user"]}) if named else Entry()
    return Ledger("test", "ins_1", b"s" * 32, {MEMBER: entry} if named else {})


def asked(*people, text=TEXT % "", before=None):
    """What the addresses mean, and what is wrong with them."""
    problems = Problems()
    before, reader = before or ledger(), Asked(*people)
    known = asyncio.run(find_people(desired_from(text), reader, before, problems))
    return known, [*problems.in_order()], reader


def person(user_id=ADA, *, is_out=False):
    return Person("ada@example.com", user_id, is_out)


def test_an_address_means_the_one_user_who_has_it():
    known, problems, reader = asked(person())
    assert (known, problems) == ({NAMED: ADA}, [])
    assert reader.asked == [["ada@example.com"]]


def test_a_manifest_that_names_nobody_by_an_address_asks_nobody():
    text = f"organizations: [acme]\norganization_memberships: [{{organization: acme, user: {ADA}}}]"
    known, problems, reader = asked(text=text)
    assert (known, problems, reader.asked) == ({}, [], [])


@pytest.mark.parametrize(
    ("people", "says", "hint"),
    [
        ([], "ada@example.com is verified on no user", "verified first"),
        (
            [person(EVE), person(ADA)],
            f"is verified on several users: {ADA}, {EVE}",
            "write `user: ` and one of the ids",
        ),
        ([person(is_out=True)], f"is that of {ADA}, who is banned or locked", "let them in first"),
    ],
)
def test_an_address_that_means_not_one_user_is_refused_where_it_stands(people, says, hint):
    known, (only,), _ = asked(*people)
    assert known == {}
    assert (only.code, only.span.line, only.span.column) == ("no-such-person", 4, 26)
    assert says in only.message
    assert hint in only.hint


@pytest.mark.parametrize("before", [None, ledger()])
def test_that_nobody_goes_for_an_address_that_means_nobody_is_said(before):
    known, (only,), _ = asked(text=TEXT % ", absent: true", before=before)
    assert (known, only.severity, only.code, only.span.line) == ({}, "warning", "no-such-person", 4)
    assert f"so nobody goes for {MEMBER}" in only.message


def test_who_has_gone_already_is_not_looked_for():
    gone = Ledger("test", "ins_1", b"s" * 32, {MEMBER: Entry(absent=True)})
    assert asked(text=TEXT % ", absent: true", before=gone)[:2] == ({}, [])


def test_who_was_to_go_and_has_the_address_no_more_is_named():
    known, (only,), _ = asked(text=TEXT % ", absent: true", before=ledger(user=ADA))
    assert (known, only.severity, only.code) == ({}, "error", "no-such-person")
    assert f"was {ADA} when {MEMBER} was applied" in only.message
    assert f"write `user: {ADA}`" in only.hint


def test_of_several_who_have_an_address_none_goes():
    known, (only,), _ = asked(person(), person(EVE), text=TEXT % ", absent: true")
    assert (known, only.severity, only.code) == ({}, "error", "no-such-person")


PLACE = f"""
organizations: [acme]
organization_memberships:
  - {{organization: acme, user: {EVE}, role: org:admin, lifecycle: {{renamed_from: %s}}}}
"""


def test_whose_place_is_taken_may_be_said_by_an_address():
    known, problems, reader = asked(person(), text=PLACE % "Ada@Example.com")
    assert (known, problems) == ({NAMED: ADA}, [])
    assert reader.asked == [["ada@example.com"]]
    known, (only,), _ = asked(text=PLACE % "ada@example.com")
    assert (known, only.severity, only.code) == ({}, "warning", "no-such-person")
    assert f"organization_memberships/acme/{EVE} takes nobody's place" in only.message
    assert asked(text=PLACE % ADA)[2].asked == []
    taken = Address("organization_memberships", f"acme/{EVE}")
    after = Ledger("test", "ins_1", b"s" * 32, {taken: Entry("orgmem_2")})
    assert asked(text=PLACE % "ada@example.com", before=after)[:2] == ({}, [])


def test_another_user_takes_the_place_of_one_who_is_named_by_an_address(tmp_path):
    async def run():
        async with bench(tmp_path) as it:
            it.write("clerkform.yaml", "version: 1\n")
            ada = await it.call("POST", "/users", {"email_address": ["ada@example.com"]})
            eve = await it.call("POST", "/users", {"email_address": ["eve@example.com"]})
            made = TEXT.replace("[acme]", "[{slug: acme, name: Acme}]").replace(
                "org:member", "org:admin"
            )
            it.write("clerk.yaml", made % "")
            await it.apply(await it.plan())
            it.write("clerk.yaml", (PLACE % "ada@example.com").replace(EVE, eve["id"]))
            planned = await it.plan()
            assert [str(step.id) for step in planned.plan.steps] == [
                f"create organization_memberships/acme/{eve['id']}",
                f"delete organization_memberships/acme/{ada['id']}",
            ]

    asyncio.run(run())


def test_whoever_is_banned_may_be_removed():
    known, problems, _ = asked(person(is_out=True), text=TEXT % ", absent: true")
    assert (known, problems) == ({NAMED: ADA}, [])


@pytest.mark.parametrize("more", ["", ", absent: true"])
def test_an_address_that_meant_somebody_else_is_refused_with_both_ids_to_choose_from(more):
    known, (only,), _ = asked(person(EVE), text=TEXT % more, before=ledger(user=ADA))
    assert (only.code, only.span.line) == ("another-person", 4)
    assert f"was {ADA} when {MEMBER} was applied, and is {EVE} now" in only.message
    assert f"`user: {EVE}`" in only.hint
    assert f"`user: {ADA}`" in only.hint
    assert known == {NAMED: EVE}


def test_an_address_that_means_the_same_as_before_is_no_problem():
    assert asked(person(), before=ledger(user=ADA))[1] == []


def test_an_entry_of_before_says_of_nobody_whom_it_meant():
    """One that an earlier clerkform has written, or of an item that had an id."""
    old = Ledger("test", "ins_1", b"s" * 32, {MEMBER: Entry("orgmem_1")})
    text = Encoder().encode(old)
    assert "named" not in text
    assert decode(text.encode()).entries[MEMBER].named == {}
    assert asked(person(EVE), before=old)[1] == []


def test_whom_an_address_meant_is_kept_and_read_back(tmp_path):
    async def run():
        async with bench(tmp_path) as it:
            it.write("clerkform.yaml", "version: 1\n")
            user = await it.call("POST", "/users", {"email_address": ["ada@example.com"]})
            it.write("clerk.yaml", TEXT.replace("[acme]", "[{slug: acme, name: Acme}]") % "")
            it.ends = replace(it.ends, ledger=open_store(".clerkform/ledger.json", tmp_path))
            await it.apply(await it.plan())
            kept = json.loads((tmp_path / ".clerkform/ledger.json").read_text())
            entry = kept["entries"][str(MEMBER)]
            assert entry["named"] == {"users/ada@example.com": user["id"]}
            assert entry["values"]["user"] == {"to": "users/ada@example.com"}
            again = await it.plan()
            assert again.plan.pending == ()
            await it.call("DELETE", f"/users/{user['id']}")
            other = await it.call("POST", "/users", {"email_address": ["ada@example.com"]})
            with pytest.raises(Exception, match="1 problem") as caught:
                await it.plan()
            (problem,) = caught.value.diagnostics
            assert problem.code == "another-person"
            assert {user["id"], other["id"]} <= {word.strip("`") for word in problem.hint.split()}

    asyncio.run(run())
