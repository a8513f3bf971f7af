import pytest

from clerkform.kinds import KINDS
from clerkform.live.reads import Read, cheaper_to_list, first_reads, second_reads
from clerkform.live.state import Live, LiveObject, decode, shown_elsewhere
from clerkform.model import Address
from tests.made_up import MADE_UP
from tests.support import desired_from

USER = "user_000000000000000000000000000"


def first(text, pruned=frozenset(), registry=KINDS):
    return first_reads(desired_from(text, registry=registry), registry, pruned)


def test_answers_become_values_in_the_shape_of_manifests():
    (one,) = decode(KINDS["organizations"], [{"id": "org_1", "created_at": 1350717320902}])
    assert one == LiveObject(
        "organizations", "org_1", {"id": "org_1", "created_at": "2012-10-20T07:15:20.902Z"}
    )


def test_objects_on_top_leave_the_state_below_as_it_was():
    a, b = LiveObject("x", "1", {"v": 1}), LiveObject("x", "1", {"v": 2})
    below = Live().with_([a], ["x"])
    above = below.with_([b, LiveObject("y", "2", {})])
    assert below.of("x") == (a,)
    assert above.of("x") == (b,)
    assert above.whole == {"x"}
    assert above.of("nothing") == ()


def test_a_kind_without_a_section_is_not_read():
    assert first("redirect_urls: []") == (Read("redirect_urls"),)
    assert first("redirect_urls: []")[0].is_whole


def test_few_objects_are_asked_for_by_what_is_known_of_them():
    text = """
    organizations:
      - {slug: b}
      - {slug: a, lifecycle: {renamed_from: old}}
      - {name: Named, lifecycle: {renamed_from: Old Name}}
      - {id: org_1, slug: pinned, lifecycle: {renamed_from: not-asked-for}}
    """
    (read,) = first(text)
    assert read == Read("organizations", (), ("a", "b", "old"), ("Named", "Old Name"), ("org_1",))
    assert not read.is_whole
    assert read.lookups(100) == 6


def test_a_kind_is_read_whole_where_it_is_pruned_or_has_no_lookups():
    text = "teams: [{name: a}]\nbadges: [{code: b}]"
    reads = {read.kind: read for read in first(text, registry=MADE_UP)}
    assert reads == {"teams": Read("teams", (), ("a",)), "badges": Read("badges")}
    reads = {read.kind: read for read in first(text, frozenset({"teams"}), MADE_UP)}
    assert reads["teams"].is_whole


@pytest.mark.parametrize(
    ("count", "total", "cheaper"),
    [
        (4, 500, True),
        (4, 2500, True),
        (4, 2501, False),
        (200, 100_000, True),
        (3, 100_000, False),
        (1, 0, True),
    ],
)
def test_listing_is_cheaper_up_to_as_many_pages_as_look_ups(count, total, cheaper):
    read = Read("organizations", keys=tuple(f"k{at}" for at in range(count)))
    assert cheaper_to_list(KINDS["organizations"], read, total) is cheaper


def test_many_ids_are_one_look_up():
    read = Read("organizations", ids=tuple(f"org_{at}" for at in range(101)))
    assert read.lookups(100) == 2


def test_a_kind_without_pages_is_one_request():
    assert cheaper_to_list(KINDS["domains"], Read("domains", keys=("a",)), 10_000)


KEYS = f"""
organizations: [acme]
api_keys:
  - {{name: one, subject: {{organization: acme}}}}
  - {{name: two, subject: {{organization: acme}}}}
  - {{name: two, subject: {{organization: acme}}, type: service}}
  - {{name: one, subject: {USER}}}
"""


def test_what_is_listed_under_another_is_read_once_per_subject_and_type():
    ids = {Address("organizations", "acme"): "org_1"}
    assert second_reads(desired_from(KEYS), KINDS, ids) == (
        Read("api_keys", (("subject", "org_1"), ("type", "api_key"))),
        Read("api_keys", (("subject", "org_1"), ("type", "service"))),
        Read("api_keys", (("subject", USER), ("type", "api_key"))),
    )


def test_what_is_not_live_yet_owns_nothing():
    (only,) = second_reads(desired_from(KEYS), KINDS, {})
    assert only.under == (("subject", USER), ("type", "api_key"))


def test_what_a_deleted_object_owns_is_read_as_well():
    going = {"organizations": frozenset({"org_2"}), "jwt_templates": frozenset({"jtmp_1"})}
    (only,) = second_reads(desired_from("organizations: []"), KINDS, {}, going)
    assert only == Read("api_keys", (("subject", "org_2"), ("type", "api_key")))


LOCKS = MADE_UP["locks"]
HIDDEN = LiveObject("locks", "locks", {"other": 1})


def test_a_source_that_fails_hides_its_fields_and_one_that_was_not_asked_says_nothing_new():
    found = shown_elsewhere(LOCKS, HIDDEN, {"frontend": "it is down"})
    assert found.unreachable == {("bolted",): "it is down", ("keeper",): "it is down"}
    assert shown_elsewhere(LOCKS, found, {}) == found
    again = shown_elsewhere(LOCKS, found, {"frontend": {"doors": {"open": False, "keeper": "Eve"}}})
    assert again == LiveObject("locks", "locks", {"other": 1, "bolted": True, "keeper": "Eve"})


def test_what_goes_with_its_owner_is_not_read_for_that():
    going = {"organizations": frozenset({"org_1"})}
    text = "organizations: []\norganization_memberships: []\napi_keys: []"
    (only,) = second_reads(desired_from(text), KINDS, {}, going)
    assert only.kind == "api_keys"
