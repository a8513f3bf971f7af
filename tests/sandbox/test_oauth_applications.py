import pytest

from clerkform.sandbox import Store, create_app
from clerkform.sandbox.settings import Contradictions
from clerkform.sandbox.state import dump_store

KIND = "oauth_applications"
PATH = f"/{KIND}"


def test_the_secret_is_shown_when_it_is_made_and_never_again(api):
    made = api.make(PATH, name="Acme")
    assert len(made["client_secret"]) == 32
    answers = [api.http.get(f"{PATH}/{made['id']}"), api.http.get(PATH)]
    answers.append(api.http.patch(f"{PATH}/{made['id']}", json={"name": "Other"}))
    assert all("client_secret" not in answer.text for answer in answers)
    rotated = api.make(f"{PATH}/{made['id']}/rotate_secret")
    assert rotated["client_secret"] not in ("", made["client_secret"])
    assert api.store.secret(KIND, made["id"]) == rotated["client_secret"]


def test_a_public_client_has_no_secret_and_needs_pkce(api, tell):
    made = api.make(PATH, name="CLI", public=True)
    assert (made["client_secret"], made["pkce_required"]) == ("", True)
    assert api.make(f"{PATH}/{made['id']}/rotate_secret")["client_secret"] == ""
    assert api.store.secret(KIND, made["id"]) is None
    wrong = ("form_public_client_requires_pkce", "pkce_required")
    response = api.http.post(PATH, json={"name": "x", "public": True, "pkce_required": False})
    assert (response.status_code, tell.codes(response)) == (422, [wrong])
    response = api.http.patch(f"{PATH}/{made['id']}", json={"pkce_required": False})
    assert (response.status_code, tell.codes(response)) == (422, [wrong])


def test_a_client_that_becomes_confidential_has_a_secret_once_it_is_rotated(api):
    made = api.make(PATH, name="CLI", public=True)
    changed = api.http.patch(f"{PATH}/{made['id']}", json={"public": False}).json()
    assert (changed["public"], changed["pkce_required"]) == (False, True)
    assert len(api.make(f"{PATH}/{made['id']}/rotate_secret")["client_secret"]) == 32


def test_names_may_repeat(api):
    ids = {api.make(PATH, name="Acme")["id"] for _ in range(2)}
    assert {one["id"] for one in api.http.get(PATH).json()["data"]} == ids


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("name", "", "form_param_min_length_exceeded"),
        ("name", "n" * 257, "form_param_max_length_exceeded"),
        ("redirect_uris", ["acme.example/cb"], "form_param_format_invalid"),
        ("redirect_uris", ["app://cb", "https:///cb"], "form_param_format_invalid"),
        ("redirect_uris", ["https://[a/cb"], "form_param_format_invalid"),
        ("redirect_uris", "app://cb", "form_param_type_invalid"),
        ("callback_url", "a" * 1025, "form_param_max_length_exceeded"),
        ("scopes", "s" * 1025, "form_param_max_length_exceeded"),
        ("scopes", "profile surveys:read", "form_param_value_invalid"),
        ("public", "yes", "form_param_type_invalid"),
    ],
)
def test_what_is_wrong_with_a_field_is_said_of_it(api, tell, field, value, code):
    made = api.make(PATH, name="Acme")
    sent = {"name": "Other", field: value}
    for response in (
        api.http.post(PATH, json=sent),
        api.http.patch(f"{PATH}/{made['id']}", json=sent),
    ):
        assert (response.status_code, tell.codes(response)) == (422, [(code, field)])


def test_a_redirect_uri_is_there_once(api, tell):
    response = api.http.post(PATH, json={"name": "Acme", "redirect_uris": ["app://cb", "app://cb"]})
    assert (response.status_code, tell.codes(response)) == (400, [("duplicate_record", None)])


def test_the_callback_url_is_the_first_redirect_uri(api):
    made = api.make(PATH, name="Acme", callback_url="app://old")
    assert (made["callback_url"], made["redirect_uris"]) == ("app://old", ["app://old"])
    uris = {"redirect_uris": ["app://new", "app://old"], "callback_url": "app://older"}
    changed = api.http.patch(f"{PATH}/{made['id']}", json=uris).json()
    assert (changed["callback_url"], changed["redirect_uris"]) == (
        "app://new",
        uris["redirect_uris"],
    )


def test_null_leaves_what_there_is(api):
    made = api.make(PATH, name="Acme", scopes="openid", redirect_uris=["app://cb"])
    nulls = dict.fromkeys(("name", "scopes", "redirect_uris", "callback_url", "public"))
    changed = api.http.patch(f"{PATH}/{made['id']}", json=nulls).json()
    del made["client_secret"]
    assert changed == {**made, "updated_at": changed["updated_at"]}


def test_scopes_are_ordered_and_have_offline_access(api, tell):
    made = api.make(PATH, name="Acme", scopes="openid  email openid")
    assert made["scopes"] == "email offline_access openid"
    path = f"{PATH}/{made['id']}"
    response = api.http.patch(path, json={"scopes": "openid"})
    assert tell.codes(response) == [("form_param_value_invalid", "scopes")]
    changed = api.http.patch(path, json={"scopes": "profile offline_access"}).json()
    assert changed["scopes"] == "offline_access profile"


def test_an_update_may_add_offline_access_by_itself(open_api):
    api = open_api(contradictions=Contradictions(oauth_scopes_patch="completed"))
    made = api.make(PATH, name="Acme")
    changed = api.http.patch(f"{PATH}/{made['id']}", json={"scopes": "openid"}).json()
    assert changed["scopes"] == "offline_access openid"


def test_the_endpoints_are_below_the_frontend_api(open_api):
    made = open_api(instance="production").make(PATH, name="Acme")
    assert made["token_fetch_url"] == "https://clerk.sandbox.example.com/oauth/token"
    assert made["discovery_url"].endswith("/.well-known/openid-configuration")


def test_who_registered_itself_asks_its_users_always(api, tell):
    made = api.make(PATH, name="Client")
    stored = api.store.get(KIND, made["id"])
    with api.store.transaction(write=True):
        api.store.replace(KIND, {**stored, "dynamically_registered": True})
    path = f"{PATH}/{made['id']}"
    response = api.http.patch(path, json={"consent_screen_enabled": False})
    wrong = ("oauth_application_consent_screen_cannot_be_disabled", None)
    assert (response.status_code, tell.codes(response)) == (422, [wrong])
    assert api.http.patch(path, json={"consent_screen_enabled": True, "name": "x"}).is_success


def test_a_seed_may_know_its_secrets_and_what_lacks_offline_access(api):
    known = {"name": "a", "scopes": "profile", "client_id": "id-of-a", "client_secret": "s" * 32}
    store = create_app(Store(), seed={KIND: [known, {"name": "b"}]}).state.store
    a, b = store.select(KIND, descending=False)
    assert (a["scopes"], a["client_id"], store.secret(KIND, a["id"])) == (
        "profile",
        "id-of-a",
        "s" * 32,
    )
    assert (b["scopes"], len(b["client_id"])) == ("email offline_access profile", 16)
    assert len(store.secret(KIND, b["id"])) == 32


def test_a_dump_is_a_seed_and_has_no_secret(api):
    made = api.make(PATH, name="Acme", redirect_uris=["app://cb"])
    api.make(PATH, name="CLI", public=True)
    first = dump_store(api.store)
    assert made.pop("client_secret") not in str(first)
    assert first[KIND][0] == made
    again = dump_store(create_app(Store(clock=api.clock), seed=first).state.store)
    own = {"instance_id": again["instance"]["id"]}
    assert again[KIND] == [{**one, **own} for one in first[KIND]]


def test_no_token_is_good_so_each_is_revoked(api):
    made = api.make(PATH, name="Acme")
    response = api.http.post(f"{PATH}/{made['id']}/revoke_token", json={"token": "oat_x"})
    assert (response.status_code, response.content) == (204, b"")


def test_a_logo_is_not_taken(api):
    made = api.make(PATH, name="Acme")
    response = api.http.put(f"{PATH}/{made['id']}/logo", files={"file": b"png"})
    assert response.status_code == 501
