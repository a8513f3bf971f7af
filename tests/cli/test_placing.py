"""Files that a command writes, whole or not at all, where no link of a checkout leads."""

import subprocess
import sys

import pytest
from click.testing import CliRunner

from clerkform.cli import exits, main
from clerkform.cli.placing import checkout_of, place
from clerkform.errors import UsageError
from tests.shell import REPO, clean_environ
from tests.support import of_another

CALL = """
import sys
from pathlib import Path
from clerkform.cli.placing import *
a, b = Path(sys.argv[1]), Path(sys.argv[2])
try:
    {call}
except OSError as error:
    print(Path(error.filename).name, error.strerror)
"""


def on_a_full_disk(call, folder):
    """What is said of the file that no more than some bytes of can be written."""
    code = CALL.format(call=call)
    command = ["sh", "-c", 'ulimit -f 8; exec "$0" "$@"', sys.executable, "-c", code]
    done = subprocess.run(
        [*command, folder / "a", folder / "b"],
        env=clean_environ(),
        cwd=REPO,
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout


def test_of_new_files_all_are_written_or_none(tmp_path):
    said = on_a_full_disk("write_new({a: 'small', b: 'x' * 1_000_000})", tmp_path)
    assert said == "b File too large\n"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("write", ["write_text", "write_plan"])
def test_a_file_that_is_there_is_replaced_whole_or_stays(tmp_path, write):
    (tmp_path / "a").write_text("before")
    assert on_a_full_disk(f"{write}(a, 'x' * 1_000_000)", tmp_path) == "a File too large\n"
    assert (tmp_path / "a").read_text() == "before"
    assert [path.name for path in tmp_path.iterdir()] == ["a"]


def test_a_file_keeps_its_mode(tmp_path):
    schema = tmp_path / "schema.json"
    schema.write_text("old")
    schema.chmod(0o664)
    assert CliRunner().invoke(main, ["-C", str(tmp_path), "schema", "-o", "schema.json"])
    assert schema.read_text() != "old"
    assert schema.stat().st_mode & 0o777 == 0o664


def test_a_schema_goes_through_no_link_of_the_checkout(tmp_path):
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "kept").write_text("mine")
    project = tmp_path / "project"
    project.mkdir()
    (project / "link.json").symlink_to(tmp_path / "outside" / "kept")
    (project / "new.json").symlink_to(tmp_path / "outside" / "new")
    (project / "folder").symlink_to(tmp_path / "outside")
    for name in ("link.json", "new.json", "folder/kept"):
        result = CliRunner().invoke(main, ["-C", str(project), "schema", "-o", name])
        assert result.exit_code == exits.WRONG
        assert f"`{name}` is a link or is reached by one; nothing was written" in result.stderr
    assert (tmp_path / "outside" / "kept").read_text() == "mine"
    assert len(list((tmp_path / "outside").iterdir())) == 1


def test_a_device_is_not_replaced(tmp_path):
    with pytest.raises(UsageError, match="no regular file; not done"):
        place(tmp_path / ".." / ".." / ".." / ".." / ".." / "dev" / "null", tmp_path, "not done")


def test_the_checkout_is_known_by_what_git_keeps_at_its_top(tmp_path):
    inner = tmp_path / "a" / "b"
    inner.mkdir(parents=True)
    assert checkout_of(inner) == inner
    (tmp_path / ".git").write_text("gitdir: elsewhere\n")  # as in a worktree
    assert checkout_of(inner) == tmp_path


def test_what_is_around_a_submodule_is_of_its_checkout(tmp_path):
    around = tmp_path / "a" / "around"
    submodule = around / "sub"
    project = submodule / "project"
    project.mkdir(parents=True)
    (submodule / ".git").write_text("gitdir: ../.git/modules/sub\n")
    for folder in (around, around.parent):
        (folder / ".git").mkdir()
    assert checkout_of(project) == around
    (around / "p.json").symlink_to(tmp_path / "outside.json")
    with pytest.raises(UsageError, match="is a link or is reached by one; not done"):
        place(around / "p.json", project, "not done")


def test_a_repository_of_another_user_hides_none_of_this_users(tmp_path, monkeypatch):
    project = tmp_path / "shared" / "project"
    project.mkdir(parents=True)
    for folder in (tmp_path, tmp_path / "shared"):
        (folder / ".git").mkdir()
    assert checkout_of(project) == tmp_path / "shared"
    of_another(monkeypatch, tmp_path / "shared" / ".git")
    assert checkout_of(project) == tmp_path


def test_a_checkout_that_another_user_made_is_one(tmp_path, monkeypatch):
    """As where a container works in what its host has checked out."""
    project = tmp_path / "project"
    project.mkdir()
    (tmp_path / ".git").mkdir()
    (tmp_path / "p.json").symlink_to(tmp_path.parent / "outside.json")
    of_another(monkeypatch, tmp_path / ".git")
    with pytest.raises(UsageError, match="is a link or is reached by one; not done"):
        place(tmp_path / "p.json", project, "not done")
