import json
import os
import shutil
import subprocess
import sys

import pytest

from clerkform.model.sink import NOWHERE, Sink
from tests.secrets.vaults import SPAN, vault
from tests.support import of_another

needs_git = pytest.mark.skipif(not shutil.which("git"), reason="git is not installed")


@needs_git
def test_a_file_that_git_would_commit_is_warned_of(root, base):
    subprocess.run(["git", "init", "--quiet"], cwd=root, check=True)
    (root / ".gitignore").write_text(".secrets/\n")
    it = vault(root)
    assert it.sink_warnings(Sink(file="../.secrets/new/key"), base) == ()
    (warning,) = it.sink_warnings(Sink(env_file="keys/env", name="A"), base, SPAN)
    assert (warning.code, warning.severity, warning.span) == ("sink-not-ignored", "warning", SPAN)
    assert it.sink_warnings(NOWHERE, base) == ()
    assert it.sink_warnings(Sink(file="/etc/x"), base) == ()


def test_without_git_there_is_no_warning(root, base, monkeypatch):
    monkeypatch.setenv("PATH", str(root))
    assert vault(root).sink_warnings(Sink(file="key"), base) == ()


@pytest.fixture
def baited(root, tmp_path):
    """A repository around the project that asks a program for a blob that it lacks, and the file
    that is there once the program ran."""
    ran, program = tmp_path / "ran", tmp_path / "program"
    program.write_text(f"#!/bin/sh\ntouch {ran}\nexit 1\n")
    program.chmod(0o755)
    git = ["git", "-C", str(tmp_path)]
    subprocess.run(["git", "init", "--quiet", str(tmp_path)], check=True)
    (tmp_path / ".gitignore").write_text("x\n")
    subprocess.run([*git, "add", ".gitignore"], check=True)
    subprocess.run([*git, "update-index", "--skip-worktree", ".gitignore"], check=True)
    (tmp_path / ".gitignore").unlink()
    shutil.rmtree(tmp_path / ".git" / "objects")
    (tmp_path / ".git" / "objects").mkdir()
    with (tmp_path / ".git" / "config").open("a") as file:
        file.write(
            "[core]\nrepositoryformatversion = 1\n[extensions]\npartialClone = origin\n"
            f'[remote "origin"]\nurl = {tmp_path}\npromisor = true\nuploadpack = {program}\n'
        )
    return ran


@needs_git
def test_the_bait_is_one(baited, root):
    subprocess.run(["git", "check-ignore", "-q", "root/key"], cwd=root.parent, check=False)
    assert baited.exists()


@needs_git
def test_no_program_runs_for_a_blob_that_a_repository_lacks(baited, root, base):
    vault(root).sink_warnings(Sink(file="key"), base)
    assert not baited.exists()


@pytest.fixture
def git_that_tells(tmp_path, monkeypatch):
    """A program in git's place, and the file that is there once it ran."""
    ran = tmp_path / "ran"
    (tmp_path / "bin").mkdir()
    program = tmp_path / "bin" / "git"
    program.write_text(f"#!{sys.executable}\nimport os, json\n"
                       f"json.dump(dict(os.environ), open({str(ran)!r}, 'w'))\n")  # fmt: skip
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}")
    return ran


def test_a_repository_of_this_users_is_asked(git_that_tells, root, base, monkeypatch):
    (root.parent / ".git").mkdir()
    vault(root).sink_warnings(Sink(file="key"), base)
    told = json.loads(git_that_tells.read_text())
    assert told["GIT_NO_LAZY_FETCH"] == "1"
    assert told["GIT_ALLOW_PROTOCOL"] == ""
    assert not {name for name in told if name.startswith(("CLERK", "SET"))}


@pytest.mark.parametrize("whose", [".git", "."])
def test_a_repository_of_another_user_is_not_asked(git_that_tells, root, base, monkeypatch, whose):
    (root.parent / ".git").mkdir()
    of_another(monkeypatch, root.parent / whose)
    assert vault(root).sink_warnings(Sink(file="key"), base) == ()
    assert not git_that_tells.exists()


@pytest.mark.parametrize("leads", ["link", "pointer"])
def test_a_repository_elsewhere_is_asked_if_it_is_this_users(
    git_that_tells, root, base, monkeypatch, leads
):
    elsewhere = root.parent / "elsewhere"
    elsewhere.mkdir()
    if leads == "link":
        (root / ".git").symlink_to(elsewhere)
    else:
        (root / ".git").write_text("gitdir: ../elsewhere\n")
    kept = vault(root)
    kept.sink_warnings(Sink(file="key"), base)
    assert git_that_tells.exists()
    git_that_tells.unlink()
    of_another(monkeypatch, elsewhere)
    assert kept.sink_warnings(Sink(file="key"), base) == ()
    assert not git_that_tells.exists()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files away")
def test_what_belongs_to_whom_sudo_was_called_by_is_roots_own(
    git_that_tells, root, base, monkeypatch
):
    (root / ".git").mkdir()
    os.chown(root / ".git", 12345, 12345)
    vault(root).sink_warnings(Sink(file="key"), base)
    assert not git_that_tells.exists()
    monkeypatch.setenv("SUDO_UID", "12345")
    vault(root).sink_warnings(Sink(file="key"), base)
    assert git_that_tells.exists()


@pytest.mark.parametrize("path", [".", "", ":", "relative"])
def test_no_git_of_the_work_tree_is_run(git_that_tells, root, base, monkeypatch, path):
    (root / ".git").mkdir()
    for folder in (root, root / "relative"):
        folder.mkdir(exist_ok=True)
        shutil.copy(git_that_tells.parent / "bin" / "git", folder / "git")
    monkeypatch.setenv("PATH", path)
    monkeypatch.chdir(root)
    vault(root).sink_warnings(Sink(file="key"), base)
    assert not git_that_tells.exists()
