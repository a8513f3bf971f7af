"""What Clerk would refuse of an object for what else there is, and what makes room for it first."""

from clerkform.diagnostics import Problems
from clerkform.diff.rules import Rules
from clerkform.plan.among import check_among, settings_asked
from clerkform.plan.build import build_plan
from tests.support import compare, desired_from, live_from
from tests.work import work_of

TWO = "organizations: [{slug: acme}, {slug: beta}]\n"
MANUAL = "enrollment_mode: manual_invitation"
SETTINGS = {"max_allowed_domains": 2, "domains_enrollment_modes": ["automatic_suggestion"]}
VERIFIED = {"affiliation_verification": {"status": "verified"}}


def domain(organization, name, **more):
    base = {"organization_id": organization, "name": name, "enrollment_mode": "manual_invitation"}
    return {**base, **VERIFIED, **more}


def items(*declared):
    return TWO + "organization_domains:\n" + "".join(f"  - {{{one}}}\n" for one in declared)


def checked(manifest, *domains, settings=SETTINGS, rules=None):
    """The actions, and what is told."""
    live = {
        "organizations": [{"slug": "acme", "name": "A"}, {"slug": "beta", "name": "B"}],
        "organization_domains": domains,
        "organization_settings": [settings] if settings else [],
    }
    compared = compare(desired_from(manifest), live_from(live, *live), rules)
    assert compared.problems == []
    problems = Problems()
    seen = live_from(live, *live)
    return check_among(compared.found, seen, compared.matched.ids, problems), [
        (one.code, one.message) for one in problems
    ]


def steps(actions):
    return [str(step.id) for step in build_plan(actions).steps]


ACME, BETA = "org_0", "org_1"


def test_what_another_keeps_is_told_of_a_create_and_of_an_update():
    held = domain(BETA, "a.example")
    says = (
        "`verified` of organization_domains/acme/a.example cannot be true: another organization has"
    )
    for one, there in [
        (f"organization: acme, name: A.example, {MANUAL}", [held]),
        (
            "organization: acme, name: a.example, verified: true",
            [held, domain(ACME, "a.example", affiliation_verification=None)],
        ),
    ]:
        _, told = checked(items(one), *there)
        assert [(code, text[: len(says)]) for code, text in told] == [("clerk-refuses", says)]


def test_of_an_update_only_what_it_sends_can_be_refused():
    live = domain(ACME, "a.example", enrollment_mode="automatic_invitation")
    off = domain(ACME, "b.example"), domain(ACME, "c.example")
    actions, told = checked(
        items("organization: acme, name: a.example, verified: false"), live, *off
    )
    assert (steps(actions), told) == (["update organization_domains/acme/a.example"], [])


def test_what_is_not_written_is_not_looked_at():
    live = domain(ACME, "a.example", enrollment_mode="automatic_invitation")
    manifest = items("organization: acme, name: a.example")
    actions, told = checked(manifest, live, domain(BETA, "a.example"))
    assert (steps(actions), told, settings_asked(actions)) == ([], [], frozenset())


def test_settings_are_asked_for_where_something_is_written():
    actions, _ = checked(items(f"organization: acme, name: a.example, {MANUAL}"))
    assert settings_asked(actions) == {"organization_settings"}


def test_settings_that_nobody_could_read_refuse_nothing():
    item = "organization: acme, name: {}.example, enrollment_mode: automatic_invitation"
    _, told = checked(items(*(item.format(n) for n in "abc")), settings=None)
    assert told == []


def test_settings_are_taken_as_they_are_after_the_plan():
    item = "organization: acme, name: a.example, enrollment_mode: automatic_invitation"
    declared = "organization_settings: {domains_enrollment_modes: [automatic_invitation]}\n"
    assert [code for code, _ in checked(items(item))[1]] == ["clerk-refuses"]
    assert checked(declared + items(item))[1] == []


def test_more_than_fit_are_told_one_by_one():
    item = f"organization: acme, name: {{}}.example, {MANUAL}"
    _, told = checked(items(*(item.format(n) for n in "abc")))
    assert told[0] == (
        "clerk-refuses",
        "`organization` of organization_domains/acme/a.example has 2 other domains, and Clerk lets"
        " it have 2",
    )
    assert len(told) == 3


def test_an_organization_that_is_new_is_another_than_those_that_are_there():
    manifest = items(f"organization: gamma, name: a.example, {MANUAL}").replace(
        "{slug: beta}", "{slug: beta}, {slug: gamma, name: G}"
    )
    _, told = checked(manifest, domain(ACME, "c.example"), domain(ACME, "d.example"))
    assert told == []


def test_what_is_in_the_way_goes_before_and_nothing_else_is_waited_for():
    actions, told = checked(
        items(
            f"organization: acme, name: a.example, {MANUAL}",
            "organization: beta, name: a.example, absent: true",
            "organization: beta, name: b.example, absent: true",
        ),
        domain(BETA, "a.example"),
        domain(BETA, "b.example"),
    )
    assert told == []
    waits = {str(one): [*map(str, first)] for one, first in actions.first.items()}
    in_the_way = "organization_domains/beta/a.example"
    assert waits == {"organization_domains/acme/a.example": [in_the_way]}


def test_where_all_that_goes_makes_room_all_of_it_goes_before():
    gone = [f"organization: acme, name: {n}.example, absent: true" for n in "xy"]
    actions, told = checked(
        items(f"organization: acme, name: a.example, {MANUAL}", *gone),
        domain(ACME, "x.example"),
        domain(ACME, "y.example"),
    )
    assert told == []
    assert steps(actions)[-1] == "create organization_domains/acme/a.example"


def test_a_replacement_that_finds_no_room_beside_the_old_one_comes_after_it():
    item = f"organization: acme, name: a.example, {MANUAL}, lifecycle: {{renamed_from: x.example}}"
    create = "create organization_domains/acme/a.example"
    delete = "delete organization_domains/acme/x.example"
    for beside, expected in [([], [create, delete]), (["y.example"], [delete, create])]:
        live = [domain(ACME, name) for name in ("x.example", *beside)]
        actions, told = checked(items(item), *live)
        assert (steps(actions), told) == (expected, [])


def test_what_goes_with_its_owner_is_in_the_way_until_that_is_gone():
    manifest = items(f"organization: acme, name: a.example, {MANUAL}").replace(
        "{slug: beta}", "{slug: beta, absent: true}"
    )
    actions, told = checked(manifest, domain(BETA, "a.example"))
    assert told == []
    assert steps(actions) == [
        "delete organizations/beta",
        "create organization_domains/acme/a.example",
    ]


def test_what_is_pruned_makes_room_as_well():
    manifest = items(f"organization: acme, name: a.example, {MANUAL}")
    rules = Rules(frozenset({"organization_domains"}))
    actions, told = checked(manifest, domain(BETA, "a.example"), rules=rules)
    assert told == []
    assert steps(actions) == [
        "delete organization_domains/beta/a.example",
        "create organization_domains/acme/a.example",
    ]


def test_twice_as_many_are_at_most_twice_the_work():
    def work(count):
        organizations = [f"o{at}" for at in range(count)]
        owners = "".join(f"  - {{slug: {one}, name: {one}}}\n" for one in organizations)
        domains = "".join(
            f"  - {{organization: {one}, name: {one}-{n}.example, {MANUAL}}}\n"
            for one in organizations
            for n in range(2)
        )
        manifest = f"organizations:\n{owners}organization_domains:\n{domains}"
        live = live_from({"organization_settings": [SETTINGS]}, "organization_settings")
        compared = compare(desired_from(manifest), live)
        ids, told = compared.matched.ids, Problems()
        spent = work_of(lambda: check_among(compared.found, live, ids, told))
        assert told == []
        return spent

    work(1)  # what is made once
    assert work(40) <= 2.1 * work(20)
