import pytest
from clerk_backend_api import models

PARTS = ("name", "lifetime", "allowed_clock_skew", "custom_signing_key", "signing_algorithm")


def parts(template):
    return tuple(getattr(template, name) for name in PARTS)


def test_a_template_lives_from_create_to_delete(api):
    made = api.clerk.jwt_templates.create(
        request={"name": "convex", "claims": {}, "lifetime": 300, "allowed_clock_skew": 0}
    )
    assert made.id.startswith("jtmp_")
    assert len(made.id) == len("jtmp_") + 27
    assert parts(made) == ("convex", 300, 0, False, "RS256")
    assert api.clerk.jwt_templates.get(template_id=made.id) == made
    assert api.clerk.jwt_templates.list() == [made]
    gone = api.clerk.jwt_templates.delete(template_id=made.id)
    assert (gone.object, gone.id, gone.deleted) == ("jwt_template", made.id, True)
    assert api.clerk.jwt_templates.list() == []
    with pytest.raises(models.ClerkErrors) as caught:
        api.clerk.jwt_templates.get(template_id=made.id)
    assert caught.value.data.errors[0].code == "resource_not_found"


def test_claims_come_back_as_they_were_sent(api):
    claims = {"b": [None, {"x": None}], "a": {"aud": "x", "sub": 1}, "n": None, "r": "{{org.role}}"}
    made = api.make("/jwt_templates", name="t", claims=claims)
    assert made["claims"] == claims
    assert api.http.get(f"/jwt_templates/{made['id']}").json() == made


def test_an_update_resets_what_it_omits_and_moves_updated_at(api):
    made = api.make("/jwt_templates", name="t", claims={"a": 1}, lifetime=90)
    api.clock.ms += 5
    path = f"/jwt_templates/{made['id']}"
    body = {"name": "u", "claims": {"b": 2}, "allowed_clock_skew": None}
    updated = api.http.patch(path, json=body).json()
    assert updated == {
        **made,
        "name": "u",
        "claims": {"b": 2},
        "lifetime": 60,
        "allowed_clock_skew": 5,
        "updated_at": made["created_at"] + 5,
    }
    assert api.http.get(path).json() == updated


def test_an_update_needs_name_and_claims(api, tell):
    made = api.make("/jwt_templates", name="t", claims={})
    response = api.http.patch(f"/jwt_templates/{made['id']}", json={"lifetime": 90})
    assert response.status_code == 422
    missing = "form_param_missing"
    assert tell.codes(response) == [(missing, "name"), (missing, "claims")]


CUSTOM = {
    "custom_signing_key": True,
    "signing_algorithm": "HS256",
    "signing_key": "a-secret-of-the-test",
}


def test_a_custom_key_is_kept_and_never_answered(api):
    made = api.make("/jwt_templates", name="t", claims={}, **CUSTOM)
    assert (made["custom_signing_key"], made["signing_algorithm"]) == (True, "HS256")
    path = f"/jwt_templates/{made['id']}"
    assert "signing_key" not in made
    for response in (api.http.get(path), api.http.get("/jwt_templates")):
        assert CUSTOM["signing_key"] not in response.text
    assert api.store.secret("jwt_templates", made["id"]) == CUSTOM["signing_key"]
    api.http.patch(path, json={"name": "t", "claims": {}})
    assert api.http.get(path).json()["signing_algorithm"] == "RS256"
    assert api.store.secret("jwt_templates", made["id"]) is None


def test_an_algorithm_and_a_key_mean_nothing_unless_the_key_is_custom(api):
    more = {**CUSTOM, "custom_signing_key": False}
    made = api.make("/jwt_templates", name="t", claims={}, **more)
    assert (made["custom_signing_key"], made["signing_algorithm"]) == (False, "RS256")
    assert api.store.secret("jwt_templates", made["id"]) is None


def test_a_custom_key_comes_with_its_algorithm_on_every_write(api, tell):
    made = api.make("/jwt_templates", name="t", claims={}, **CUSTOM)
    body = {"name": "t", "claims": {}, "custom_signing_key": True}
    code = "form_conditional_param_missing"
    for response in (
        api.http.post("/jwt_templates", json={**body, "name": "u"}),
        api.http.patch(f"/jwt_templates/{made['id']}", json=body),
    ):
        assert response.status_code == 422
        assert tell.codes(response) == [(code, "signing_algorithm"), (code, "signing_key")]
    assert api.store.secret("jwt_templates", made["id"]) == CUSTOM["signing_key"]


@pytest.mark.parametrize("claim", ["azp", "exp", "fva", "iat", "iss", "jti", "nbf", "sub"])
def test_a_reserved_claim_is_refused_at_the_top(api, tell, claim):
    body = {"name": "t", "claims": {claim: 1, "aud": 2, "role": 3}}
    response = api.http.post("/jwt_templates", json=body)
    assert response.status_code == 400
    assert tell.codes(response) == [("jwt_template_reserved_claim", "claims")]
    assert f"'{claim}'" in response.json()["errors"][0]["long_message"]


def test_a_name_belongs_to_one_template(api, tell):
    api.make("/jwt_templates", name="t", claims={})
    other = api.make("/jwt_templates", name="u", claims={})
    body = {"name": "t", "claims": {}}
    for response in (
        api.http.post("/jwt_templates", json=body),
        api.http.patch(f"/jwt_templates/{other['id']}", json=body),
    ):
        assert response.status_code == 422
        assert tell.codes(response) == [("form_identifier_exists", "name")]
    assert api.http.patch(f"/jwt_templates/{other['id']}", json={**body, "name": "u"}).is_success


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("name", None, "form_param_nil"),
        ("name", "", "form_param_min_length_exceeded"),
        ("name", 1, "form_param_type_invalid"),
        ("claims", None, "form_param_nil"),
        ("claims", "{}", "form_param_type_invalid"),
        ("lifetime", 29, "form_param_value_invalid"),
        ("lifetime", 315360001, "form_param_value_too_large"),
        ("lifetime", True, "form_param_type_invalid"),
        ("lifetime", 60.5, "form_param_type_invalid"),
        ("allowed_clock_skew", -1, "form_param_value_invalid"),
        ("allowed_clock_skew", 301, "form_param_value_too_large"),
        ("custom_signing_key", "true", "form_param_type_invalid"),
        ("signing_algorithm", "none", "form_param_value_invalid"),
    ],
)
def test_a_wrong_field_is_named(api, tell, field, value, code):
    response = api.http.post("/jwt_templates", json={"name": "t", "claims": {}, field: value})
    assert response.status_code == 422
    assert tell.codes(response) == [(code, field)]


def test_the_bounds_themselves_are_accepted_and_unknown_fields_ignored(api):
    for lifetime, skew in ((30, 0), (315360000, 300)):
        name = f"t{lifetime}"
        more = {"lifetime": lifetime, "allowed_clock_skew": skew, "colour": "red"}
        made = api.make("/jwt_templates", name=name, claims={}, **more)
        assert (made["lifetime"], made["allowed_clock_skew"]) == (lifetime, skew)
        assert "colour" not in made


def test_several_wrong_fields_are_told_at_once(api, tell):
    response = api.http.post("/jwt_templates", json={"lifetime": 1, "signing_key": 2})
    assert [field for _, field in tell.codes(response)] == [
        "name",
        "claims",
        "lifetime",
        "signing_key",
    ]
    assert response.json()["clerk_trace_id"]
