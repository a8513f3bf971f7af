from clerkform.apply.simulate import simulate
from clerkform.kinds import KINDS
from tests.made_up import MADE_UP, TEAMS
from tests.support import compare, desired_from, live_from, live_of


def simulated(text, live, registry=KINDS):
    compared = compare(desired_from(text, registry=registry), live, registry=registry)
    return simulate(compared.plan, live, registry)


def test_a_new_object_has_its_address_as_its_id_and_others_refer_to_it():
    text = """
    organizations: [{slug: acme, name: Acme}]
    api_keys: [{name: one, subject: {organization: acme}, secret_to: none}]
    """
    after = simulated(text, live_from({}))
    key = after.objects["api_keys"]["<api_keys/acme/one>"]
    assert key.values == {"subject": "<organizations/acme>", "name": "one", "type": "api_key"}


def test_what_goes_is_gone_and_what_stays_is_untouched():
    live = live_from({"jwt_templates": [{"name": "a"}, {"name": "b", "claims": {}}]})
    after = simulated("jwt_templates: [{name: a, absent: true}]", live)
    assert after.of("jwt_templates") == live.of("jwt_templates")[1:]


def test_an_update_merges_what_merges_and_shows_no_secret():
    live = live_from(
        {"organizations": [{"slug": "a", "name": "A", "public_metadata": {"x": 1, "y": 2}}]}
    )
    after = simulated("organizations: [{slug: a, public_metadata: {y: null, z: 3}}]", live)
    assert after.objects["organizations"]["org_0"].values["public_metadata"] == {"x": 1, "z": 3}
    live = live_from({"jwt_templates": [{"name": "a", "custom_signing_key": False}]})
    after = simulated("jwt_templates: [{name: a, signing_key: {from_env: KEY}}]", live)
    assert after.objects["jwt_templates"]["jtmp_0"].values == {
        "id": "jtmp_0",
        "name": "a",
        "custom_signing_key": True,
    }


def test_a_write_only_field_leaves_no_trace():
    after = simulated("teams: [{name: a, note: hello}]", live_of(TEAMS), MADE_UP)
    assert after.objects["teams"]["<teams/a>"].values == {"name": "a"}


def test_a_set_gets_what_the_server_has_in_it_anyway():
    text = "oauth_applications: [{name: a, scopes: [email], secret_to: none}]"
    after = simulated(text, live_from({})).objects["oauth_applications"]
    assert after["<oauth_applications/a>"].values["scopes"] == ["email", "offline_access"]
