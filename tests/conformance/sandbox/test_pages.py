"""Walks through lists page by page, through Clerk's SDK and raw: each object once, in order."""

import pytest

TOTAL = 23


def many(client, path, body_of):
    """Ids, newest first. Some are made in the same millisecond."""
    made = []
    for n in range(TOTAL):
        client.api.clock.ms += n % 3 == 0
        made.append(client.make(path, **body_of(n))["id"])
    return made[::-1]


def walked(page_of, limit):
    """All ids; ``page_of(limit, offset)`` answers those of a page."""
    found, offset = [], 0
    while page := page_of(limit, offset):
        assert len(page) <= limit
        found += page
        offset += limit
    return found


LISTS = {
    "jwt_templates": lambda n: {"name": f"t{n}", "claims": {}},
    "redirect_urls": lambda n: {"url": f"https://a.example/{n}"},
    "allowlist_identifiers": lambda n: {"identifier": f"{n}@a.b"},
}


@pytest.mark.parametrize("limit", [1, 7, TOTAL, 500])
@pytest.mark.parametrize("kind", LISTS)
def test_a_list_of_either_shape_is_walked_whole(client, kind, limit):
    newest_first = many(client, f"/{kind}", LISTS[kind])
    api = getattr(client.clerk, kind)

    def bare(limit, offset):
        return [found.id for found in api.list(limit=limit, offset=offset)]

    def paginated(limit, offset):
        query = {"paginated": "true", "limit": limit, "offset": offset}
        page = client.http.get(f"/{kind}", params=query).json()
        assert page["total_count"] == TOTAL
        return [found["id"] for found in page["data"]]

    assert walked(bare, limit) == newest_first
    assert walked(paginated, limit) == newest_first
    assert len(api.list()) == 10


def check_order(found, order_by, newest_first):
    """``found`` has an id and the value that it is ordered by, if it is not by its age, for each."""
    ids, values = [id for id, _ in found], [value for _, value in found]
    assert sorted(ids) == sorted(newest_first)
    if order_by.endswith("created_at"):
        assert ids == (newest_first if order_by.startswith("-") else newest_first[::-1])
    else:
        assert values == sorted(values, reverse=order_by.startswith("-"))


@pytest.mark.parametrize("limit", [1, 7, 500])
@pytest.mark.parametrize("order_by", ["-created_at", "+created_at", "name", "-name"])
def test_organizations_are_walked_in_every_order(client, limit, order_by):
    newest_first = many(client, "/organizations", lambda n: {"name": f"{n % 4}"})

    def page_of(limit, offset):
        page = client.clerk.organizations.list(limit=limit, offset=offset, order_by=order_by)
        assert page.total_count == TOTAL
        return [(found.id, found.name) for found in page.data]

    check_order(walked(page_of, limit), order_by, newest_first)


@pytest.mark.parametrize("limit", [1, 9, 500])
@pytest.mark.parametrize("order_by", ["-created_at", "created_at", "username", "-first_name"])
def test_members_are_walked_in_every_order(client, limit, order_by):
    id = client.organization(max_allowed_memberships=0)
    users = iter(
        [client.make("/users", username=f"u{n}", first_name=f"{n % 3}") for n in range(TOTAL)]
    )
    path = f"/organizations/{id}/memberships"
    newest_first = many(
        client, path, lambda n: {"user_id": next(users)["id"], "role": "org:member"}
    )

    def page_of(limit, offset):
        page = client.clerk.organization_memberships.list(
            organization_id=id, limit=limit, offset=offset, order_by=order_by
        )
        assert page.total_count == TOTAL
        field = order_by.lstrip("-")
        return [(one.id, getattr(one.public_user_data, field, None)) for one in page.data]

    check_order(walked(page_of, limit), order_by, newest_first)


@pytest.mark.parametrize("limit", [1, 9, 500])
@pytest.mark.parametrize("order_by", ["-created_at", "+created_at", "name", "-key"])
@pytest.mark.parametrize("kind", ["organization_roles", "role_sets"])
def test_roles_and_role_sets_are_walked_in_every_order(connect, kind, limit, order_by):
    client = connect(max_roles=TOTAL, max_role_sets=TOTAL + 1)
    own = [found.id for found in getattr(client.clerk, kind).list().data]
    pointing = {"default_role_key": "org:member", "creator_role_key": "org:admin"}
    more = {"roles": ["org:admin", "org:member"], **pointing} if kind == "role_sets" else {}
    prefix = "role_set:" if more else "org:"
    newest_first = many(
        client, f"/{kind}", lambda n: {"name": f"{n % 4}", "key": f"{prefix}k{n}", **more}
    )

    def page_of(limit, offset):
        page = getattr(client.clerk, kind).list(limit=limit, offset=offset, order_by=order_by)
        assert page.total_count == TOTAL + len(own)
        return [(found.id, getattr(found, order_by.lstrip("+-"))) for found in page.data]

    check_order(walked(page_of, limit), order_by, [*newest_first, *own])


@pytest.mark.parametrize("limit", [1, 9, 100])
def test_api_keys_are_walked(client, limit):
    subject = client.organization()
    body = {"name": "key", "subject": subject}
    newest_first = many(client, "/api_keys", lambda n: body)

    def page_of(limit, offset):
        page = client.clerk.api_keys.get_api_keys(subject=subject, limit=limit, offset=offset)
        assert page.total_count == TOTAL
        return [found.id for found in page.data]

    assert walked(page_of, limit) == newest_first


@pytest.mark.filterwarnings("ignore:.*DEPRECATED:DeprecationWarning")  # the SDK warns of itself
@pytest.mark.parametrize("limit", [1, 9, 500])
def test_users_and_sessions_are_walked(client, limit):
    newest_first = many(client, "/users", lambda n: {})
    ann = newest_first[0]
    sessions = many(client, "/sessions", lambda n: {"user_id": ann})

    def users(limit, offset):
        page = client.clerk.users.list(request={"limit": limit, "offset": offset})
        return [found.id for found in page]

    def sessions_of_ann(limit, offset):
        page = client.clerk.sessions.list(user_id=ann, limit=limit, offset=offset)
        return [found.id for found in page]

    assert walked(users, limit) == newest_first
    assert walked(sessions_of_ann, limit) == sessions


def test_what_has_no_pages_is_answered_whole(client):
    identifiers = many(client, "/blocklist_identifiers", lambda n: {"identifier": f"{n}@a.b"})
    listed = client.clerk.blocklist_identifiers.list()
    assert [found.id for found in listed.data] == identifiers
    many(client, "/domains", lambda n: {"name": f"a{n}.example", "is_satellite": True})
    assert len(client.clerk.domains.list().data) == TOTAL + 1  # with the primary one


def test_objects_that_come_meanwhile_shift_no_page_of_an_ascending_walk(client):
    made = many(client, "/organizations", lambda n: {"name": "Acme"})

    def page_of(limit, offset):
        if offset < TOTAL:
            client.api.clock.ms += 1
            client.organization("Late")
        page = client.clerk.organizations.list(limit=limit, offset=offset, order_by="created_at")
        return [found.id for found in page.data]

    assert walked(page_of, 10)[:TOTAL] == made[::-1]
