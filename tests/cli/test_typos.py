"""A slip in a guard or a filter is said: what it was to keep or to leave out is not, otherwise."""

import pytest

PROJECT = "version: 1\nenvironments: {sandbox: {api: sandbox}}\n"


@pytest.fixture
def project(applied):
    """``applied`` with more in its project file."""

    def write(more):
        (applied.root / "clerkform.yaml").write_text(PROJECT + more)
        return applied

    return write


@pytest.mark.parametrize("command", ["validate", "plan", "apply", "drift", "destroy"])
@pytest.mark.parametrize(
    ("pattern", "hint"),
    [
        ("organisations/*", "did you mean `organizations`?"),
        ("organizations", "`organizations/*` means all of them"),
        ("convex", "the kinds are allowlist_identifiers"),
    ],
)
def test_a_protect_of_no_kind_is_an_error_at_its_line(project, command, pattern, hint):
    folder = project(f"protect:\n  - jwt_templates/convex\n  - {pattern}\n")
    output = folder.run(command, exit_code=1).output
    assert f"clerkform.yaml:5:5: error[unknown-kind]: `{pattern}` protects nothing: " in output
    assert hint in output


def test_an_environment_protects_no_unknown_kind_either(applied):
    text = "version: 1\nenvironments:\n  sandbox: {api: sandbox, protect: [jwt_template/*]}\n"
    (applied.root / "clerkform.yaml").write_text(text)
    output = applied.run("validate", exit_code=1).output
    assert "clerkform.yaml:3:37: error[unknown-kind]: `jwt_template/*` protects nothing" in output


def test_a_protect_that_matches_nothing_warns_with_the_nearest_address(project):
    folder = project("protect: [jwt_templates/convx, jwt_templates/con*, organizations/acmee]\n")
    for command in ("plan", "apply"):
        output = folder.run(command).output
        assert "clerkform.yaml:3:11: warning[matches-nothing]" in output
        assert "`protect: [jwt_templates/convx]` matches nothing that is declared or live" in output
        assert "did you mean `jwt_templates/convex`?" in output
        assert "did you mean `organizations/acme`?" in output
        assert output.count("[matches-nothing]") == 2


def test_a_protect_of_what_is_not_read_is_believed(project):
    """Nobody declares it, and organizations that nobody declares are not read."""
    folder = project("protect: [organizations/the-largest-customer, 'domains/*']\n")
    assert "matches-nothing" not in folder.run("plan").output


@pytest.mark.parametrize("option", ["--target", "--exclude", "--replace", "--allow-delete"])
@pytest.mark.parametrize("command", ["plan", "apply"])
def test_an_option_of_no_kind_is_an_error(applied, command, option):
    output = applied.run(command, option, "organisations/acme", exit_code=1).output
    assert f"error[unknown-kind]: {option} organisations/acme: there is no kind" in output
    assert "did you mean `organizations`?" in output


@pytest.mark.parametrize("command", ["drift", "list"])
@pytest.mark.parametrize("option", ["-t", "--exclude"])
def test_what_only_looks_is_told_as_well(applied, command, option):
    output = applied.run(command, option, "jwt-templates/*", exit_code=1).output
    assert "did you mean `jwt_templates`?" in output


def test_all_options_of_no_kind_are_told_at_once(applied):
    output = applied.run("plan", "--exclude", "a/b", "--allow-delete", "c/d", exit_code=1).output
    assert output.count("error[unknown-kind]") == 2


@pytest.mark.parametrize("option", ["--exclude", "--allow-delete"])
def test_an_option_that_matches_nothing_warns_with_the_nearest_address(applied, option):
    output = applied.run("plan", option, "jwt_templates/convx").output
    assert f"warning[matches-nothing]: {option} jwt_templates/convx matches nothing" in output
    assert "did you mean `jwt_templates/convex`?" in output
    assert "matches-nothing" not in applied.run("plan", option, "jwt_templates/convex").output


def test_an_allowed_deletion_is_an_address_and_no_pattern(applied):
    output = applied.run("plan", "--allow-delete", "jwt_templates/c*").output
    assert "warning[matches-nothing]: --allow-delete jwt_templates/c* matches nothing" in output


def test_a_target_that_matches_nothing_stays_an_error_and_names_the_nearest(applied):
    output = applied.run("plan", "-t", "jwt_templates/convx", exit_code=1).output
    assert "matches nothing that is declared or would be pruned" in output
    assert "did you mean `jwt_templates/convex`?" in output


@pytest.mark.parametrize("option", ["--replace", "--resend", "--deliver"])
def test_what_is_written_again_is_declared_or_the_nearest_is_named(applied, option):
    output = applied.run("plan", option, "api_keys/acme/billing-sink", exit_code=1).output
    assert f"{option} api_keys/acme/billing-sink: no manifest declares that" in output
    assert "did you mean `api_keys/acme/billing-sync`?" in output


@pytest.mark.parametrize(
    "beside",
    [("--exclude", "jwt_templates/*"), ("-t", "organizations/*", "-t", "jwt_templates/x*")],
)
def test_what_is_written_again_is_not_left_out_beside(applied, edit, beside):
    edit("organizations:", "  - {name: xero, claims: {}}\norganizations:")
    output = applied.run("plan", "--replace", "jwt_templates/convex", *beside, exit_code=1).output
    assert "--replace jwt_templates/convex: --target or --exclude leaves that out" in output


def test_a_pruned_kind_without_a_section_warns(project):
    folder = project("prune: {redirect_urls: all, jwt_templates: all, domains: none}\n")
    for command in ("validate", "plan"):
        output = folder.run(command).output
        assert (
            "clerkform.yaml:3:9: warning[prunes-nothing]: `prune: {redirect_urls: all}`" in output
        )
        assert "`redirect_urls: []`" in output
        assert output.count("prunes-nothing") == 1


@pytest.mark.parametrize("command", ["validate", "plan"])
def test_a_variable_that_nothing_uses_warns_with_the_nearest(applied, edit, command):
    edit("lifetime: 60", 'lifetime: "${var.lifetime}"')
    given = ("--var", "lifetime=60", "--var", "lifetme=90")
    output = applied.run(command, *given).output
    assert "warning[unused-variable]: `--var lifetme` sets what no manifest uses" in output
    assert "did you mean `lifetime`?" in output
    assert output.count("unused-variable") == 1


def test_a_variable_that_another_environment_uses_is_used(folder):
    """``validate`` reads every environment, and what one of them declares is no slip."""
    text = "version: 1\nenvironments: {a: {api: sandbox, vars: {x: 1}}, b: {api: sandbox}}\n"
    (folder.root / "clerkform.yaml").write_text(text)
    assert "unused-variable" not in folder.run("validate", "--var", "x=2").output


def test_each_target_of_a_pull_matches_something_live(applied):
    pull = ("pull", "-o", "-", "-t", "jwt_templates/*")
    assert "organizations" in applied.run(*pull, "-t", "organizations/*").output
    output = applied.run(*pull, "-t", "organizations/acne", exit_code=1).output
    assert "nothing live matches organizations/acne" in output
    assert "did you mean `organizations/acme`?" in output
    assert "there is no kind `orgs`" in applied.run(*pull, "-t", "orgs/*", exit_code=1).output


def test_show_names_the_nearest_address(applied):
    output = applied.run("show", "organisations/acme", exit_code=1).output
    assert "did you mean `organizations/acme`?" in output
