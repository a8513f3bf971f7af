"""What a sandbox holds is in a folder of the user's: no database of a checkout is ever opened."""

import json
import os
import shutil
import sqlite3
import struct
import subprocess
from pathlib import Path

import pytest

from clerkform.cli import exits
from tests.shell import Folder, serving

MAGIC = bytes.fromhex("d9d505f920a163d7")
BESIDE = ("-journal", "-wal", "-shm")
COMMANDS = [
    ["plan"],
    ["apply", "--auto-approve"],
    ["drift"],
    ["list"],
    ["show", "organizations/acme"],
    ["pull", "-o", "-"],
    ["destroy", "--auto-approve", "--allow-delete", "organizations/acme"],
    ["jwt", "verify", "a.b.c"],
    ["sandbox", "dump"],
    ["sandbox", "reset"],
]


def database(path):
    path.parent.mkdir(parents=True, exist_ok=True)
    with sqlite3.connect(path) as made:
        made.execute("CREATE TABLE t(x)")
        made.execute("DROP TABLE t")
    made.close()


def hot_journal(path, victim):
    """Has SQLite roll back the database at ``path``, and delete ``victim`` when that is done."""
    name = os.fsencode(victim)
    page = 4096
    pages = path.stat().st_size // page
    head = (MAGIC + struct.pack(">5I", 0, 1, pages, 512, page)).ljust(512, b"\0")
    total = sum(struct.unpack(f"{len(name)}b", name)) & 0xFFFFFFFF
    tail = struct.pack(">I", 0x40000000 // page + 1) + name + struct.pack(">II", len(name), total)
    Path(f"{path}-journal").write_bytes(head + tail + MAGIC)


def planted(folder, victim, names):
    """Databases with hot journals at these places, with whatever else lies beside one."""
    for name in names:
        path = folder / name
        database(path)
        hot_journal(path, victim)
        for ending in BESIDE[1:]:
            Path(f"{path}{ending}").write_bytes(b"planted")


@pytest.fixture
def victim(tmp_path_factory):
    path = tmp_path_factory.mktemp("home") / "precious"
    path.write_text("mine")
    return path


@pytest.fixture
def cloned(folder, tmp_path_factory, victim):
    """A clone of what a stranger has pushed, with a database wherever one may be looked for."""
    names = [f".clerkform/sandbox.sandbox{end}" for end in (".sqlite", ".state", "", ".state.db")]
    planted(folder.root, victim, names)
    git(folder.root, "init", "-q")
    git(folder.root, "add", "-A", "-f")
    git(folder.root, "-c", "user.name=x", "-c", "user.email=x@y.example", "commit", "-qm", "x")
    clone = tmp_path_factory.mktemp("clone") / "project"
    git(folder.root, "clone", "-q", ".", clone)
    return Folder(clone)


def git(folder, *arguments):
    subprocess.run(["git", "-C", folder, *arguments], check=True)


def test_the_journal_that_was_planted_does_what_is_feared(tmp_path, victim):
    planted(tmp_path, victim, ["x.sqlite"])
    for ending in BESIDE[1:]:
        Path(f"{tmp_path}/x.sqlite{ending}").unlink()
    opened = sqlite3.connect(tmp_path / "x.sqlite")
    opened.execute("SELECT 1 FROM sqlite_master").fetchall()
    opened.close()
    assert not victim.exists()


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_nothing_that_a_clone_brought_is_opened(cloned, victim, command):
    before = {path: path.read_bytes() for path in (cloned.root / ".clerkform").iterdir()}
    result = cloned.run(*command, exit_code=exits.WRONG)
    assert "`.clerkform/sandbox.sandbox.state` is no state that a sandbox made" in result.stderr
    assert victim.read_text() == "mine"
    assert {path: path.read_bytes() for path in (cloned.root / ".clerkform").iterdir()} == before


def test_what_lies_beside_a_mark_is_nothing_to_it(folder, victim):
    planted(folder.root, victim, [".clerkform/sandbox.sandbox.sqlite"])
    for ending in BESIDE:
        shutil.copy(
            folder.root / f".clerkform/sandbox.sandbox.sqlite{ending}",
            folder.root / f".clerkform/sandbox.sandbox.state{ending}",
        )
    folder.run("apply", "--auto-approve")
    assert "3 unchanged" in folder.run("plan").stdout
    assert victim.read_text() == "mine"


def test_a_pull_into_a_checkout_with_a_state_brings_no_other(applied, victim):
    mark = applied.root / ".clerkform" / "sandbox.sandbox.state"
    word = mark.read_text()
    planted(applied.root, victim, [".clerkform/sandbox.sandbox.sqlite"])
    assert "3 unchanged" in applied.run("plan").stdout
    mark.unlink()
    database(mark)
    hot_journal(mark, victim)
    assert "was not opened" in applied.run("plan", exit_code=exits.WRONG).stderr
    other = "1" if word[-2] == "0" else "0"
    mark.write_text(f"{word[:-2]}{other}\n")  # of somebody else's making
    assert "3 to create" in applied.run("plan").stdout
    mark.write_text(word)
    assert "3 unchanged" in applied.run("plan").stdout
    assert victim.read_text() == "mine"


def test_a_copy_of_a_project_shares_its_state_with_nobody(applied, tmp_path_factory):
    to = tmp_path_factory.mktemp("copies") / "copy"
    copy = Folder(Path(shutil.copytree(applied.root, to)))
    assert "3 to create" in copy.run("plan").stdout
    copy.run("sandbox", "reset")
    assert "3 unchanged" in applied.run("plan").stdout


def test_without_its_mark_a_sandbox_is_a_new_one(applied):
    shutil.rmtree(applied.root / ".clerkform")
    assert "no sandbox state" in applied.run("sandbox", "dump", exit_code=exits.WRONG).stderr
    assert "3 to create" in applied.run("plan").stdout


@pytest.mark.parametrize("command", ["serve", "dump", "reset"])
def test_a_state_that_is_named_is_no_database_either(folder, victim, command):
    planted(folder.root, victim, ["dev.sqlite"])
    options = ["--port", "0"] if command == "serve" else []
    named = ("sandbox", command, "--state", "dev.sqlite", *options)
    result = folder.run(*named, exit_code=exits.WRONG)
    assert "`dev.sqlite` is no state that a sandbox made; it was not opened" in result.stderr
    assert victim.read_text() == "mine"


def test_a_view_in_place_of_a_table_is_never_seen(folder):
    with sqlite3.connect(folder.root / "dev.sqlite") as made:
        made.execute("PRAGMA application_id = 1131178854")
        made.execute("PRAGMA user_version = 3")
        made.execute("CREATE VIEW objects AS SELECT 1 AS seq, 1 AS instance")
        made.execute("CREATE TABLE instances (number INTEGER PRIMARY KEY, key_hash TEXT)")
    made.close()
    for command in ("dump", "reset"):
        named = ("sandbox", command, "--state", "dev.sqlite")
        assert "was not opened" in folder.run(*named, exit_code=exits.WRONG).stderr


def test_a_write_ahead_log_beside_a_named_state_is_not_taken_for_it(folder):
    state = folder.root / "dev.state"
    with serving(state):
        pass
    dumped = folder.run("sandbox", "dump", "--state", str(state)).stdout
    for ending in BESIDE:
        Path(f"{state}{ending}").write_bytes(b"planted")
    assert folder.run("sandbox", "dump", "--state", str(state)).stdout == dumped
    assert all(Path(f"{state}{ending}").read_bytes() == b"planted" for ending in BESIDE)


@pytest.mark.parametrize("target", ["there", "nothing"])
@pytest.mark.parametrize("command", ["serve", "dump", "reset"])
def test_a_named_state_is_behind_no_link_of_the_checkout(folder, tmp_path_factory, target, command):
    away = tmp_path_factory.mktemp("away")
    (away / "there").touch()
    (folder.root / "dev.state").symlink_to(away / target)
    named = ("sandbox", command, "--state", "dev.state")
    result = folder.run(*named, exit_code=exits.WRONG)
    assert "`dev.state` is a link or is reached by one; it was not opened" in result.stderr
    assert [path.name for path in away.iterdir()] == ["there"]


def test_a_pipe_in_place_of_a_mark_holds_nobody_up(folder):
    (folder.root / ".clerkform").mkdir()
    os.mkfifo(folder.root / ".clerkform" / "sandbox.sandbox.state")
    assert "was not opened" in folder.run("plan", exit_code=exits.WRONG).stderr


@pytest.mark.parametrize("inside", [".state", "deep/er"])
def test_no_state_is_kept_where_a_checkout_could_have_brought_it(folder, inside):
    (folder.root / ".git").mkdir()
    project = folder.root / "project"
    project.mkdir()
    for name in ("clerkform.yaml", "clerk.yaml"):
        (folder.root / name).rename(project / name)
    there = Folder(project, {"XDG_STATE_HOME": str(folder.root / inside)})
    refused = there.run("plan", exit_code=exits.WRONG).stderr
    assert "it could have come with a checkout" in refused
    assert "XDG_STATE_HOME" in refused
    assert not (folder.root / inside).exists()


def test_a_home_that_is_the_checkout_is_no_place_for_it(folder):
    folder.environ = {"XDG_STATE_HOME": "", "HOME": str(folder.root)}
    assert "XDG_STATE_HOME" in folder.run("plan", exit_code=exits.WRONG).stderr
    folder.environ = {"XDG_STATE_HOME": "relative", "HOME": "home"}
    assert "no home folder" in folder.run("plan", exit_code=exits.WRONG).stderr


def test_a_folder_that_others_write_to_is_no_place_for_it(folder, tmp_path_factory):
    home = tmp_path_factory.mktemp("state")
    folder.environ = {"XDG_STATE_HOME": str(home)}
    folder.run("plan")
    kept = home / "clerkform" / "sandboxes"
    assert kept.stat().st_mode & 0o777 == 0o700
    assert [path.stat().st_mode & 0o777 for path in kept.iterdir()] == [0o600]
    for opened in (kept, kept.parent):
        opened.chmod(0o777)
        assert "others may write to it" in folder.run("plan", exit_code=exits.WRONG).stderr
        opened.chmod(0o700)


def test_an_environment_that_became_another_kind_of_instance_is_told(applied):
    project = applied.root / "clerkform.yaml"
    changed = project.read_text().replace(
        "sandbox: {api: sandbox}", "sandbox: {api: {sandbox: {instance: production}}}"
    )
    project.write_text(changed)
    result = applied.run("plan", exit_code=exits.WRONG)
    assert "The state is that of a development instance" in result.stderr


def test_a_dump_says_what_it_dumped_of_two_states(applied):
    dumped = applied.run("sandbox", "dump").stdout
    mark = applied.root / ".clerkform" / "sandbox.sandbox.state"
    assert applied.run("sandbox", "dump", "--state", str(mark)).stdout == dumped
    assert json.loads(dumped)["organizations"]
