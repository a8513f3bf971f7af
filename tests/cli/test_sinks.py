"""Where a secret cannot go is known before anything is made whose secret it would be."""

import pytest

KEY = "api_keys:\n  - name: other\n    subject: {organization: acme}\n    secret_to: %s\n"


@pytest.fixture
def with_key(applied):
    """The applied project with one more key, to be delivered there."""
    (applied.root / "file").write_text("")
    (applied.root / "folder").mkdir()

    def write(sink):
        (applied.root / "other.yaml").write_text(KEY % sink)
        return applied

    return write


@pytest.mark.parametrize(
    ("sink", "code"),
    [
        ("{file: ../key}", "outside-folder"),
        ("{env_file: /etc/clerk.env, name: A}", "outside-folder"),
        ("{file: ~/key}", "outside-folder"),
        ("{file: folder}", "sink-unwritable"),
        ("{file: file/key}", "sink-unwritable"),
        ("{env_file: file/deeper/env, name: A}", "sink-unwritable"),
        ("{file: .github/key}", "off-limits"),
    ],
)
def test_a_sink_that_no_machine_could_write_is_an_error_of_validate_and_of_plan(
    with_key, sink, code
):
    folder = with_key(sink)
    for command in ("validate", "plan"):
        output = folder.run(command, exit_code=1).output
        assert f"other.yaml:4:5: error[{code}]" in output
    before = folder.run("sandbox", "dump").stdout
    folder.run("apply", "--auto-approve", exit_code=1)
    assert folder.run("sandbox", "dump").stdout == before


def test_what_is_delivered_already_needs_no_sink(with_key):
    """Its secret was delivered from elsewhere, and nothing is to be made."""
    folder = with_key("none")
    folder.run("apply", "--auto-approve")
    with_key("{file: folder}").run("plan")


@pytest.mark.parametrize("sink", ["{command: [deliver-it]}"])
def test_a_sink_that_another_machine_may_write_is_a_note(with_key, sink):
    folder = with_key(sink)
    assert "Valid:" in folder.run("validate").output
    assert "note" in folder.run("plan").output
    assert "commands-not-allowed" in folder.run("apply", "--auto-approve", exit_code=1).output


def test_a_sink_of_what_is_not_made_here_is_not_looked_at(with_key):
    folder = with_key("{file: folder}\n    absent: true")
    folder.run("validate")


SECRET = "ak_0123456789abcdefghijklmnop"
"""What an earlier delivery left, and no run knows for a secret."""
ENVIRONMENTS = """\
version: 1
environments:
  sandbox: {api: sandbox, manifests: [over]}
  other: {api: sandbox, manifests: [elsewhere, one.yaml], ledger: kept/ledger.json}
default_environment: sandbox
"""
READER = """\
organizations:
  - {slug: globex, name: {from_file: pub.json}, public_metadata: {from_file: ./data.yml.json}}
jwt_templates:
  - name: own
    signing_algorithm: HS256
    signing_key: {from_file: signing.key}
    claims: {aud: a}
    tests: [{name: who, user: {from_file: tests/user.json}, claims: {aud: a}}]
"""
FILES = {
    "pub.json": "Globex\n",
    "data.yml.json": "{}",
    "signing.key": "x" * 64,
    "tests/user.json": "{}",
    "schema.json": "{}",
    "one.yaml": "organizations: []\n",
    "over/over.yaml": "organizations: []\n",
    "elsewhere/else.yaml": "organizations: []\n",
}


@pytest.fixture
def reading(folder):
    """A project that reads many files, and what has a secret delivered to one of its files."""
    (folder.root / "clerkform.yaml").write_text(ENVIRONMENTS)
    (folder.root / "reader.yaml").write_text(READER)
    for name, text in FILES.items():
        path = folder.root / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)

    def write(sink, manifest="other.yaml"):
        (folder.root / manifest).write_text(KEY % sink)
        return folder

    return write


READ = {
    "a new manifest": "{file: keys/billing.yaml}",
    "a line of one": "{env_file: keys2.yaml, name: NAME}",
    "as some disks have it": "{file: keys/BILLING.YML}",
    "spelled otherwise": "{file: ./keys/.././billing.yaml}",
    "deep down": "{file: a/b/c/d.yaml}",
    "the manifest itself": "{file: other.yaml}",
    "another manifest": "{file: reader.yaml}",
    "another case": "{file: READER.yaml}",
    "an overlay": "{file: over/keys.yaml}",
    "another environment's overlay": "{file: elsewhere/keys/keys.yaml}",
    "another environment's overlay itself": "{file: one.yaml}",
    "a field's file": "{file: pub.json}",
    "a line of it": "{env_file: pub.json, name: A}",
    "a field's data": "{file: over/../data.yml.json}",
    "a secret's file": "{file: signing.key}",
    "a test's file": "{file: tests/user.json}",
    "the schema": "{file: schema.json}",
    "a link": "{file: link}",
    "one more name": "{file: hard}",
    "below a link": "{file: folder/keys.yaml}",
}


@pytest.mark.parametrize("sink", READ.values(), ids=READ)
def test_a_sink_that_the_project_reads_is_an_error_at_its_place(reading, sink):
    folder = reading(sink)
    (folder.root / "link").symlink_to("pub.json")
    (folder.root / "folder").symlink_to("over")
    (folder.root / "hard").hardlink_to(folder.root / "tests" / "user.json")
    for command in (["validate"], ["plan"], ["apply", "--auto-approve"], ["drift"]):
        output = folder.run(*command, exit_code=1).output
        assert "other.yaml:4:5: error[sink-is-read]" in output
    before = {path for path in folder.root.rglob("*") if ".clerkform" not in path.parts}
    assert not [path for path in before if SECRET in (path.read_text() if path.is_file() else "")]


@pytest.mark.parametrize("sink", ["{file: kept/ledger.json}", "{file: kept/ledger.json.lock}"])
def test_no_environments_ledger_is_a_sink(reading, sink):
    assert "error[off-limits]" in reading(sink).run("validate", exit_code=1).output


@pytest.mark.parametrize("sink", ["${var.sink}", "{file: '${var.folder}/keys.yaml'}"])
def test_a_sink_is_found_behind_a_variable(reading, sink):
    folder = reading(sink)
    with (folder.root / "clerkform.yaml").open("a") as project:
        project.write("vars: {sink: {file: deep/keys.yaml}, folder: deep}\n")
    assert "other.yaml:4:5: error[sink-is-read]" in folder.run("validate", exit_code=1).output


@pytest.mark.parametrize(
    "sink",
    [
        "{file: .secrets/keys.yaml}",
        "{env_file: keys.env, name: A}",
        "{file: node_modules/keys.yaml}",
        "{file: keys/key}",
        "{file: keys/key.json}",
    ],
)
def test_a_sink_that_nothing_reads_is_none(reading, sink):
    assert "Valid:" in reading(sink).run("validate").output


def test_a_sink_beside_the_folders_of_manifests_is_none(folder):
    (folder.root / "clerkform.yaml").write_text("version: 1\nmanifests: [clerk]\n")
    (folder.root / "clerk").mkdir()
    (folder.root / "clerk" / "key.yaml").write_text(KEY % "{file: ../keys.yaml}")
    (folder.root / "clerk" / "acme.yaml").write_text("organizations: [{slug: acme, name: Acme}]\n")
    assert "Valid:" in folder.run("validate").output


HOLDING = {
    "as it is": SECRET,
    "a line": f"NAME={SECRET}\n",
    "a section": f"{SECRET}: []\n",
    "a value": f"organizations: [{{slug: '{SECRET}', name: {SECRET}, {SECRET}: 1}}]\n",
    "no YAML": f'"{SECRET}',
}


@pytest.mark.parametrize("content", HOLDING.values(), ids=HOLDING)
@pytest.mark.parametrize("name", ["keys.yaml", "over/keys.yaml", "pub.json", "data.yml.json"])
@pytest.mark.parametrize(
    "manifest",
    [
        KEY % "{file: SINK}",
        KEY % "{env_file: ./SINK, name: A}",
        KEY % "{file: SINK}" + "    wrong: 1\n",
        KEY % '{"file": "SINK"}' + "    - broken: [\n",
        KEY % "{file: SINK, wrong: 1}",
    ],
    ids=["file", "line", "wrong item", "broken", "wrong sink"],
)
def test_nothing_of_a_sink_is_ever_shown(reading, name, manifest, content):
    folder = reading("none")
    (folder.root / "other.yaml").write_text(manifest.replace("SINK", name))
    (folder.root / name).write_text(content)
    for command in ("validate", "plan"):
        for format in ("text", "json"):
            output = folder.run(command, "--format", format, exit_code=1).output
            assert SECRET not in output


def test_nothing_of_a_manifest_that_is_its_own_sink_is_quoted(reading):
    folder = reading("{file: other.yaml} # " + SECRET)
    output = folder.run("validate", exit_code=1).output
    assert "sink-is-read" in output
    assert SECRET not in output


def test_a_broken_manifest_that_names_itself_is_wrong_all_the_same(reading):
    folder = reading("{file: .secrets/key} # not other.yaml\n    - broken: [")
    assert "other.yaml:5:5: error[yaml-syntax]" in folder.run("validate", exit_code=1).output
