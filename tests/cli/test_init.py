import re

import pytest

from clerkform import presets
from tests.shell import REPO, Folder

README = (REPO / "README.md").read_text()


def test_what_init_writes_validates_and_applies(tmp_path):
    folder = Folder(tmp_path)
    out = folder.run("init").stdout
    assert out.splitlines() == [
        "wrote clerkform.yaml",
        "wrote clerk/main.yaml",
        "wrote .gitignore",
    ]
    assert folder.run("validate").stdout.startswith("Valid: sandbox (2 resources), staging (2")
    folder.run("apply", "--auto-approve")
    folder.run("plan", "--detailed-exitcode")
    assert (tmp_path / ".gitignore").read_text() == ".clerkform/\n.secrets/\nplan.json\n"


def test_what_exists_is_kept(tmp_path):
    folder = Folder(tmp_path)
    (tmp_path / "clerkform.yaml").write_text("version: 1\n")
    (tmp_path / ".gitignore").write_text(".secrets/\nbuild")
    result = folder.run("init")
    assert "kept clerkform.yaml" in result.stdout
    assert (tmp_path / "clerkform.yaml").read_text() == "version: 1\n"
    assert (tmp_path / ".gitignore").read_text() == ".secrets/\nbuild\n.clerkform/\nplan.json\n"
    assert folder.run("init").stdout.splitlines() == ["kept clerkform.yaml", "kept .gitignore"]


def test_a_project_that_exists_gets_no_example_objects(tmp_path):
    """A plan of its default environment, which may be a real instance, would create them."""
    (tmp_path / "clerkform.yaml").write_text("version: 1\n")
    (tmp_path / "mine.yaml").write_text("redirect_urls: []\n")
    result = Folder(tmp_path).run("init")
    assert not (tmp_path / "clerk").exists()
    assert "staging" not in result.stderr
    assert "clerkform validate" in result.stderr


@pytest.mark.parametrize(
    ("manifest", "line"),
    [("clerk/redirect_urls.yaml", "manifests: [clerk/]"), ("infra/redirect_urls.yaml", "")],
)
def test_beside_manifests_that_were_pulled_init_writes_no_example(tmp_path, manifest, line):
    (tmp_path / manifest).parent.mkdir()
    (tmp_path / manifest).write_text("redirect_urls: [https://app.example.com/cb]\n")
    folder = Folder(tmp_path)
    assert folder.run("init").stdout == "wrote clerkform.yaml\nwrote .gitignore\n"
    assert line in (tmp_path / "clerkform.yaml").read_text()
    assert folder.run("validate").stdout.startswith("Valid: sandbox (1 resource)")


def test_next_steps_are_told_to_people_alone(tmp_path):
    assert "clerkform pull -e staging" in Folder(tmp_path).run("init").stderr
    assert Folder(tmp_path).run("init", "--format", "json").stderr == ""


@pytest.mark.parametrize("name", presets.names())
def test_a_preset_joins_the_project_and_is_valid_there(name, tmp_path):
    folder = Folder(tmp_path)
    folder.run("init")
    result = folder.run("init", "jwt", name)
    assert result.stdout == f"wrote clerk/jwt-{name}.yaml\n"
    assert "clerkform jwt test" in result.stderr
    validated = folder.run("validate")
    assert validated.stdout.startswith("Valid: sandbox (3 resources)")
    assert "warning" not in validated.output


def test_a_preset_that_is_there_is_kept(tmp_path):
    folder = Folder(tmp_path)
    folder.run("init", "jwt", "convex")
    (tmp_path / "clerk" / "jwt-convex.yaml").write_text("jwt_templates: []\n")
    assert folder.run("init", "jwt", "convex").stdout == "kept clerk/jwt-convex.yaml\n"
    assert (tmp_path / "clerk" / "jwt-convex.yaml").read_text() == "jwt_templates: []\n"


def test_a_preset_is_written_where_the_project_reads_manifests(tmp_path):
    (tmp_path / "clerkform.yaml").write_text("version: 1\nmanifests: [one.yaml, infra/auth/]\n")
    result = Folder(tmp_path).run("init", "jwt", "hasura")
    assert result.stdout == "wrote infra/auth/jwt-hasura.yaml\n"


def test_a_preset_is_written_nowhere_outside_the_project(tmp_path):
    (tmp_path / "project").mkdir()
    project = "version: 1\nmanifests: [../elsewhere/]\n"
    (tmp_path / "project" / "clerkform.yaml").write_text(project)
    result = Folder(tmp_path / "project").run("init", "jwt", "hasura")
    assert result.stdout == "wrote clerk/jwt-hasura.yaml\n"


def test_the_readme_names_every_preset():
    (row,) = [line for line in README.splitlines() if line.startswith("| `init jwt NAME`")]
    assert set(re.findall(r"[a-z-]+", row.partition("a test:")[2])) - {"or"} == set(presets.names())


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["jwt", "supabse"], "did you mean `supabase`?"),
        (["jwt"], "`convex`"),
        (["jwt", "convex", "hasura"], "`clerkform init jwt convex`"),
        (["jwt", "convex", "--ci", "github"], "--ci starts a project"),
        (["jtw", "convex"], "`clerkform init jwt convex`"),
    ],
)
def test_what_init_does_not_know_it_says(arguments, says, tmp_path):
    assert says in Folder(tmp_path).run("init", *arguments, exit_code=1).output
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("name", "target"),
    [
        (".gitignore", "outside"),
        (".gitignore", "nothing"),
        ("clerk", "."),
        ("clerkform.yaml", "nothing"),
        (".github", "."),
    ],
)
def test_init_writes_through_no_link(name, target, tmp_path):
    root = tmp_path / "root"
    root.mkdir()
    (tmp_path / "outside").write_text("mine")
    (root / name).symlink_to(tmp_path / target)
    result = Folder(root).run("init", "--ci", "github", exit_code=1)
    assert "is a link or is reached by one; nothing was written" in result.stderr
    assert [path.name for path in root.iterdir()] == [name]
    assert {path.name for path in tmp_path.iterdir()} == {"root", "outside"}
    assert (tmp_path / "outside").read_text() == "mine"


@pytest.mark.parametrize("link", ["clerk", "clerk/jwt-convex.yaml"])
def test_a_preset_is_written_through_no_link(link, tmp_path):
    root = tmp_path / "root"
    (root / link).parent.mkdir(parents=True)
    (root / link).symlink_to(tmp_path / "away")
    result = Folder(root).run("init", "jwt", "convex", exit_code=1)
    assert "`clerk/jwt-convex.yaml` is a link or is reached by one" in result.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["root"]
