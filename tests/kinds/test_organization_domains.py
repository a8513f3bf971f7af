import pytest

from clerkform.kinds.organization_domains import ASKS, JOINS, KIND, MAY_ASK, MAY_JOIN, refuses
from clerkform.model.meaning import UNKNOWN, Moved
from clerkform.model.paths import GONE

MANUAL, SSO = "manual_invitation", "enterprise_sso"


def declared(name):
    return KIND.model.model_validate({"organization": "acme", "name": name})


@pytest.mark.parametrize(
    "name", ["acme.example", "Acme.Example", "a-b.c.d1", "xn--bcher-kva.example"]
)
def test_a_name_is_a_host_and_its_case_does_not_matter(name):
    declared(name)
    assert KIND.key_parts({"organization": "acme", "name": name}) == ("acme", name.lower())


@pytest.mark.parametrize(
    "name",
    [
        *("acme", "https://acme.example", "acme.example/", "acme.example:443", "@acme.example"),
        *("*.acme.example", "-a.example", "a..example", "a.example.", "a" * 64 + ".example", ""),
    ],
)
def test_what_is_none_is_refused(name):
    with pytest.raises(ValueError, match="name"):
        declared(name)


def test_an_international_name_is_written_as_it_travels():
    with pytest.raises(ValueError, match="must be in ASCII"):
        declared("bücher.example")


@pytest.mark.parametrize(
    ("shown", "verified"),
    [
        ({"status": "verified"}, True),
        *(({"status": status}, False) for status in ("unverified", "failed", "expired")),
        *((other, False) for other in (None, {}, "verified")),
    ],
)
def test_a_domain_is_verified_by_what_became_of_its_affiliation(shown, verified):
    found = KIND.from_api(
        {
            "organization_id": "org_1",
            "affiliation_verification": shown,
            "ownership_verification": {"status": "verified"},
        }
    )
    assert (found["organization"], found["verified"]) == ("org_1", verified)


def test_the_organization_is_in_the_path_and_not_in_the_body():
    sent = {"organization": "org_1", "name": "acme.example", "verified": True}
    assert KIND.to_api(sent) == {"name": "acme.example", "verified": True}


def test_all_domains_are_read_by_one_list():
    assert (KIND.listed_per, KIND.reads.path) == ((), "/organization_domains")


def test_a_connection_sets_a_mode_and_nothing_else_does():
    (unfit,) = refuses({"enrollment_mode": SSO}, production=False)
    assert (unfit.field, unfit.is_sure) == ("enrollment_mode", False)
    assert [*refuses({"enrollment_mode": JOINS}, production=True)] == []


def meanings(name, before, after, **beside):
    moved = Moved(before, after, {name: after, **beside})
    return [(one.sort, one.says) for one in KIND.fields[name].traits.meanings if one.when(moved)]


WEAKENS, WIDENS = [("weakens", MAY_JOIN)], [("widens", MAY_ASK)]


@pytest.mark.parametrize(
    ("mode", "verified", "means"),
    [
        (JOINS, {}, WEAKENS),
        (JOINS, {"verified": True}, WEAKENS),
        (JOINS, {"verified": False}, []),
        (ASKS, {}, WIDENS),
        (ASKS, {"verified": False}, []),
        (MANUAL, {}, []),
    ],
)
def test_a_domain_that_comes_means_what_its_mode_does(mode, verified, means):
    assert meanings("name", GONE, "a.example", enrollment_mode=mode, **verified) == means
    assert meanings("enrollment_mode", GONE, mode, **verified) == []
    assert meanings("verified", GONE, verified.get("verified", True), enrollment_mode=mode) == []


@pytest.mark.parametrize(
    ("before", "after", "verified", "means"),
    [
        (MANUAL, JOINS, True, WEAKENS),
        (ASKS, JOINS, True, WEAKENS),
        (UNKNOWN, JOINS, True, WEAKENS),
        (MANUAL, JOINS, False, []),
        (MANUAL, ASKS, True, WIDENS),
        (MANUAL, ASKS, False, []),
        (JOINS, ASKS, True, []),
        (JOINS, MANUAL, True, []),
        (JOINS, GONE, True, []),
        (MANUAL, SSO, True, [("widens", "whom an identity provider vouches for may join")]),
    ],
)
def test_another_mode_means_something_while_the_domain_is_verified(before, after, verified, means):
    assert meanings("enrollment_mode", before, after, verified=verified) == means


@pytest.mark.parametrize(
    ("before", "after", "mode", "means"),
    [
        (False, True, JOINS, WEAKENS),
        (UNKNOWN, True, JOINS, WEAKENS),
        (False, True, ASKS, WIDENS),
        (False, True, MANUAL, []),
        (True, False, JOINS, []),
        (True, GONE, JOINS, []),
    ],
)
def test_a_domain_that_becomes_verified_means_what_its_mode_does(before, after, mode, means):
    assert meanings("verified", before, after, enrollment_mode=mode) == means
