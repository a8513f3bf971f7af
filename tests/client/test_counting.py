"""How much goes along with objects: by few requests, and what fails is unknown, never none."""

import asyncio
from dataclasses import replace

import pytest

from clerkform.client.answers import Page
from clerkform.client.counting import count_along
from clerkform.errors import BadAnswer
from clerkform.kinds import KINDS

ORGANIZATIONS = KINDS["organizations"]


class Client:
    """Answers lists of organizations with what ``shown`` adds to each, and totals of other lists."""

    def __init__(self, shown=None, total=None):
        self.shown, self.total, self.asked = shown or {}, total, []

    async def page(self, path, offset=0, *, params=None, page=500, id_of=None, tries=None):
        assert tries == 1
        self.asked.append((path, dict(params or {})))
        if path != "/organizations":
            if self.total is None:
                raise BadAnswer("GET", path, detail="answered 500")
            return Page([], [], self.total)
        if self.shown is None:
            raise BadAnswer("GET", path, detail="answered 500")
        bodies = [{"id": one, **self.shown} for one in params["organization_id"]]
        return Page(bodies, [body["id"] for body in bodies], len(bodies))


def counts(client, *ids, most=20, kind=ORGANIZATIONS):
    return asyncio.run(count_along(client, kind, ids, most))


def test_one_request_counts_the_members_of_a_hundred_organizations():
    ids = [f"org_{at}" for at in range(100)]
    client = Client({"members_count": 3, "pending_invitations_count": 0})
    found = counts(client, *ids)
    assert found == {one: {"members": 3, "pending invitations": 0} for one in ids}
    (asked,) = client.asked
    assert asked[1]["include_members_count"] == "true"
    assert list(asked[1]["organization_id"]) == ids


def test_what_the_list_does_not_show_is_asked_for_of_each():
    client = Client({"members_count": 3}, total=2)
    assert counts(client, "org_1") == {"org_1": {"members": 3, "pending invitations": 2}}
    assert client.asked[1] == ("/organizations/org_1/invitations", {"status": "pending"})


def test_beyond_the_limit_nothing_is_asked():
    ids = [f"org_{at}" for at in range(30)]
    client = Client({"members_count": 1}, total=1)
    found = counts(client, *ids)
    assert len(client.asked) == 20
    assert sum("pending invitations" in told for told in found.values()) == 19
    assert all(told["members"] == 1 for told in found.values())
    none = Client({"members_count": 1}, total=1)
    assert counts(none, "org_1", most=0) == {"org_1": {}}
    assert none.asked == []


def test_what_fails_is_not_known():
    assert counts(Client({}, total=None), "org_1") == {"org_1": {}}


@pytest.mark.parametrize("lie", [True, -1, "3", None, 1.5, 10**13])
def test_what_is_no_number_is_not_known(lie):
    assert counts(Client({"members_count": lie}, None), "org_1") == {"org_1": {}}


def test_a_kind_whose_list_shows_nothing_is_asked_object_by_object():
    kind = replace(ORGANIZATIONS, counted_by=(replace(ORGANIZATIONS.counted_by[1], field=""),))
    client = Client(total=4)
    assert counts(client, "org_1", kind=kind) == {"org_1": {"pending invitations": 4}}
    assert len(client.asked) == 1
