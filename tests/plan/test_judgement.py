"""Whatever way leads to a weaker state is judged alike; and what does not is not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clerkform.apply.simulate import simulate
from clerkform.diagnostics import Problems
from clerkform.diff.actions import diff
from clerkform.diff.match import match
from clerkform.diff.rules import Rules
from clerkform.kinds import KINDS
from clerkform.model import Address
from clerkform.model.meaning import Around
from clerkform.plan.build import build_plan
from clerkform.plan.judgement import Further, around_of, further, judged
from tests.support import desired_from, live_from

PRUNED = Rules(pruned=frozenset({"blocklist_identifiers", "redirect_urls"}))
BLOCKED = {"blocklist_identifiers": [{"identifier": "*@bad.example"}]}
TEMPLATE = {"jwt_templates": [{"name": "t", "claims": {}, "lifetime": 60}]}
URL = {"redirect_urls": [{"url": "https://app.example.com/cb"}]}
SETTINGS = {"instance_restrictions": [{"id": "r", "blocklist": True, "allowlist": False}]}
ORGANIZATION = {
    "organizations": [
        {"id": "org_" + "a" * 27, "slug": "a", "name": "A", "admin_delete_enabled": False}
    ]
}
OPENS = "organizations: [{slug: a, admin_delete_enabled: true}]"


def meant(live, *texts, rules=None, destroys=False, around=None, **declared):
    """``address: sort field`` of every consequence."""
    actions = found(live, *texts, rules=rules, destroys=destroys, **declared)
    known = around or Around(production=True, hosts=frozenset({"example.com"}), has_all_hosts=True)
    return [
        f"{action.address}: {one.sort} {'.'.join(map(str, one.path))}"
        for action in judged(actions, known).actions
        for one in action.means
    ]


def found(live, *texts, rules=None, destroys=False, **declared):
    state = live_from(live, *live) if isinstance(live, dict) else live
    desired = desired_from(*texts, **declared)
    if destroys:
        desired = desired.destroyed(lambda address: True)
    problems = Problems()
    matched = match(desired, state, KINDS, problems)
    return diff(matched, state, KINDS, rules or Rules(), problems)


GONE = ["blocklist_identifiers/*@bad.example: weakens identifier"]
LONGER = ["jwt_templates/t: weakens lifetime"]


@pytest.mark.parametrize(
    ("live", "texts", "more", "expected"),
    [
        pytest.param(
            TEMPLATE, ["jwt_templates: [{name: t, lifetime: 90000}]"], {}, LONGER, id="update"
        ),
        pytest.param(TEMPLATE, ["jwt_templates: [{name: t}]"], {}, [], id="un-declared"),
        pytest.param(
            TEMPLATE,
            ["jwt_templates: [{name: t, lifetime: 60}]"],
            {"overlays": ["jwt_templates: [{name: t, lifetime: 90000}]"]},
            LONGER,
            id="overlay",
        ),
        pytest.param(
            TEMPLATE,
            ["jwt_templates: [{name: t, lifetime: '${var.seconds}'}]"],
            {"variables": {"seconds": 90000}},
            LONGER,
            id="variable",
        ),
        pytest.param(
            TEMPLATE,
            [
                "jwt_templates: [{name: t, lifetime: 90000, lifecycle: {ignore_changes: [lifetime]}}]"
            ],
            {},
            [],
            id="ignored",
        ),
        pytest.param(
            {"jwt_templates": [{"name": "t", "claims": {"role": "a"}, "lifetime": 60}]},
            [
                "jwt_templates: [{name: t, claims: {role: admin}, lifecycle: {ignore_changes: [lifetime]}}]"
            ],
            {},
            ["jwt_templates/t: weakens claims"],
            id="beside what is ignored",
        ),
        pytest.param(
            {"jwt_templates": [{"name": "t", "claims": {"roles": ["user"]}}]},
            ["jwt_templates: [{name: t, claims: {roles: [admin]}}]"],
            {},
            ["jwt_templates/t: weakens claims"],
            id="inside a value",
        ),
        pytest.param(
            BLOCKED,
            ["blocklist_identifiers: [{identifier: '*@bad.example', absent: true}]"],
            {},
            GONE,
            id="absent",
        ),
        pytest.param(BLOCKED, ["blocklist_identifiers: []"], {"rules": PRUNED}, GONE, id="prune"),
        pytest.param(BLOCKED, ["blocklist_identifiers: []"], {}, [], id="not pruned"),
        pytest.param(
            BLOCKED,
            ["blocklist_identifiers: ['*@bad.example']"],
            {"destroys": True},
            GONE,
            id="destroy",
        ),
        pytest.param(
            BLOCKED,
            [
                "blocklist_identifiers: [{identifier: '*@b.example', lifecycle: {renamed_from: '*@bad.example'}}]"
            ],
            {},
            ["blocklist_identifiers/*@b.example: weakens identifier"],
            id="renamed",
        ),
        pytest.param(
            BLOCKED,
            ["blocklist_identifiers: ['*@bad.example']"],
            {
                "rules": Rules(
                    replace=frozenset({Address.parse("blocklist_identifiers/*@bad.example")})
                )
            },
            [],
            id="replaced by itself",
        ),
        pytest.param(
            {"allowlist_identifiers": [{"identifier": "a@b.example"}]},
            [
                "allowlist_identifiers: [{identifier: '*@b.example', lifecycle: {renamed_from: a@b.example}}]"
            ],
            {},
            ["allowlist_identifiers/*@b.example: weakens identifier"],
            id="renamed into what opens more",
        ),
        pytest.param(
            URL,
            [
                "redirect_urls: [{url: 'https://evil.test/cb', lifecycle: {renamed_from: 'https://app.example.com/cb'}}]"
            ],
            {},
            ["redirect_urls/https://evil.test/cb: weakens url"],
            id="renamed to elsewhere",
        ),
        pytest.param(
            URL,
            ["redirect_urls: ['https://app.example.com/cb', 'https://b.example.com/cb']"],
            {},
            ["redirect_urls/https://b.example.com/cb: widens url"],
            id="everyday",
        ),
        pytest.param(
            SETTINGS,
            ["instance_restrictions: {blocklist: false}"],
            {},
            ["instance_restrictions: weakens blocklist"],
            id="a setting",
        ),
        pytest.param(
            ORGANIZATION, [OPENS], {}, ["organizations/a: widens admin_delete_enabled"], id="widens"
        ),
        pytest.param(
            {"organizations": []}, ["organizations: [{slug: b, name: B}]"], {}, [], id="created"
        ),
        pytest.param(
            {"jwt_templates": []},
            ["jwt_templates: [{name: t, claims: {role: admin}, lifetime: 90000}]"],
            {},
            ["jwt_templates/t: weakens claims", "jwt_templates/t: weakens lifetime"],
            id="created weak",
        ),
        pytest.param(
            TEMPLATE,
            ["jwt_templates: [{name: t, external: true}]"],
            {},
            [],
            id="somebody else's",
        ),
    ],
)
def test_each_way_to_a_weaker_state_is_caught(live, texts, more, expected):
    assert meant(live, *texts, **more) == expected


def test_a_field_that_weakens_is_not_said_to_let_more_in_besides():
    url = "redirect_urls: ['http://evil.test/cb']"
    assert (
        meant({"redirect_urls": []}, url) == ["redirect_urls/http://evil.test/cb: weakens url"] * 2
    )


# --- what is counted ------------------------------------------------------------------------------

ENTRIES = {"allowlist_identifiers": [{"identifier": "a@b.example"}]}
GOES = "allowlist_identifiers: [{identifier: a@b.example, absent: true}]"
ON = {"instance_restrictions": [{"id": "r", "allowlist": True}]}
OFF = {"instance_restrictions": [{"id": "r", "allowlist": False}]}
LOCKED = ["instance_restrictions: locks_out allowlist"]


@pytest.mark.parametrize(
    ("live", "texts", "expected"),
    [
        (
            {**OFF, "allowlist_identifiers": []},
            ["instance_restrictions: {allowlist: true}"],
            LOCKED,
        ),
        ({**OFF, **ENTRIES}, ["instance_restrictions: {allowlist: true}"], []),
        ({**OFF, **ENTRIES}, ["instance_restrictions: {allowlist: true}", GOES], LOCKED),
        ({**ON, **ENTRIES}, ["instance_restrictions: {allowlist: true}", GOES], LOCKED),
        ({**ON, **ENTRIES}, ["instance_restrictions: {blocklist: true}", GOES], LOCKED),
        ({**ON, "allowlist_identifiers": []}, ["instance_restrictions: {allowlist: true}"], []),
        (
            {**ON, **ENTRIES},
            ["instance_restrictions: {allowlist: true}", f"{GOES[:-1]}, new@b.example]"],
            [],
        ),
        (
            {**OFF, "allowlist_identifiers": []},
            ["instance_restrictions: {allowlist: true}", "allowlist_identifiers: [a@b.example]"],
            [],
        ),
    ],
)
def test_the_allowlist_is_judged_by_what_is_on_it_after_the_plan(live, texts, expected):
    state = live_from(live, *live)
    actions = found(state, *texts)
    around = around_of(actions, state, KINDS, {}, production=True)
    assert [one for one in meant(state, *texts, around=around) if "locks_out" in one] == expected


def test_what_is_not_known_is_asked_for_only_where_it_matters():
    state = live_from(OFF, *OFF)
    actions = found(state, "instance_restrictions: {allowlist: true}")
    around = around_of(actions, state, KINDS, {}, production=True)
    assert further(actions, around) == Further(counted=frozenset({"allowlist_identifiers"}))
    asked = around_of(actions, state, KINDS, {"allowlist_identifiers": 2}, production=True)
    assert further(actions, asked) == Further()
    nothing = found(state, "instance_restrictions: {allowlist: false}")
    assert further(nothing, around) == Further()
    url = found(live_from({"redirect_urls": []}, "redirect_urls"), "redirect_urls: ['myapp://cb']")
    assert further(url, Around()) == Further()
    url = found(
        live_from({"redirect_urls": []}, "redirect_urls"), "redirect_urls: ['https://a.example/']"
    )
    assert further(url, Around()) == Further(hosts=True)


def test_the_hosts_of_an_instance_are_those_of_its_domains_origins_and_urls():
    live = {
        "domains": [
            {"name": "Example.com", "is_satellite": False, "proxy_url": "https://p.example/x"}
        ],
        "instance_settings": [{"id": "s", "allowed_origins": ["https://o.example", "myapp://x"]}],
        "redirect_urls": [{"url": "https://r.example:8443/cb"}],
    }
    state = live_from(live, *live)
    around = around_of(found(state), state, KINDS, {}, production=False)
    assert around.hosts == {"example.com", "p.example", "o.example", "r.example"}
    assert around.has_all_hosts
    part = live_from(live, "domains")
    assert not around_of(found(part), part, KINDS, {}, production=False).has_all_hosts


SUBDOMAINS = {
    "id": "s",
    "allowed_subdomains": ["a.example.com"],
    "subdomain_allowlist_enabled": True,
}


@pytest.mark.parametrize(
    ("before", "wanted", "hosts", "expected"),
    [
        ({}, "allowed_subdomains: []", {"a.example.com"}, True),
        ({}, "allowed_subdomains: ['*.example.com']", {"a.example.com"}, False),
        ({}, "allowed_subdomains: []", {"b.example.com"}, False),
        (
            {"subdomain_allowlist_enabled": False},
            "allowed_subdomains: []",
            {"a.example.com"},
            False,
        ),
        (
            {"subdomain_allowlist_enabled": False},
            "subdomain_allowlist_enabled: true",
            {"b.example.com"},
            True,
        ),
        (
            {"subdomain_allowlist_enabled": False},
            "subdomain_allowlist_enabled: true",
            {"a.example.com"},
            False,
        ),
    ],
)
def test_a_list_of_subdomains_that_misses_a_live_host_locks_out(before, wanted, hosts, expected):
    state = live_from({"instance_settings": [SUBDOMAINS | before]}, "instance_settings")
    around = Around(production=True, hosts=frozenset({"example.com", *hosts}), has_all_hosts=True)
    told = meant(state, f"instance_settings: {{{wanted}}}", around=around)
    assert any("locks_out" in one for one in told) is expected


# --- any way, any state ---------------------------------------------------------------------------

NAMES = ("a@x.example", "*@y.example", "b@z.example")
WAYS = ("declared", "left out", "absent", "renamed")


def section(kind, field, ways):
    """Items by how each live object is treated, and what is new."""
    items = []
    for name, way in ways.items():
        if way == "declared":
            items.append(f"'{name}'")
        elif way == "absent":
            items.append(f"{{{field}: '{name}', absent: true}}")
        elif way == "renamed":
            new = f"new-{name.replace('*', 'w')}"
            items.append(f"{{{field}: '{new}', lifecycle: {{renamed_from: '{name}'}}}}")
    return f"{kind}: [{', '.join(items)}]"


@given(
    st.dictionaries(st.sampled_from(NAMES), st.sampled_from(WAYS)),
    st.booleans(),
    st.booleans(),
    st.sampled_from([None, True, False]),
    st.sampled_from([None, True, False]),
)
def test_no_blocklist_entry_is_lost_and_no_switch_falls_without_being_judged(
    ways, prunes, destroys, before, after
):
    live = {
        "blocklist_identifiers": [{"identifier": name} for name in ways],
        "instance_restrictions": [{"id": "r"} | ({} if before is None else {"blocklist": before})],
    }
    state = live_from(live, *live)
    wanted = [section("blocklist_identifiers", "identifier", ways)]
    wanted += (
        [] if after is None else [f"instance_restrictions: {{blocklist: {str(after).lower()}}}"]
    )
    rules = PRUNED if prunes and not destroys else Rules()
    actions = judged(
        found(state, *wanted, rules=rules, destroys=destroys),
        Around(production=True, has_all_hosts=True),
    )
    then = simulate(build_plan(actions), state, KINDS)
    kept = {one.values["identifier"] for one in then.of("blocklist_identifiers")}
    lost = {name for name in ways if name not in kept}
    told = {
        action.live.values["identifier"]
        for action in actions.actions
        if action.kind.name == "blocklist_identifiers" and action.live
        if any(one.sort == "weakens" for one in action.means)
    }
    assert told == lost
    (switch,) = then.of("instance_restrictions")
    falls = switch.values.get("blocklist") is False and before is not False
    assert falls == any(
        one.path == ("blocklist",) and one.sort == "weakens"
        for action in actions.actions
        for one in action.means
    )
