"""Whatever the document lets be set comes back as it was sent, or it is said here why not.

By raw HTTP, because the SDK drops the claims of JWT templates both ways.
"""

import pytest

from clerkform.sandbox.routes import operations
from tests.conformance.sandbox import invitations
from tests.conformance.sandbox.cases import Trip, owned
from tests.conformance.sandbox.client import named
from tests.conformance.sandbox.exercises import IMPLEMENTED
from tests.samples import SAMPLES, file_of

_ONLY_OWNERS = "users are in the sandbox to own keys, sessions and organizations"
_USER = {
    "external_id": "x1",
    "first_name": "Ann",
    "last_name": "Lee",
    "locale": "de-DE",
    "username": "ann",
    "delete_self_enabled": False,
    "create_organization_enabled": False,
    "create_organizations_limit": 3,
    "bypass_client_trust": True,
    "legal_accepted_at": "2020-01-02T03:04:05Z",
    "created_at": "2020-01-02T03:04:05.678Z",
}
_MOMENTS = {"legal_accepted_at": 1577934245000, "created_at": 1577934245678}
_METADATA = {
    "public_metadata": {"a": {"b": [1, None]}},
    "private_metadata": {"ü": 1.5},
    "unsafe_metadata": {"c": False},
}

TRIPS: dict[str, Trip] = {
    **{name: trip for sample in SAMPLES.values() for name, trip in sample.trips.items()},
    **invitations.TRIPS,
    "POST /users": Trip(
        {
            **_USER,
            **_METADATA,
            "email_address": ["Ann@Example.com", "second@example.com"],
            "phone_number": ["+15555550100"],
            "web3_wallet": ["0x" + "a" * 40],
            "password": "correct horse",
            "banned": True,
            "locked": True,
        },
        differs=_MOMENTS,
        hidden={
            "password": "`password_enabled` says that there is one",
            **dict.fromkeys(
                ("email_address", "phone_number", "web3_wallet"),
                "each is an object among those of its kind; test_operations has them",
            ),
        },
        never_sent=dict.fromkeys(
            (
                "email_address_identification_status",
                "phone_number_identification_status",
                "password_digest",
                "password_hasher",
                "skip_password_checks",
                "skip_password_requirement",
                "totp_secret",
                "backup_codes",
                "skip_legal_checks",
                "skip_user_requirement",
            ),
            _ONLY_OWNERS,
        ),
    ),
    "PATCH /users/{}": Trip(
        {**_USER, "username": None, "first_name": "Anne", "locale": None},
        differs=_MOMENTS,
        never_sent={
            **dict.fromkeys(_METADATA, "a user's PATCH refuses it now; pairs.yaml has both"),
            **dict.fromkeys(
                (
                    "primary_email_address_id",
                    "notify_primary_email_address_changed",
                    "primary_phone_number_id",
                    "primary_web3_wallet_id",
                    "profile_image_id",
                    "password",
                    "password_digest",
                    "password_hasher",
                    "skip_password_checks",
                    "sign_out_of_other_sessions",
                    "totp_secret",
                    "backup_codes",
                    "skip_legal_checks",
                ),
                _ONLY_OWNERS,
            ),
        },
        make="POST /users",
    ),
    "PATCH /users/{}/metadata": Trip(
        {"public_metadata": {"z": 1}, "private_metadata": {"ü": None}, "unsafe_metadata": {}},
        differs={
            "public_metadata": {"a": {"b": [1, None]}, "z": 1},
            "private_metadata": {},
            "unsafe_metadata": {"c": False},
        },
        make="POST /users",
    ),
    "PUT /users/{}/metadata": Trip(
        {
            "public_metadata": {"z": {"y": None}},
            "private_metadata": {},
            "unsafe_metadata": {"c": 1},
        },
        make="POST /users",
    ),
    "POST /sessions": Trip(
        {"user_id": "USER", "active_organization_id": "ORGANIZATION"},
        hidden={"active_organization_id": "comes back as `last_active_organization_id`"},
    ),
}
NO_TRIP: dict[str, str] = {
    **{name: why for sample in SAMPLES.values() for name, why in sample.kept_nowhere.items()},
    **invitations.NO_TRIP,
    "POST /proxy_checks": "checks, and keeps nothing",
    "POST /sessions/{}/revoke": "has no body",
    "POST /sessions/{}/tokens": "test_operations has the lifetime in the token",
    "POST /sessions/{}/tokens/{}": "test_operations has the lifetime in the token",
}
"""What takes a body or could, and has nothing that comes back."""


def settable(judge, name):
    """The properties of an operation's body in the document."""
    operation = next(o for o in operations() if named(o) == name)
    described = judge.operation(operation.method, operation.path)
    body = described.get("requestBody")
    if body is None:
        return set()
    return set(body["content"]["application/json"]["schema"].get("properties", ()))


def test_every_operation_that_takes_a_body_has_a_trip_or_a_reason_for_none():
    with_body = {name for name in IMPLEMENTED if name.split(" ")[0] in ("POST", "PATCH", "PUT")}
    assert not TRIPS.keys() & NO_TRIP.keys()
    elsewhere = "tests/conformance/sandbox/test_round_trips.py"
    lacking = {
        f"{file_of(name.split(' ')[1], elsewhere)}: `trips` lacks {name}"
        for name in with_body - TRIPS.keys() - NO_TRIP.keys()
    }
    assert lacking == set()


@pytest.mark.parametrize("name", TRIPS)
def test_everything_that_can_be_set_goes_along(judges, name):
    trip = TRIPS[name]
    assert trip.sent.keys() >= trip.differs.keys() | trip.hidden.keys()
    for judge in judges.values():
        assert settable(judge, name) <= trip.sent.keys() | trip.never_sent.keys()


OPEN = {
    "POST /users": _ONLY_OWNERS,
    "PATCH /users/{}": _ONLY_OWNERS,
    **dict.fromkeys(
        (name for name in TRIPS if "instance" in name),
        "the command line observed that what is unknown is dropped without a word",
    ),
}
"""Bodies that take unknown fields although the document closes them, and why."""


@pytest.mark.parametrize("name", TRIPS)
def test_an_unknown_field_is_refused_where_the_document_closes_the_body(connect, newest, name):
    operation = next(o for o in operations() if named(o) == name)
    described = newest.operation(operation.method, operation.path)
    schema = described["requestBody"]["content"]["application/json"]["schema"]
    is_closed = schema.get("additionalProperties") is False and name not in OPEN
    client = connect(**TRIPS[name].knobs)
    sent, path = prepared(client, name)
    response = client.http.request(operation.method, path, json={**sent, "colour": "red"})
    if not is_closed:
        assert response.is_success, response.text
        assert "colour" not in response.text
    elif "/api_keys" in name:
        assert response.status_code == 400
        assert "colour" in response.json()["errors"][0]["long_message"]
    else:
        assert response.status_code == 422
        (error,) = response.json()["errors"]
        assert (error["code"], error["meta"]["param_name"]) == ("form_param_unknown", "colour")


@pytest.mark.parametrize("name", TRIPS)
def test_it_comes_back_as_it_was_sent(connect, version, name):
    trip = TRIPS[name]
    client = connect(version, **trip.knobs)
    method = name.split(" ")[0]
    sent, path = prepared(client, name)
    expected = {**sent, **trip.differs}
    for hidden in trip.hidden:
        del expected[hidden]
    response = client.http.request(method, path, json=sent)
    assert response.is_success, response.text
    read = read_again(client, method, path, response)
    for answer in (read, response.json() if response.content else read):
        assert {field: answer.get(field) for field in expected} == expected
        assert not any(answer.get(field, ...) == trip.sent[field] for field in trip.hidden)


def prepared(client, name):
    """What to send for an operation, and to which path, once what it changes is there."""
    trip, path = TRIPS[name], name.split(" ")[1]
    if trip.at:
        path = trip.at(client)
    elif trip.make:
        collection = trip.make.split(" ")[1]
        body = owned(client, TRIPS[trip.make].sent)
        path = path.replace("{}", client.make(collection, **body)["id"])
    return owned(client, trip.sent), path


def read_again(client, method, path, response):
    """The object as the API has it now: by its own path, or by the list where it has none."""
    if method == "POST":
        collection, path = path, f"{path}/{response.json()['id']}"
    else:
        path = path.removesuffix("/metadata")
        collection = path.rsplit("/", 1)[0]
    if path in ("/instance/restrictions", "/beta_features/instance_settings"):
        return client.http.patch(path, json={}).json()
    got = client.http.get(path)
    if got.is_success:
        return got.json()
    listed = client.http.get(collection).json()
    objects = listed["data"] if isinstance(listed, dict) else listed
    return next(found for found in objects if found["id"] == response.json()["id"])
