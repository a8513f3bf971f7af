"""Each refusal: its code, what lets it through, and the last plan that passes without."""

import pytest

from clerkform.diff.rules import Rules
from clerkform.kinds import KINDS
from clerkform.plan.guard import check, check_instance, check_writing, matches
from clerkform.plan.limits import Guards, Instance, Limits
from tests.support import compare, desired_from, live_from

DEVELOPMENT = Instance("ins_1", "development")
PRODUCTION = Instance("ins_1", "production")


def codes(diagnostics):
    return [found.code for found in diagnostics]


def deleting(count, of, kind="redirect_urls", field="url", **extra):
    """A plan that deletes ``count`` of ``of`` live objects, and how many are live."""
    live = live_from({kind: [{field: f"https://a.example/{at:02}"} for at in range(of)]}, kind)
    items = "".join(
        f'  - {{{field}: "https://a.example/{at:02}", absent: true}}\n' for at in range(count)
    )
    desired = desired_from(f"{kind}:\n{items}" if count else f"{kind}: []")
    return compare(desired, live).plan, {"live_counts": {kind: of}, **extra}


@pytest.mark.parametrize(
    ("count", "of", "limits", "refused"),
    [
        (10, 100, Limits(), []),
        (11, 100, Limits(), ["max-deletes"]),
        (11, 100, Limits(max_deletes=11), []),
        (30, 100, Limits(max_deletes=99), []),
        (31, 100, Limits(max_deletes=99), ["max-delete-percent"]),
        (31, 100, Limits(max_deletes=99, max_delete_percent=31), []),
        (5, 40, Limits(max_delete_percent=12.5), []),
        (6, 40, Limits(max_delete_percent=12.5), ["max-delete-percent"]),
        (3, 3, Limits(), []),
        (4, 4, Limits(), ["max-delete-percent"]),
        (4, 10, Limits(max_delete_percent=40), []),
        (12, 20, Limits(), ["max-deletes", "max-delete-percent"]),
    ],
)
def test_a_plan_that_deletes_too_much_is_refused(count, of, limits, refused):
    plan, counts = deleting(count, of)
    assert codes(check(plan, Guards(limits=limits, **counts))) == refused


def test_a_refusal_says_how_to_insist():
    plan, counts = deleting(12, 20)
    hints = [found.hint for found in check(plan, Guards(**counts))]
    assert hints[0].endswith("--max-deletes 12")
    assert hints[1].endswith("--max-delete-percent 60")


def test_a_replace_counts_as_a_delete():
    live = live_from({"jwt_templates": [{"name": "a", "claims": {}}]}, "jwt_templates")
    desired = desired_from("jwt_templates: [{name: a, claims: {}}]")
    plan = compare(desired, live, Rules(replace=frozenset(desired.items))).plan
    guards = Guards(limits=Limits(max_deletes=0, max_delete_percent=0))
    assert codes(check(plan, guards)) == ["max-deletes", "max-delete-percent"]


@pytest.mark.parametrize("pattern", ["redirect_urls/https://a.example/00", "redirect_urls/*", "*"])
def test_what_is_protected_is_not_deleted(pattern):
    plan, counts = deleting(1, 20)
    (found,) = check(plan, Guards(protect=("domains/*", pattern), **counts))
    assert found.code == "protected-object"
    assert found.span is not None
    assert "--allow-delete redirect_urls/https://a.example/00" in found.hint


def test_what_is_protected_may_be_changed_and_allowed():
    plan, counts = deleting(1, 20)
    allowed = frozenset({"redirect_urls/https://a.example/00"})
    assert check(plan, Guards(protect=("*",), allow_delete=allowed, **counts)) == ()
    nothing, counts = deleting(0, 20)
    assert check(nothing, Guards(protect=("*",), **counts)) == ()


RENAMED = """
redirect_urls:
  - url: https://a.example/new
    lifecycle: {renamed_from: "https://a.example/old", prevent_destroy: true}
"""


def renaming():
    live = live_from({"redirect_urls": [{"url": "https://a.example/old"}]}, "redirect_urls")
    return compare(desired_from(RENAMED), live).plan


@pytest.mark.parametrize(
    "allowed", ["redirect_urls/https://a.example/old", "redirect_urls/https://a.example/new"]
)
def test_prevent_destroy_refuses_a_replace_as_well(allowed):
    plan = renaming()
    assert codes(check(plan, Guards())) == ["prevent-destroy"]
    assert check(plan, Guards(allow_delete=frozenset({allowed}))) == ()


def test_protection_looks_at_the_address_that_goes():
    guards = Guards(protect=("redirect_urls/https://a.example/old",))
    assert "protected-object" in codes(check(renaming(), guards))
    guards = Guards(protect=("redirect_urls/https://a.example/new",))
    assert "protected-object" not in codes(check(renaming(), guards))


ENTRY = """
allowlist_identifiers:
  - {identifier: a@example.com, absent: true}
  - {identifier: b@example.com, absent: true}
"""


def entries(extra, *identifiers):
    kind = "allowlist_identifiers"
    live = live_from({kind: [{"identifier": one} for one in identifiers]}, kind)
    return compare(desired_from(ENTRY + extra), live).plan


@pytest.mark.parametrize(
    ("extra", "count", "allowed", "refused"),
    [
        ("", 2, (), ["last-entry"]),
        ("", 3, (), []),
        ("  - c@example.com\n", 2, (), []),
        ("", 2, ("a@example.com",), ["last-entry"]),
        ("", 2, ("a@example.com", "b@example.com"), []),
    ],
)
def test_the_last_entry_of_an_allowlist_stays(extra, count, allowed, refused):
    plan = entries(extra, "a@example.com", "b@example.com")
    guards = Guards(
        limits=Limits(99, 100),
        live_counts={"allowlist_identifiers": count},
        allow_delete=frozenset(f"allowlist_identifiers/{one}" for one in allowed),
    )
    assert codes(check(plan, guards)) == refused


def test_the_last_entry_of_a_blocklist_may_go():
    live = live_from({"blocklist_identifiers": [{"identifier": "a@x.example"}]})
    desired = desired_from("blocklist_identifiers: [{identifier: a@x.example, absent: true}]")
    assert (
        check(compare(desired, live).plan, Guards(live_counts={"blocklist_identifiers": 1})) == ()
    )


def test_a_pinned_instance_is_the_only_one():
    assert list(check_instance(DEVELOPMENT, Guards())) == []
    assert list(check_instance(DEVELOPMENT, Guards(pinned_instance="ins_1"))) == []
    (found,) = check_instance(DEVELOPMENT, Guards(pinned_instance="ins_2", environment="staging"))
    assert found.code == "wrong-instance"
    assert "staging" in found.message


@pytest.mark.parametrize(
    ("instance", "guards", "refused"),
    [
        (DEVELOPMENT, Guards(), []),
        (PRODUCTION, Guards(), ["production"]),
        (PRODUCTION, Guards(production=True), []),
        (DEVELOPMENT, Guards(protected=True), ["approval-needed"]),
        (DEVELOPMENT, Guards(protected=True, approved=True), []),
        (PRODUCTION, Guards(protected=True), ["production", "approval-needed"]),
    ],
)
def test_what_speaks_only_against_writing(instance, guards, refused):
    plan, _ = deleting(1, 20)
    assert codes(check_writing(plan, instance, guards)) == refused
    assert check(plan, guards) == ()


def test_a_plan_that_writes_nothing_needs_no_approval():
    plan, _ = deleting(0, 20)
    assert check_writing(plan, PRODUCTION, Guards(protected=True)) == ()


@pytest.mark.parametrize(
    ("guards", "refused"),
    [
        (Guards(), ["delete-needs-approval"]),
        (Guards(interactive=True), []),
        (Guards(allow_delete=frozenset({"organizations/acme"})), []),
        (Guards(allow_delete=frozenset({"organizations/*"})), ["delete-needs-approval"]),
    ],
)
def test_an_organization_is_not_deleted_unseen(guards, refused):
    live = live_from({"organizations": [{"slug": "acme", "name": "Acme"}]})
    plan = compare(desired_from("organizations: [{slug: acme, absent: true}]"), live).plan
    assert codes(check_writing(plan, DEVELOPMENT, guards)) == refused


@pytest.mark.parametrize(
    ("pattern", "address", "expected"),
    [
        ("organizations/acme", "organizations/acme", True),
        ("organizations/*", "organizations/acme", True),
        ("organizations/a?me", "organizations/acme", True),
        ("organizations/Acme", "organizations/acme", False),
        ("organizations", "organizations/acme", False),
        ("allowlist_identifiers/*@x.example", "allowlist_identifiers/*@x.example", True),
        ("redirect_urls/https://[::1]/cb", "redirect_urls/https://[::1]/cb", True),
    ],
)
def test_an_exact_address_beats_its_reading_as_a_glob(pattern, address, expected):
    assert matches(pattern, address) is expected


def test_what_the_application_makes_too_wants_approval_or_can_be_revoked():
    """But for what is an owner's: that is given again as it was."""
    for kind in KINDS.values():
        if kind.runtime and not kind.goes_with_owner:
            assert kind.delete_needs_approval or kind.endpoints.removals
