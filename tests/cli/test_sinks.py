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
