import json

import pytest

from clerkform.sandbox import SandboxError, Settings, create_app
from clerkform.sandbox.state import dump_store
from clerkform.sandbox.store import Store

DAY = 24 * 60 * 60 * 1000
MEMBER = {"role": "org:member"}


@pytest.fixture
def acme(api):
    """An organization whose only member is its creator."""
    return api.make("/organizations", name="Acme", created_by=api.user())


def path_of(organization, tail=""):
    return f"/organizations/{organization['id']}/invitations{tail}"


def invite(api, organization, email, **body):
    return api.make(path_of(organization), email_address=email, **{**MEMBER, **body})


def emails(api, path, **query):
    response = api.http.get(path, params=query)
    assert response.is_success, response.text
    page = response.json()
    assert page["total_count"] >= len(page["data"])
    return [one["email_address"] for one in page["data"]]


def test_an_invitation_lives_from_create_to_revoke(api, acme):
    sdk, creator = api.clerk.organization_invitations, acme["created_by"]
    made = sdk.create(
        organization_id=acme["id"],
        email_address="Eve@X.example",
        role="org:member",
        inviter_user_id=creator,
        expires_in_days=2,
    )
    assert made.id.startswith("orginv_")
    assert (made.email_address, made.status, made.role_name) == (
        "eve@x.example",
        "pending",
        "Member",
    )
    assert (made.inviter_id, made.public_inviter_data.user_id) == (creator, creator)
    assert (made.expires_at, made.url) == (api.clock.ms + 2 * DAY, None)
    got = sdk.get(organization_id=acme["id"], invitation_id=made.id)
    assert got == made
    assert emails(api, path_of(acme, "/pending")) == ["eve@x.example"]
    gone = sdk.revoke(organization_id=acme["id"], invitation_id=made.id)
    assert (gone.id, gone.status) == (made.id, "revoked")
    assert emails(api, path_of(acme, "/pending")) == []
    assert sdk.list(organization_id=acme["id"]).data == [gone]


def test_an_invitation_expires_after_thirty_days(api, acme, tell):
    made = invite(api, acme, "eve@x.example")
    api.wait(30 * DAY - 1)
    assert emails(api, path_of(acme, "/pending")) == ["eve@x.example"]
    api.wait(1)
    path = path_of(acme, f"/{made['id']}")
    assert api.http.get(path).json() == {**made, "status": "expired"}
    assert emails(api, path_of(acme), status="pending") == []
    assert emails(api, path_of(acme), status="expired") == ["eve@x.example"]
    response = api.http.post(f"{path}/revoke")
    assert response.status_code == 404
    assert tell.codes(response) == [("organization_invitation_not_pending", None)]
    invite(api, acme, "eve@x.example")
    assert emails(api, path_of(acme), status=["pending", "expired"]) == ["eve@x.example"] * 2


def test_who_is_a_member_or_has_been_asked_is_not_asked_again(api, acme, tell):
    ann = api.make("/users", email_address=["a@x.example", "Ann@x.example"])["id"]
    api.make(f"/organizations/{acme['id']}/memberships", user_id=ann, **MEMBER)
    invite(api, acme, "eve@x.example")
    for email, code in (
        ("ANN@x.example", "already_a_member_in_organization"),
        ("EVE@x.example", "organization_invitation_not_unique"),
    ):
        response = api.http.post(path_of(acme), json={"email_address": email, **MEMBER})
        assert response.status_code == 400
        assert tell.codes(response) == [(code, None)]
    (asked,) = api.http.get(path_of(acme)).json()["data"]
    api.make(path_of(acme, f"/{asked['id']}/revoke"))
    assert invite(api, acme, "eve@x.example")["status"] == "pending"
    other = api.make("/organizations", name="Beta")
    assert invite(api, other, "ann@x.example")["organization_id"] == other["id"]


def test_only_members_who_may_manage_others_invite_and_revoke(api, acme, tell):
    made = invite(api, acme, "eve@x.example", inviter_user_id=None)
    assert (made["inviter_id"], made["public_inviter_data"]) == (None, None)
    ann, stranger = api.user(), api.user()
    api.make(f"/organizations/{acme['id']}/memberships", user_id=ann, **MEMBER)
    for user, code in (
        (ann, "missing_organization_permission"),
        (stranger, "not_a_member_in_organization"),
        ("nobody", "not_a_member_in_organization"),
    ):
        body = {"email_address": "bob@x.example", **MEMBER, "inviter_user_id": user}
        revoking = path_of(acme, f"/{made['id']}/revoke")
        for response in (
            api.http.post(path_of(acme), json=body),
            api.http.post(revoking, json={"requesting_user_id": user}),
        ):
            assert response.status_code == 403
            assert tell.codes(response) == [(code, None)]
    body = {"requesting_user_id": acme["created_by"]}
    assert api.http.post(revoking, json=body).json()["status"] == "revoked"


def test_an_inviter_who_is_gone_shows_no_longer(api, acme):
    made = invite(api, acme, "eve@x.example", inviter_user_id=acme["created_by"])
    assert made["public_inviter_data"]["identifier"] == ""
    assert api.http.delete(f"/users/{acme['created_by']}").is_success
    (left,) = api.http.get(path_of(acme)).json()["data"]
    assert left == {**made, "public_inviter_data": None}


def test_invitations_take_the_places_of_members(api, tell):
    user = api.user()
    acme = api.make("/organizations", name="A", created_by=user, max_allowed_memberships=2)
    made = invite(api, acme, "eve@x.example")
    full = "organization_membership_quota_exceeded"
    for path, body in (
        (path_of(acme), {"email_address": "bob@x.example"}),
        (f"/organizations/{acme['id']}/memberships", {"user_id": api.user()}),
    ):
        response = api.http.post(path, json={**MEMBER, **body})
        assert response.status_code == 403
        assert tell.codes(response) == [(full, None)]
    api.make(path_of(acme, f"/{made['id']}/revoke"))
    invite(api, acme, "bob@x.example")
    response = api.http.post(
        path_of(acme, "/bulk"), json=[{"email_address": "c@x.example", **MEMBER}]
    )
    assert tell.codes(response) == [(full, None)]


def test_pending_invitations_are_counted_with_the_members(api, acme):
    invite(api, acme, "eve@x.example")
    gone = invite(api, acme, "bob@x.example")
    api.make(path_of(acme, f"/{gone['id']}/revoke"))
    invite(api, acme, "late@x.example", expires_in_days=1)
    query = {"include_members_count": "true"}
    for pending in (2, 1):
        counted = api.http.get(f"/organizations/{acme['id']}", params=query).json()
        assert (counted["members_count"], counted["pending_invitations_count"]) == (1, pending)
        api.wait(DAY)
    assert "pending_invitations_count" not in api.http.get(f"/organizations/{acme['id']}").json()


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("email_address", None, "form_param_nil"),
        ("email_address", "nobody", "form_param_format_invalid"),
        ("email_address", "*@x.example", "form_param_format_invalid"),
        ("role", 1, "form_param_type_invalid"),
        ("expires_in_days", 0, "form_param_value_invalid"),
        ("expires_in_days", 366, "form_param_value_too_large"),
        ("redirect_url", "home", "form_param_format_invalid"),
        ("notify", "no", "form_param_type_invalid"),
        ("private_metadata", {"x": "y" * 8192}, "form_param_exceeds_allowed_size"),
    ],
)
def test_a_wrong_field_is_named(api, acme, tell, field, value, code):
    body = {"email_address": "eve@x.example", **MEMBER, field: value}
    for path, sent in ((path_of(acme), body), (path_of(acme, "/bulk"), [body])):
        response = api.http.post(path, json=sent)
        assert response.status_code == 422
        assert tell.codes(response) == [(code, field)]


def test_a_role_has_to_be_there(api, acme, tell):
    body = {"email_address": "eve@x.example", "role": "org:boss"}
    response = api.http.post(path_of(acme), json=body)
    assert response.status_code == 404
    assert tell.codes(response) == [("resource_not_found", "role")]


def test_several_are_invited_or_nobody(api, acme, tell):
    sent = [{"email_address": f"{name}@x.example", **MEMBER} for name in ("ann", "bob")]
    answer = api.http.post(path_of(acme, "/bulk"), json=sent).json()
    assert answer["total_count"] == 2
    assert [one["email_address"] for one in answer["data"]] == ["ann@x.example", "bob@x.example"]
    eve = {"email_address": "eve@x.example", **MEMBER}
    response = api.http.post(path_of(acme, "/bulk"), json=[eve, sent[0]])
    assert tell.codes(response) == [("organization_invitation_not_unique", None)]
    response = api.http.post(path_of(acme, "/bulk"), json=[eve, eve])
    assert tell.codes(response) == [("organization_invitation_not_unique", None)]
    assert emails(api, path_of(acme)) == ["bob@x.example", "ann@x.example"]


@pytest.mark.parametrize(
    ("sent", "code"),
    [
        ([], "request_body_invalid"),
        ({}, "request_body_invalid"),
        ([1], "request_body_invalid"),
        ([{}] * 11, "bulk_size_exceeded"),
    ],
)
def test_several_are_one_to_ten_objects(api, acme, tell, sent, code):
    response = api.http.post(path_of(acme, "/bulk"), json=sent)
    assert response.status_code == 400
    assert tell.codes(response) == [(code, None)]


def test_what_was_sent_in_a_list_is_shown_as_it_came(api, acme):
    sent = [{"email_address": "ann@x.example", **MEMBER}]
    api.http.post(path_of(acme, "/bulk"), json=sent)
    assert api.app.state.requests[-1].body == sent
    shown = api.http.get("http://sandbox.test/_sandbox/requests").json()
    assert shown[-1]["body"] == sent


def test_invitations_are_found_and_ordered(api, acme):
    for name in ("bob", "ann"):
        invite(api, acme, f"{name}@x.example")
    beta = api.make("/organizations", name="Beta", slug="beta")
    invite(api, beta, "eve@x.example")
    assert emails(api, path_of(acme)) == ["ann@x.example", "bob@x.example"]
    assert emails(api, path_of(acme), limit=1, offset=1) == ["bob@x.example"]
    assert emails(api, path_of(acme), email_address="BOB@x.example") == ["bob@x.example"]
    assert emails(api, path_of(acme), order_by="-email_address")[0] == "bob@x.example"
    everything = "/organization_invitations"
    assert emails(api, everything)[0] == "eve@x.example"
    assert emails(api, everything, query="B@X") == ["bob@x.example"]
    assert emails(api, everything, order_by="email_address")[-1] == "eve@x.example"
    (named,) = api.http.get(everything, params={"query": "eve"}).json()["data"]
    assert named["public_organization_data"] == {
        "id": beta["id"],
        "name": "Beta",
        "slug": "beta",
        "image_url": beta["image_url"],
        "has_image": False,
    }
    for path in (path_of(acme), everything):
        assert api.http.get(path, params={"status": "lost"}).status_code == 422
        assert api.http.get(path, params={"order_by": "role"}).status_code == 422


def test_a_user_has_the_invitations_to_all_their_addresses(api, acme, tell):
    eve = api.make("/users", email_address=["eve@x.example", "Eve@y.example"])["id"]
    beta = api.make("/organizations", name="Beta")
    invite(api, acme, "eve@y.example")
    invite(api, beta, "eve@x.example")
    invite(api, beta, "bob@x.example")
    path = f"/users/{eve}/organization_invitations"
    assert emails(api, path) == ["eve@x.example", "eve@y.example"]
    assert emails(api, path, status="accepted") == []
    assert emails(api, f"/users/{api.user()}/organization_invitations") == []
    assert api.http.get("/users/user_x/organization_invitations").status_code == 404


def test_an_invitation_is_of_its_organization_alone(api, acme, tell):
    made = invite(api, acme, "eve@x.example")
    beta = api.make("/organizations", name="Beta")
    for organization, id in ((beta, made["id"]), (acme, "orginv_x")):
        path = path_of(organization, f"/{id}")
        for response in (api.http.get(path), api.http.post(f"{path}/revoke")):
            assert response.status_code == 404
            assert tell.codes(response) == [("organization_invitation_not_found", None)]
    assert api.http.get("/organizations/acme/invitations").status_code == 404


def test_an_organization_that_goes_takes_its_invitations_along(api, acme):
    invite(api, acme, "eve@x.example")
    assert api.http.delete(f"/organizations/{acme['id']}").is_success
    assert emails(api, "/organization_invitations") == []


def test_an_hour_has_room_for_so_many_invitations(open_api):
    api = open_api(rate_limit=(1000, 10.0))
    organizations = [api.make("/organizations", name=name) for name in "ab"]
    paths = [path_of(one, "/bulk") for one in organizations]
    assert {api.http.post(paths[n % 2], json=[]).status_code for n in range(50)} == {400}
    assert [api.http.post(path, json=[]).status_code for path in paths] == [429, 429]
    assert invite(api, organizations[0], "eve@x.example")
    api.wait(60 * 60 * 1000)
    assert api.http.post(paths[0], json=[]).status_code == 400


def seeded(*invitations):
    seed = {
        "organizations": [{"name": "Acme", "slug": "acme"}],
        "organization_invitations": list(invitations),
    }
    return create_app(Store(), Settings(), seed=seed).state.store


def test_a_seeds_invitation_is_pending_unless_it_says_otherwise():
    named = [
        {"organization": "acme", "email_address": f"{name}@X.example", **more}
        for name, more in {
            "a": {},
            "b": {"status": "accepted", "role": "org:admin"},
            "c": {"status": "expired"},
        }.items()
    ]
    found = dump_store(seeded(*named))["organization_invitations"]
    assert [(one["email_address"], one["status"], one["role_name"]) for one in found] == [
        ("a@x.example", "pending", "Member"),
        ("b@x.example", "accepted", "Admin"),
        ("c@x.example", "expired", "Member"),
    ]
    assert found[0]["expires_at"] - found[0]["created_at"] == pytest.approx(30 * DAY, abs=DAY)


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"organization": None}, "are of the organization None"),
        ({"organization": "beta"}, "are of the organization 'beta'"),
        ({"email_address": "nobody"}, "a `email_address` that is none: 'nobody'"),
        ({"status": "lost"}, "a `status` that is none: 'lost'"),
        ({"expires_at": "soon"}, "a `expires_at` that is none: 'soon'"),
        ({"inviter_id": ["x"]}, "a `inviter_id` that is none"),
        ({"role": "org:boss"}, "no role 'org:boss'"),
        ({"colour": 1}, "has no `colour`"),
    ],
)
def test_a_seeds_invitation_is_judged(changed, says):
    with pytest.raises(SandboxError, match=says):
        seeded({"organization": "acme", "email_address": "a@x.example", **changed})


def test_a_dump_of_invitations_is_a_seed(api, acme):
    invite(api, acme, "eve@x.example", inviter_user_id=acme["created_by"], expires_in_days=1)
    revoked = invite(api, acme, "bob@x.example")
    api.make(path_of(acme, f"/{revoked['id']}/revoke"))
    api.wait(2 * DAY)
    invite(api, acme, "ann@x.example", public_metadata={"a": 1})
    first = dump_store(api.store)
    app = create_app(Store(clock=api.clock), seed=json.loads(json.dumps(first)))
    second = dump_store(app.state.store)
    assert [one["status"] for one in first["organization_invitations"]] == [
        "expired",
        "revoked",
        "pending",
    ]
    for name in ("organization_invitations", "organization_memberships"):
        assert second[name] == first[name]
