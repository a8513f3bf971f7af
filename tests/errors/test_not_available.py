"""A list that answers 404 is of what the instance does not have, and never an empty one."""

from clerkform.cli import exits

ROLES = """
organization_roles: [{key: org:billing, name: Billing}]
role_sets:
  - {key: role_set:main, roles: [org:admin, org:billing]}
"""
URLS = "redirect_urls: [https://a.example/cb]\n"
SAYS = "This instance has no such list, which is not the same as an empty one"


def without_roles(cli):
    cli.fault("/organization_roles$", "GET", status=404)
    return cli


def test_a_plan_of_it_is_none_and_says_why(cli):
    without_roles(cli).write(ROLES + URLS)
    planned = cli("plan")
    assert planned.code == exits.NO_PLAN
    assert SAYS in planned.err
    assert "GET /organization_roles: 404" in planned.err
    assert "+" not in planned.out


def test_drift_of_everything_else_is_still_told(cli):
    without_roles(cli).write(ROLES + URLS)
    told = cli("drift")
    assert told.code == exits.NO_PLAN
    assert "redirect_urls/https://a.example/cb" in told.out
    assert "Not compared, as it could not be read: organization_roles, role_sets." in told.out
    assert SAYS in told.err


def test_a_plan_of_something_else_does_not_ask_for_it(cli):
    without_roles(cli).write(URLS)
    assert cli("plan").code == exits.DONE


def test_a_pull_of_everything_leaves_it_out_and_says_so(cli):
    pulled = without_roles(cli)("pull", "-o", "-")
    assert pulled.code == exits.DONE
    assert "organization_roles:" not in pulled.out
    assert "role_sets:" in pulled.out
    assert "left out: organization_roles: this instance does not have them" in pulled.err


def test_a_pull_that_asks_for_it_fails(cli):
    pulled = without_roles(cli)("pull", "-o", "-", "-t", "organization_roles/*")
    assert pulled.code == exits.NO_PLAN
    assert SAYS in pulled.err


def test_an_object_that_is_gone_is_no_list_that_is_missing(cli):
    cli.write("organizations: [{slug: acme, name: Acme}]\n")
    assert cli("plan").code == exits.DONE
