"""Users by their e-mail addresses: a hundred at once, and what is not verified is nobody's."""

import asyncio

import pytest

from clerkform.client.people import find_people
from clerkform.live.people import Person

VERIFIED = {"status": "verified"}


class Client:
    """Answers every list of users with these, and keeps what was asked for."""

    def __init__(self, *users):
        self.users, self.asked = users, []

    async def list(self, path, *, params):
        self.asked.append((path, params["email_address"]))
        wanted = {*params["email_address"]}
        return [
            user
            for user in self.users
            if not isinstance(user.get("email_addresses"), list)
            or any(str(one).lower() in wanted for one in addresses(user))
        ]


def addresses(user):
    return [one.get("email_address") for one in user["email_addresses"] if isinstance(one, dict)]


def user(name, *emails, verification=VERIFIED, **more):
    found = [{"email_address": one, "verification": verification} for one in emails]
    return {"id": f"user_{name}", "email_addresses": found, **more}


def found(client, *wanted):
    return asyncio.run(find_people(client, wanted))


def test_a_hundred_addresses_are_one_request_and_one_more_is_another():
    wanted = [f"u{at:03}@example.com" for at in range(201)]
    client = Client(*(user(f"{at}", one) for at, one in enumerate(wanted)))
    people = found(client, *wanted)
    assert [len(batch) for _, batch in client.asked] == [100, 100, 1]
    assert {path for path, _ in client.asked} == {"/users"}
    assert [one.address for one in people] == wanted


def test_nobody_is_asked_for_nothing():
    client = Client()
    assert found(client) == []
    assert client.asked == []


def test_case_is_no_other_address():
    client = Client(user("ada", "Ada@Example.com"))
    assert found(client, "ADA@example.com", "ada@EXAMPLE.com") == [
        Person("ada@example.com", "user_ada", is_out=False)
    ]
    assert client.asked == [("/users", ["ada@example.com"])]


@pytest.mark.parametrize("verification", [None, {}, {"status": "unverified"}, "verified", []])
def test_an_address_that_is_not_verified_is_nobodys(verification):
    client = Client(user("ada", "ada@example.com", verification=verification))
    assert found(client, "ada@example.com") == []


def test_other_addresses_of_whoever_is_found_do_not_count():
    client = Client(user("ada", "ada@example.com", "countess@example.com"))
    assert found(client, "countess@example.com") == [
        Person("countess@example.com", "user_ada", is_out=False)
    ]


@pytest.mark.parametrize(
    ("more", "is_out"),
    [({}, False), ({"banned": False, "locked": False}, False)]
    + [({name: True}, True) for name in ("banned", "locked")],
)
def test_whoever_is_banned_or_locked_is_out(more, is_out):
    client = Client(user("ada", "ada@example.com", **more))
    assert [one.is_out for one in found(client, "ada@example.com")] == [is_out]


def test_an_address_of_several_has_each_of_them():
    client = Client(user("ada", "ada@example.com"), user("eve", "ada@example.com"))
    assert [one.id for one in found(client, "ada@example.com")] == ["user_ada", "user_eve"]


@pytest.mark.parametrize(
    "odd",
    [
        {"id": "user_x"},
        {"id": "user_x", "email_addresses": None},
        {"id": "user_x", "email_addresses": "ada@example.com"},
        {"id": "user_x", "email_addresses": [None, "ada@example.com", 7, []]},
        {"id": "user_x", "email_addresses": [{"verification": VERIFIED}]},
    ],
)
def test_an_answer_without_addresses_is_about_nobody(odd):
    assert found(Client(odd), "ada@example.com") == []
