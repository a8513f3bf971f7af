"""Renames that depend on each other: in one apply, or refused in the plan with the reason."""

import pytest

from clerkform.cli import exits
from clerkform.sandbox import Store, create_app
from tests.errors.conftest import cli

__all__ = ["cli"]


@pytest.fixture
def live(cli):
    """Templates and organizations a, b and c, and their ids."""
    cli.write(f"jwt_templates: {named('name', 'abc')}\norganizations: {named('slug', 'abc')}\n")
    assert cli("apply", "--auto-approve").code == exits.DONE
    (cli.root / ".clerkform/ledger.default.json").unlink()
    cli.app.state.requests.clear()
    return cli


def named(field, keys):
    more = "name: Same" if field == "slug" else "claims: {}"
    return f"[{', '.join(f'{{{field}: {key}, {more}}}' for key in keys)}]"


def ids(cli, kind):
    field = "slug" if kind == "organizations" else "name"
    return {one[field]: one["id"] for one in cli.live(kind)}


def renamed(cli, kind, **to):
    """A manifest in which each pinned object has another key."""
    field = "slug" if kind == "organizations" else "name"
    now = ids(cli, kind)
    items = ", ".join(f"{{id: {now[old]}, {field}: {new}}}" for old, new in to.items())
    cli.write(f"{kind}: [{items}]\n")


KINDS = pytest.mark.parametrize("kind", ["jwt_templates", "organizations"])


@KINDS
@pytest.mark.parametrize("order", ["abc", "cba", "bac"])
def test_a_chain_of_renames_converges_in_one_apply(live, kind, order):
    was = ids(live, kind)
    to = {"a": "b", "b": "c", "c": "d"}
    renamed(live, kind, **{old: to[old] for old in order})
    done = live("apply", "--auto-approve")
    assert done.code == exits.DONE, done.text
    assert ids(live, kind) == {to[old]: was[old] for old in "abc"}
    assert live("plan", "--detailed-exitcode").code == exits.DONE


@KINDS
@pytest.mark.parametrize("to", [{"a": "b", "b": "a"}, {"a": "b", "b": "c", "c": "a"}])
def test_keys_that_are_traded_are_refused_in_the_plan(live, kind, to):
    renamed(live, kind, **to)
    for command in (("plan",), ("apply", "--auto-approve")):
        done = live(*command)
        assert done.code == exits.WRONG
        assert done.text.count("error[swap-of-keys]") == 1
        assert all(f"{kind}/{key}" in done.err for key in to)
        assert "a key that nothing has" in done.err
    assert live.writes == []


@KINDS
def test_what_the_hint_about_a_swap_says_works(live, kind):
    was = ids(live, kind)
    renamed(live, kind, a="b", b="aside")
    assert live("apply", "--auto-approve").code == exits.DONE
    renamed(live, kind, b="b", aside="a")
    assert live("apply", "--auto-approve").code == exits.DONE
    assert ids(live, kind) == {"a": was["b"], "b": was["a"], "c": was["c"]}


def test_a_rename_waits_for_the_delete_of_what_has_its_key(live):
    was = ids(live, "jwt_templates")
    live.write("version: 1\nprune: {jwt_templates: all}\n", "clerkform.yaml")
    renamed(live, "jwt_templates", a="b")
    done = live("apply", "--auto-approve")
    assert done.code == exits.DONE, done.text
    assert ids(live, "jwt_templates") == {"b": was["a"]}


def test_a_rename_to_a_key_that_stays_somebody_elses_is_refused(live):
    was = ids(live, "jwt_templates")
    renamed(live, "jwt_templates", a="b")
    done = live("plan")
    assert done.code == exits.WRONG
    assert "error[key-taken]: jwt_templates/b would get its key by a rename" in done.err
    assert f"{was['b']} has that key" in done.err
    renamed(live, "jwt_templates", a="b", b="c", c="d")
    done = live("plan", "-t", "jwt_templates/b")
    assert (done.code, "error[key-taken]" in done.err) == (exits.WRONG, True)


def test_a_chain_by_former_names_is_refused(live):
    items = [f"{{name: {new}, lifecycle: {{renamed_from: {old}}}}}" for old, new in ("ab", "bd")]
    live.write(f"jwt_templates: [{', '.join(items)}]\n")
    done = live("plan")
    assert done.code == exits.WRONG
    assert "error[rename-conflict]" in done.err
    assert "which is declared as well" in done.err


USERS = [f"user_{word:0<27}" for word in ("ann", "ben")]
HELD = """
organization_permissions: [{{key: org:bills:pay, name: Pay}}]
organization_roles: [{clerk}]
role_sets: [{{key: role_set:default, roles: [{roles}]{more}}}]
organizations: [{{slug: acme, name: Acme}}]
organization_memberships:
  - {{organization: acme, user: {ann}, role: org:admin}}
  - {{organization: acme, user: {ben}, role: {role}}}
"""
BEN = f"organization_memberships/acme/{USERS[1]}"
RENAMED = "{key: org:teller, lifecycle: {renamed_from: org:clerk%s}}"
WAYS = {
    "ignored": (RENAMED % ", ignore_changes: [key]", ()),
    "not asked for": (RENAMED % "", ("-t", BEN)),
    "excluded": (RENAMED % "", ("--exclude", "organization_roles/org:teller")),
    "external": ("{key: org:teller, id: ID, external: true}", ()),
}


def held(clerk, *roles, role="org:member", more=""):
    names = {"ann": USERS[0], "ben": USERS[1], "clerk": clerk, "role": role, "more": more}
    return HELD.format(roles=", ".join(("org:admin", "org:member", *roles)), **names)


@pytest.fixture
def with_clerk(cli):
    """A role that a set has and nobody else, and its id."""
    cli.app = create_app(Store(clock=cli.clock), seed={"users": [{"id": one} for one in USERS]})
    cli.write(held("{key: org:clerk, name: Clerk}", "org:clerk"))
    assert cli("apply", "--auto-approve").code == exits.DONE
    (cli.root / ".clerkform/ledger.default.json").unlink()
    return next(one["id"] for one in cli.live("organization_roles") if one["key"] == "org:clerk")


@pytest.mark.parametrize("way", WAYS)
def test_nothing_is_named_by_a_key_that_it_does_not_get(cli, with_clerk, way):
    role, options = WAYS[way]
    cli.write(held(role.replace("ID", with_clerk), "org:teller", role="org:teller"))
    done = cli("plan", *options)
    assert done.code == exits.WRONG
    assert f"error[key-stays]: {BEN} would name organization_roles/org:teller" in done.text
    assert "it has the key org:clerk and keeps it" in done.text


def test_a_role_that_keeps_its_key_leaves_no_set_under_another(cli, with_clerk):
    cli.write(held(RENAMED % "", more=", reassign: {org:teller: org:member}"))
    done = cli("plan", "-t", "role_sets/role_set:default")
    assert done.code == exits.WRONG
    assert "error[key-stays]: role_sets/role_set:default would name" in done.text


def test_what_nobody_has_to_be_told_of_may_keep_its_key(cli, with_clerk):
    cli.write(held(RENAMED % ", ignore_changes: [key]", "org:teller"))
    assert cli("plan", "--detailed-exitcode").code == exits.DONE
