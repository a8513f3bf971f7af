from clerkform.diff.rules import Rules
from clerkform.model import Address, Reference
from clerkform.model.sink import NOWHERE
from clerkform.model.step import StepId
from tests.made_up import BADGES, MADE_UP
from tests.support import compare, desired_from, live_from, live_of


def step(compared, text):
    return next(one for one in compared.plan.steps if str(one.id) == text)


def test_a_create_sends_what_is_declared_and_what_a_create_has_to_say():
    found = compare(desired_from("domains: [a.example.net]"), live_from({}))
    (only,) = found.plan.steps
    assert only.values == {"name": "a.example.net", "is_satellite": True}
    assert only.object_id is None
    assert found.plan.count("create") == 1


def test_a_create_sends_nothing_of_clerkforms_own():
    text = """
    api_keys:
      - name: cli
        subject: user_000000000000000000000000000
        secret_to: none
        lifecycle: {deletion: delete}
    """
    (only,) = compare(desired_from(text), live_from({})).plan.steps
    assert only.values.keys() == {"name", "subject"}
    assert only.sinks == {"secret_to": NOWHERE}
    assert only.origins == {"secret_to": "m0.yaml"}


def test_a_field_that_only_an_update_takes_follows_the_create():
    text = "organizations: [{slug: acme, name: Acme, admin_delete_enabled: false}]"
    found = compare(desired_from(text), live_from({}))
    first, second = found.plan.steps
    assert first.values == {"slug": "acme", "name": "Acme"}
    assert str(second.id) == "update organizations/acme (after create)"
    assert second.values == {"admin_delete_enabled": False}
    assert second.needs == {first.id}


def test_a_dependent_waits_for_the_create_of_what_it_refers_to():
    text = """
    organizations: [{slug: acme, name: Acme}]
    api_keys: [{name: one, subject: {organization: acme}, secret_to: none}]
    """
    found = compare(desired_from(text), live_from({}))
    create = StepId(Address("organizations", "acme"), "create")
    key = step(found, "create api_keys/acme/one")
    assert key.needs == {create}
    assert key.values["subject"] == Reference(Address("organizations", "acme"))


def test_nothing_waits_for_what_is_live():
    text = """
    organizations: [acme]
    api_keys: [{name: one, subject: {organization: acme}, secret_to: none}]
    """
    live = live_from({"organizations": [{"slug": "acme", "name": "Acme"}]})
    (only,) = compare(desired_from(text), live).plan.steps
    assert only.needs == frozenset()


def test_an_update_sends_the_changed_fields_by_their_endpoint():
    live = live_from({"organizations": [{"slug": "a", "name": "A", "public_metadata": {"x": 1}}]})
    text = "organizations: [{slug: a, name: B, public_metadata: {x: 2}, private_metadata: {}}]"
    found = compare(desired_from(text), live)
    assert step(found, "update organizations/a").values == {"name": "B"}
    metadata = step(found, "update organizations/a (metadata)")
    assert metadata.values == {"public_metadata": {"x": 2}}
    assert metadata.object_id == "org_0"


def test_a_removal_is_as_the_item_says():
    subject = "user_000000000000000000000000000"
    live = live_from(
        {"api_keys": [{"subject": subject, "name": "one"}, {"subject": subject, "name": "two"}]}
    )
    text = f"""
    api_keys:
      - {{name: one, subject: {subject}, absent: true, lifecycle: {{deletion: delete}}}}
      - {{name: two, subject: {subject}, absent: true}}
    """
    found = compare(desired_from(text), live)
    assert [one.removal for one in found.plan.steps] == ["delete", "revoke"]


def test_a_replace_deletes_first_where_the_key_is_taken():
    live = live_of(BADGES, {"code": "a", "colour": "red"})
    found = compare(
        desired_from("badges: [{code: a, colour: blue}]", registry=MADE_UP), live, registry=MADE_UP
    )
    assert found.steps == ["delete badges/a", "create badges/a"]
    assert found.action("badges/a").reason == "colour cannot be changed"


def test_a_replace_creates_first_where_the_key_is_another():
    live = live_of(BADGES, {"code": "a", "colour": "red"})
    text = "badges: [{code: b, colour: blue, lifecycle: {renamed_from: a}}]"
    found = compare(desired_from(text, registry=MADE_UP), live, registry=MADE_UP)
    assert found.steps == ["create badges/b", "delete badges/a"]


def test_a_replace_on_request_can_delete_first_anywhere():
    subject = "user_000000000000000000000000000"
    live = live_from({"api_keys": [{"subject": subject, "name": "one"}]})
    desired = desired_from(f"api_keys: [{{name: one, subject: {subject}, secret_to: none}}]")
    keys = frozenset(desired.items)
    found = compare(desired, live, Rules(replace=keys))
    assert [one.id.verb for one in found.plan.steps] == ["create", "delete"]
    found = compare(desired, live, Rules(replace=keys, delete_first=True))
    assert [one.id.verb for one in found.plan.steps] == ["delete", "create"]


def test_the_last_object_goes_after_a_new_one_is_there():
    live = live_of(BADGES, {"code": "z", "colour": "red"})
    text = "badges: [{code: a, colour: red}, {code: b, colour: red}, {code: z, absent: true}]"
    found = compare(desired_from(text, registry=MADE_UP), live, registry=MADE_UP)
    delete = step(found, "delete badges/z")
    assert delete.needs == {StepId(Address("badges", "a"), "create")}


def test_a_last_object_that_makes_way_does_not_wait_for_its_successor():
    live = live_of(BADGES, {"code": "a", "colour": "red"})
    text = "badges: [{id: badge_0, code: z, absent: true}, {code: a, colour: red}]"
    found = compare(desired_from(text, registry=MADE_UP), live, registry=MADE_UP)
    assert found.steps == ["delete badges/z", "create badges/a"]


def test_a_target_is_deleted_after_what_refers_to_it():
    live = live_of(MADE_UP["teams"], {"name": "top"}, {"name": "below", "parent": "team_0"})
    text = "teams: [{name: top, absent: true}, {name: below, absent: true}]"
    found = compare(desired_from(text, registry=MADE_UP), live, registry=MADE_UP)
    assert found.steps == ["delete teams/below", "delete teams/top"]


def test_a_write_only_field_goes_along_with_another_change():
    live = live_of(MADE_UP["teams"], {"name": "a", "order": [1]})
    text = "teams: [{name: a, order: [2], note: hello}]"
    found = compare(desired_from(text, registry=MADE_UP), live, registry=MADE_UP)
    assert found.plan.steps[0].values == {"order": [2], "note": "hello"}
    text = "teams: [{name: a, order: [1], note: hello}]"
    found = compare(desired_from(text, registry=MADE_UP), live, registry=MADE_UP)
    assert found.plan.steps == ()
    assert found.action("teams/a").notes == ("note cannot be compared: Clerk never returns it",)


def test_an_ignored_key_is_sent_only_where_there_is_one():
    text = """
    jwt_templates:
      - name: a
        lifetime: 90
        signing_key: {from_env: KEY}
        lifecycle: {ignore_changes: [signing_key]}
    """
    body = {"name": "a", "claims": {}, "lifetime": 60, "signing_algorithm": "RS256"}
    live = live_from({"jwt_templates": [{**body, "custom_signing_key": False}]})
    assert "signing_key" not in compare(desired_from(text), live).plan.steps[0].values
    live = live_from({"jwt_templates": [{**body, "custom_signing_key": True}]})
    assert "signing_key" in compare(desired_from(text), live).plan.steps[0].values
