import pytest
from clerk_backend_api import models

ETHEREUM = "0x" + "Ab" * 20
SOLANA = "7EcDhSYGxXyscszYEp35KHN8vvw3svAuLKTzXwCFLtV"
LISTS = ("allowlist_identifiers", "blocklist_identifiers")


def test_an_allowlist_entry_lives_from_create_to_delete(api):
    entries = api.clerk.allowlist_identifiers
    made = entries.create(request={"identifier": "Ann@Example.com"})
    assert made.id.startswith("alid_")
    assert (made.identifier, made.identifier_type) == ("ann@example.com", "email_address")
    assert made.instance_id == api.clerk.instance_settings.get().id
    assert entries.list() == [made]
    assert entries.delete(identifier_id=made.id).deleted is True
    assert entries.list() == []
    with pytest.raises(models.ClerkErrors) as caught:
        entries.delete(identifier_id=made.id)
    assert caught.value.data.errors[0].code == "resource_not_found"


def test_a_blocklist_entry_lives_from_create_to_delete(api):
    entries = api.clerk.blocklist_identifiers
    made = entries.create(request={"identifier": "*@*.Spam.example"})
    assert made.id.startswith("blid_")
    assert made.identifier == "*@*.spam.example"
    listed = entries.list()
    assert (listed.data, listed.total_count) == ([made], 1)
    assert entries.delete(identifier_id=made.id).object == "blocklist_identifier"
    assert entries.list().total_count == 0


@pytest.mark.parametrize("path", LISTS)
@pytest.mark.parametrize(
    ("sent", "stored", "type"),
    [
        ("*@Example.com", "*@example.com", "email_address"),
        ("john*@example.com", "john*@example.com", "email_address"),
        ("+15555550100", "+15555550100", "phone_number"),
        (ETHEREUM, ETHEREUM.lower(), "web3_wallet"),
        (SOLANA, SOLANA, "web3_wallet"),
    ],
)
def test_an_identifier_is_normalised_and_classified(api, path, sent, stored, type):
    made = api.make(f"/{path}", identifier=sent)
    assert (made["identifier"], made["identifier_type"]) == (stored, type)


@pytest.mark.parametrize("path", LISTS)
@pytest.mark.parametrize("text", ["", "ann", "ann@", "@x.com", "a@b", "+1 555", "0x12", "a@b..c"])
def test_what_is_no_identifier_is_refused(api, tell, path, text):
    response = api.http.post(f"/{path}", json={"identifier": text})
    assert response.status_code == 422
    assert tell.codes(response) == [("form_param_format_invalid", "identifier")]


@pytest.mark.parametrize("path", LISTS)
def test_an_identifier_is_listed_once_in_any_case(api, tell, path):
    api.make(f"/{path}", identifier="Ann@example.com")
    response = api.http.post(f"/{path}", json={"identifier": "ANN@example.com"})
    assert response.status_code == 400
    assert tell.codes(response) == [("duplicate_record", "identifier")]


@pytest.mark.parametrize("path", LISTS)
def test_unknown_fields_are_refused(api, tell, path):
    response = api.http.post(f"/{path}", json={"identifier": "a@b.c", "note": "x"})
    assert response.status_code == 422
    assert tell.codes(response) == [("form_param_unknown", "note")]


def test_only_the_blocklist_takes_subdomains(api, tell):
    response = api.http.post("/allowlist_identifiers", json={"identifier": "*@*.example.com"})
    assert tell.codes(response) == [("form_param_format_invalid", "identifier")]


def test_notify_invites_people_but_no_patterns_and_no_wallets(api):
    def invited(identifier):
        made = api.make("/allowlist_identifiers", identifier=identifier, notify=True)
        return "invitation_id" in made

    assert invited("ann@example.com")
    assert invited("+15555550100")
    assert not invited("*@example.com")
    assert not invited(SOLANA)


@pytest.mark.parametrize("path", LISTS)
def test_a_plan_without_the_list_answers_402(open_api, path):
    api = open_api(unentitled=frozenset({path.removesuffix("_identifiers")}))
    for response in (
        api.http.get(f"/{path}"),
        api.http.post(f"/{path}", json={"identifier": "a@b.c"}),
        api.http.delete(f"/{path}/x"),
    ):
        assert response.status_code == 402
        (error,) = response.json()["errors"]
        assert error["code"] == "unsupported_subscription_plan_features"
        assert error["meta"] == {"unsupported_features": [path.removesuffix("_identifiers")]}
