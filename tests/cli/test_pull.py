import json

import pytest

from clerkform.cli import exits

UNCHANGED = "Plan: 0 to create, 0 to update, 0 to replace, 0 to delete."


def pulled_alone(folder):
    """Only what was pulled is left to plan with."""
    (folder.root / "clerk.yaml").unlink()
    return folder.run("plan").stdout.splitlines()[-1]


def test_a_plan_right_after_a_pull_shows_no_changes(applied):
    out = applied.run("pull", "-o", "live", "--with", "organizations,api_keys,metadata").stdout
    assert sorted(out.splitlines()) == [
        "wrote live/api_keys.yaml",
        "wrote live/domains.yaml",
        "wrote live/jwt_templates.yaml",
        "wrote live/organization_roles.yaml",
        "wrote live/organization_settings.yaml",
        "wrote live/organizations.yaml",
        "wrote live/role_sets.yaml",
    ]
    assert pulled_alone(applied) == UNCHANGED


def test_a_pull_writes_into_the_folder_itself_and_says_what_it_left_out(applied):
    result = applied.run("pull")
    assert (applied.root / "jwt_templates.yaml").exists()
    assert not (applied.root / "organizations.yaml").exists()
    assert "left out: organizations: " in result.stderr
    assert "--with organizations" in result.stderr
    assert pulled_alone(applied) == UNCHANGED


def test_an_existing_file_stops_everything_before_the_first_write(applied):
    (applied.root / "jwt_templates.yaml").write_text("# mine\n")
    result = applied.run("pull", exit_code=exits.WRONG)
    assert "jwt_templates.yaml: a pull touches no file that exists" in result.stderr
    assert not (applied.root / "domains.yaml").exists()
    assert (applied.root / "jwt_templates.yaml").read_text() == "# mine\n"


def test_a_dash_prints_instead(applied):
    before = set(applied.root.iterdir())
    result = applied.run("pull", "-o", "-", "-t", "jwt_templates/*")
    assert result.stdout.startswith("jwt_templates:\n  - name: convex\n")
    assert set(applied.root.iterdir()) == before


def test_a_machine_gets_one_document(applied):
    document = json.loads(applied.run("pull", "-o", "-", "--format", "json").stdout)
    assert document["manifest"].startswith("domains:\n")
    assert len(document["left_out"]) == 4


def test_words_that_nobody_knows_are_refused(applied):
    result = applied.run("pull", "--with", "organizations,users", exit_code=exits.WRONG)
    assert "--with does not know users" in result.stderr
    known = "api_keys, defaults, metadata, organization_domains, organization_memberships, organizations"
    assert known in result.stderr


@pytest.mark.parametrize("has_schema", [True, False])
def test_the_schema_is_named_where_there_is_one(applied, has_schema):
    if has_schema:
        (applied.root / "schema.json").write_text("{}")
    applied.run("pull", "-o", "live")
    first = (applied.root / "live" / "jwt_templates.yaml").read_text().splitlines()[0]
    assert (first == "# yaml-language-server: $schema=../schema.json") is has_schema


def test_a_pull_needs_no_manifest(folder):
    (folder.root / "clerk.yaml").unlink()
    written = ("domains", "organization_roles", "role_sets", "organization_settings")
    assert folder.run("pull").stdout == "".join(f"wrote {name}.yaml\n" for name in written)


@pytest.mark.parametrize("place", ["linked/", "linked/sub/", "inner/", "../elsewhere/"])
def test_the_project_cannot_choose_a_folder_outside_of_it(folder, tmp_path_factory, place):
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    (folder.root / "linked").symlink_to(elsewhere)
    (folder.root / "plain").mkdir()
    (folder.root / "inner").symlink_to("plain")
    project = folder.root / "clerkform.yaml"
    project.write_text(project.read_text() + f"manifests: [{place}]\n")
    before = set(folder.root.parent.rglob("*"))
    result = folder.run("pull", exit_code=exits.WRONG)
    assert f"`{place}` leads outside the project, or is or passes a link" in result.stderr
    made = {path for path in set(folder.root.parent.rglob("*")) - before if path.suffix == ".yaml"}
    assert made == set() == set(elsewhere.iterdir())
    assert "wrote" in folder.run("pull", "-o", "live").stdout


@pytest.mark.parametrize("name", ["linked", "linked/sub", "plain/linked", "linked/../plain"])
def test_what_is_pulled_goes_through_no_link_of_the_checkout(folder, tmp_path_factory, name):
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    (elsewhere / "sub").mkdir()
    (folder.root / "linked").symlink_to(elsewhere)
    (folder.root / "plain").mkdir()
    (folder.root / "plain" / "linked").symlink_to(elsewhere)
    if name.endswith("../plain"):  # which is the plain folder, whatever the link leads to
        folder.run("pull", "-o", name)
        assert (folder.root / "plain" / "domains.yaml").exists()
    else:
        result = folder.run("pull", "-o", name, exit_code=exits.WRONG)
        assert "is a link or is reached by one; nothing was written" in result.stderr
    assert [path.name for path in elsewhere.rglob("*")] == ["sub"]


def test_a_link_above_the_project_is_no_checkouts(folder, tmp_path_factory):
    away = tmp_path_factory.mktemp("away")
    (away / "shortcut").symlink_to(away / "real")
    (away / "real").mkdir()
    folder.run("pull", "-o", str(away / "shortcut" / "live"))
    assert (away / "real" / "live" / "domains.yaml").exists()


def test_a_link_of_the_checkout_around_the_project_is_one_too(folder, tmp_path_factory):
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    project = folder.root / "infra" / "clerk"
    project.mkdir(parents=True)
    for name in ("clerkform.yaml", "clerk.yaml"):
        (folder.root / name).rename(project / name)
    (folder.root / ".git").mkdir()
    (folder.root / "infra" / "linked").symlink_to(elsewhere)
    folder.root = project
    for command in ("pull", "plan"):
        result = folder.run(command, "-o", "../linked/x", exit_code=exits.WRONG)
        assert "is a link or is reached by one" in result.stderr
    assert list(elsewhere.iterdir()) == []
