import json
import os
import shutil
import stat
import subprocess
import sys
import threading
from dataclasses import replace
from pathlib import Path

import pytest

from clerkform.diagnostics import Source, Span
from clerkform.errors import ManifestError
from clerkform.model.secrets import SecretRef
from clerkform.model.sink import NOWHERE, Sink
from clerkform.private_files import write_privately
from clerkform.secrets.env_file import quoted, with_line
from clerkform.secrets.vault import Vault
from tests.support import of_another

SECRET = "ak_0123456789abcdef"
SPAN = Span(Source("clerk/keys.yaml"), 4, 7)


@pytest.fixture
def root(tmp_path):
    (tmp_path / "root" / "clerk").mkdir(parents=True)
    return tmp_path / "root"


@pytest.fixture
def base(root):
    return root / "clerk"


def vault(root, **options):
    env = {"PATH": os.defpath, "SET": SECRET, "EMPTY": "", "CLERK_SECRET_KEY": "sk_live_x"}
    options = {"env": env, "forbidden_env": frozenset({"CLERK_SECRET_KEY"})} | options
    return Vault(root, **options)


def python(code, *arguments):
    return (sys.executable, "-c", code, *arguments)


def refusal(attempt):
    """The one diagnostic that ``attempt`` raises or returns."""
    try:
        return attempt()
    except ManifestError as error:
        problems, context = error.diagnostics, error.__context__
    # What went wrong inside may hold the secret, so it must not hang on to the error.
    assert context is None
    (problem,) = problems
    return problem


def mode(path):
    return stat.S_IMODE(path.stat().st_mode)


# References


def test_a_variable_is_taken_as_it_is(root, base):
    it = vault(root, env={"A": " a b\n"})
    assert it.resolve(SecretRef(from_env="A"), base) == " a b\n"


@pytest.mark.parametrize(
    ("content", "secret"),
    [
        ("s", "s"),
        ("s\n", "s"),
        ("s\r\n", "s"),
        ("s\n\n", "s\n"),
        (" s \n", " s "),
        ("a\nb\n", "a\nb"),
    ],
)
def test_a_file_loses_one_line_break_and_nothing_else(root, base, content, secret):
    (base / "key").write_bytes(content.encode())
    assert vault(root).resolve(SecretRef(from_file="key"), base) == secret


def test_a_command_prints_the_secret(root, base):
    it = vault(root, allow_commands=True)
    ref = SecretRef(from_command=python("import sys; print(sys.argv[1:])", "$HOME; `id`"))
    assert it.resolve(ref, base) == "['$HOME; `id`']"


def test_a_command_runs_in_the_manifests_folder_without_the_secret_keys(root, base):
    it = vault(root, allow_commands=True)
    code = "import os; print(os.getcwd(), 'SET' in os.environ, 'CLERK_SECRET_KEY' in os.environ)"
    assert it.resolve(SecretRef(from_command=python(code)), base) == f"{base} True False"


def test_a_files_folder_may_be_named_from_outside(root, base, tmp_path):
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "key").write_text("s")
    ref = SecretRef(from_file=str(tmp_path / "run" / "key"))
    assert vault(root, secret_dirs=[tmp_path / "run"]).resolve(ref, base) == "s"


def prepare_files(base, outside):
    (outside / "key").write_text("outside")
    (base / "empty").write_text("\n")
    (base / "binary").write_bytes(b"\xff" + SECRET.encode())
    (base / "link").symlink_to(outside / "key")
    (base / "ring").symlink_to(base / "ring")
    os.mkfifo(base / "pipe")


REFUSED = {
    "unset": (SecretRef(from_env="UNSET"), "secret-unset", "UNSET is not set"),
    "empty": (SecretRef(from_env="EMPTY"), "secret-unset", "EMPTY is empty"),
    "forbidden": (SecretRef(from_env="CLERK_SECRET_KEY"), "forbidden-variable", "no manifest may"),
    "no UTF-8": (SecretRef(from_env="RAW"), "secret-not-text", "RAW is not UTF-8"),
    "missing": (SecretRef(from_file="nokey"), "secret-file-missing", "no file nokey"),
    "below a file": (SecretRef(from_file="empty/x"), "secret-file-missing", "no file"),
    "empty file": (SecretRef(from_file="empty"), "secret-empty", "empty is empty"),
    "binary file": (SecretRef(from_file="binary"), "secret-not-text", "binary is not UTF-8"),
    "folder": (SecretRef(from_file="."), "secret-file-unreadable", "not a regular file"),
    "pipe": (SecretRef(from_file="pipe"), "secret-file-unreadable", "not a regular file"),
    "too long": (SecretRef(from_file="x" * 5000), "secret-file-unreadable", "cannot be read"),
    "parent": (SecretRef(from_file="../../key"), "outside-folder", "outside the project"),
    "absolute": (SecretRef(from_file="/etc/passwd"), "outside-folder", "outside the project"),
    "link": (SecretRef(from_file="link"), "outside-folder", "outside the project"),
    "ring": (SecretRef(from_file="ring"), "outside-folder", "ring"),
    "home": (SecretRef(from_file="~/key"), "outside-folder", "not expanded"),
    "no program": (SecretRef(from_command=("no-such-program",)), "command-failed", "no program"),
    "no program here": (SecretRef(from_command=("./nope",)), "command-failed", "no program"),
}


@pytest.mark.parametrize(("ref", "code", "part"), REFUSED.values(), ids=REFUSED)
def test_a_secret_that_is_not_there_is_said_at_its_line(root, base, tmp_path, ref, code, part):
    prepare_files(base, tmp_path)
    env = {"EMPTY": "", "CLERK_SECRET_KEY": "sk", "RAW": "\udcff" + SECRET, "PATH": os.defpath}
    it = vault(root, env=env, allow_commands=True)
    problem = refusal(lambda: it.resolve(ref, base, SPAN))
    assert (problem.code, problem.span, problem.severity) == (code, SPAN, "error")
    assert part in problem.message
    assert SECRET not in str(problem)
    looked = it.check_ref(ref, base, SPAN)
    assert replace(looked, severity="error") == problem, "what is not there yet is but a note"


FAILING = {
    "status": ("import sys; print('{s}'); sys.exit('{s}')", "failed with exit status 1"),
    "signal": ("import os; print('{s}', flush=True); os.kill(os.getpid(), 9)", "by signal 9"),
    "silence": ("pass", "printed is empty"),
    "binary": ("import os; os.write(1, b'\\xff{s}')", "not UTF-8"),
}


@pytest.mark.parametrize(("code", "part"), FAILING.values(), ids=FAILING)
def test_a_commands_output_is_in_no_error(root, base, capfd, code, part):
    it = vault(root, allow_commands=True)
    ref = SecretRef(from_command=python(code.replace("{s}", SECRET)))
    problem = refusal(lambda: it.resolve(ref, base))
    assert part in problem.message
    assert SECRET not in f"{problem}{capfd.readouterr()}"


def test_a_command_that_does_not_end_is_ended(root, base):
    it = vault(root, allow_commands=True, timeout=0.01)
    ref = SecretRef(from_command=python("import time; time.sleep(600)"))
    assert "did not finish within 0.01 s" in refusal(lambda: it.resolve(ref, base)).message


def test_commands_need_to_be_allowed(root, base):
    it = vault(root)
    marks = python("open('ran', 'w')")
    for problem in (
        refusal(lambda: it.resolve(SecretRef(from_command=marks), base)),
        it.check_ref(SecretRef(from_command=marks), base),
        it.check_sink(Sink(command=marks), base),
        refusal(lambda: it.deliver(Sink(command=marks), base, SECRET)),
    ):
        assert problem.code == "commands-not-allowed"
        assert "CLERKFORM_ALLOW_COMMANDS=1" in problem.hint
    assert not (base / "ran").exists()


def test_checking_runs_nothing(root, base):
    it = vault(root, allow_commands=True)
    marks = python("open('ran', 'w')")
    assert it.check_ref(SecretRef(from_command=marks), base) is None
    assert it.check_sink(Sink(command=marks), base) is None
    assert it.prepare_sink(Sink(command=marks), base) is None
    assert not (base / "ran").exists()


def test_a_secret_that_is_there_has_no_problem(root, base):
    (base / "key").write_text("s")
    assert vault(root).check_ref(SecretRef(from_env="SET"), base) is None
    assert vault(root).check_ref(SecretRef(from_file="key"), base) is None


# Sinks


def test_a_file_holds_the_secret_alone_and_is_private(root, base):
    (base / "new").mkdir()
    (base / "new" / "key").write_text("a longer text than the secret that comes")
    (base / "new" / "key").chmod(0o644)
    vault(root).deliver(Sink(file="new/key"), base, SECRET)
    assert (base / "new" / "key").read_bytes() == SECRET.encode()
    assert mode(base / "new" / "key") == 0o600
    assert os.listdir(base / "new") == ["key"]


@pytest.mark.parametrize("prepare", [True, False])
def test_missing_folders_are_made_private(root, base, prepare):
    it, sink = vault(root), Sink(file="../.secrets/deep/key")
    if prepare:
        assert it.prepare_sink(sink, base) is None
    else:
        it.deliver(sink, base, SECRET)
    assert mode(root / ".secrets") == mode(root / ".secrets" / "deep") == 0o700
    assert os.listdir(root / ".secrets" / "deep") == ([] if prepare else ["key"])


def test_looking_makes_nothing(root, base):
    it, sink = vault(root), Sink(env_file="../.secrets/env", name="A")
    assert it.check_sink(sink, base) is None
    assert it.sink_warnings(sink, base) == ()
    assert not (root / ".secrets").exists()


def test_preparing_leaves_a_file_as_it_is(root, base):
    (base / "key").write_text("old")
    assert vault(root).prepare_sink(Sink(file="key"), base) is None
    assert (base / "key").read_text() == "old"
    assert os.listdir(base) == ["key"]


def test_an_env_files_other_lines_stay_byte_for_byte(root, base):
    before = (
        b"# caf\xe9 \xe2\x80\xa8KEY=no\r\nKEYS=1\n\nexport KEY = 'old'\nB=2\n  KEY=older\nLAST=3"
    )
    (base / "env").write_bytes(before)
    it, sink = vault(root), Sink(env_file="env", name="KEY")
    it.deliver(sink, base, SECRET)
    kept = before.replace(b"export KEY = 'old'\n", f"export KEY={SECRET}\n".encode())
    assert (base / "env").read_bytes() == kept.replace(b"  KEY=older\n", b"")
    assert mode(base / "env") == 0o600


def test_an_env_file_is_made_and_added_to(root, base):
    it = vault(root)
    it.deliver(Sink(env_file="env", name="A"), base, SECRET)
    it.deliver(Sink(env_file="env", name="B"), base, "b c")
    assert (base / "env").read_text() == f"A={SECRET}\nB='b c'\n"
    (base / "env").write_text("X=1")
    it.deliver(Sink(env_file="env", name="A"), base, SECRET)
    assert (base / "env").read_text() == f"X=1\nA={SECRET}\n"


def test_secrets_for_one_env_file_do_not_overwrite_each_other(root, base):
    it = vault(root)
    names = [f"KEY_{n}" for n in range(30)]
    threads = [
        threading.Thread(target=it.deliver, args=(Sink(env_file="env", name=name), base, SECRET))
        for name in names
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    lines = (base / "env").read_text().splitlines()
    assert sorted(lines) == sorted(f"{name}={SECRET}" for name in names)


@pytest.mark.parametrize(
    "value", ["plain", "a b", "a#b", "it's", 'a$B`c`\\d"e', 'it\'s $HOME \\ "x"']
)
def test_a_quoted_value_is_what_a_shell_reads(value):
    script = f'NAME={quoted(value)}\nprintf %s "$NAME"'
    shown = subprocess.run(["sh", "-c", script], capture_output=True, check=True, env={})
    assert shown.stdout.decode() == value


def test_a_line_break_fits_into_no_line(root, base):
    problem = refusal(lambda: vault(root).deliver(Sink(env_file="env", name="A"), base, "a\nb"))
    assert problem.code == "sink-unfit"
    assert not (base / "env").exists()


ENV_FILES = {
    "a value of several lines": (
        'PEM="a\nNAME=x\nb"\nNAME=old\n',
        'PEM="a\nNAME=x\nb"\nNAME=new\n',
    ),
    "one in single quotes": ("PEM='a\n\nNAME=x'\nB=2\n", "PEM='a\n\nNAME=x'\nB=2\nNAME=new\n"),
    "its own value of several lines": (
        'A=1\nNAME="old\nA=2\n" # why\nB=2\n',
        "A=1\nNAME=new # why\nB=2\n",
    ),
    "export": ("export NAME='old' # why\nexport B=1\n", "export NAME=new # why\nexport B=1\n"),
    "export alone": ("export NAME\nA=1", "export NAME=new\nA=1"),
    "Windows' line ends": ("A=1\r\nNAME=old\r\nB=2\r\n", "A=1\r\nNAME=new\r\nB=2\r\n"),
    "Windows' line ends, added": ("A=1\r\nB=2", "A=1\r\nB=2\r\nNAME=new\r\n"),
    "comments": (
        "# NAME=a\n#NAME=b\n\nNAME= # none yet\n",
        "# NAME=a\n#NAME=b\n\nNAME=new # none yet\n",
    ),
    "blanks before a comment": ("NAME=a b \t # c\nA=1", "NAME=new \t # c\nA=1"),
    "blanks at a line's end": ("NAME=a  b  \nA=1", "NAME=new  \nA=1"),
    "a number sign in a value": ("NAME=a#b\nA=c #d\n", "NAME=new\nA=c #d\n"),
    "an escaped quote": ('A="say \\"NAME=x\\""\nNAME=old\n', 'A="say \\"NAME=x\\""\nNAME=new\n'),
    "a byte order mark": ("\ufeffNAME=old\nA=1\n", "\ufeffNAME=new\nA=1\n"),
    "a byte order mark alone": ("\ufeff", "\ufeffNAME=new\n"),
    "blank lines": ("\n\n  NAME=old\n\n\tA=1\n\n", "\n\n  NAME=new\n\n\tA=1\n\n"),
    "what is set twice": ("NAME=old\n\nNAME='older\n'\nA=1\n", "NAME=new\n\nA=1\n"),
    "a line that sets nothing": ("hello there\nNAME=old\n", "hello there\nNAME=new\n"),
    "a longer name": ("NAME_2=a\nMY_NAME=b\n", "NAME_2=a\nMY_NAME=b\nNAME=new\n"),
}


@pytest.mark.parametrize(("before", "after"), ENV_FILES.values(), ids=ENV_FILES)
def test_a_write_changes_the_named_variable_alone(root, base, before, after):
    (base / "env").write_bytes(before.encode())
    vault(root).deliver(Sink(env_file="env", name="NAME"), base, "new")
    assert (base / "env").read_bytes() == after.encode()


UNCLEAR = {
    "an open quote": ('A=1\nB="x\nNAME=old\n', "line 2 cannot be read, and may leave a quote open"),
    "text after a quote": ("B='x'y\nNAME=old\n", "line 1 cannot be read"),
    "a substitution": ('B="$(echo "x\ny")"\nNAME=old\n', "line 1 cannot be read"),
    "a continued line": ("\n\nB=x\\\nNAME=old\n", "line 3 ends in a backslash"),
    "another way to set it": ("A=1\nNAME: old\n", "line 2 names `NAME` and cannot be read"),
    "many blanks": (f"A=1\nB=x{' ' * 101}y\n", "line 2 has more than 100 blanks in a row"),
    "a large file": (f"A={'x' * 100_000}\n", "it is larger than 100,000 bytes"),
    "an escape that a shell lacks": ("B='x\\'\nNAME=old\nC='\n", "line 1 has a backslash"),
}


@pytest.mark.parametrize(("before", "why"), UNCLEAR.values(), ids=UNCLEAR)
def test_what_a_write_may_break_is_refused_before_there_is_a_secret(root, base, before, why):
    (base / "env").write_text(before)
    it, sink = vault(root), Sink(env_file="env", name="NAME")
    for problem in (
        it.check_sink(sink, base),
        it.prepare_sink(sink, base),
        refusal(lambda: it.deliver(sink, base, SECRET)),
    ):
        assert problem.code == "sink-unfit"
        assert problem.message.startswith(f"env cannot be written: {why}")
        assert problem.hint
    assert (base / "env").read_text() == before


def test_an_env_file_that_is_larger_than_any_is_left_alone(root, base):
    (base / "env").write_text("# long\n" * 200_000)
    problem = vault(root).check_sink(Sink(env_file="env", name="A"), base)
    assert (problem.code, problem.severity) == ("sink-unfit", "error")
    assert "env cannot be written: it is larger than 100,000 bytes" in problem.message


def test_setting_a_line_twice_changes_nothing_more():
    once = with_line("A=1\nB=2\n", "A", "x y")
    assert with_line(once, "A", "x y") == once == "A='x y'\nB=2\n"


def test_a_command_reads_the_secret_and_the_arguments_do_not_have_it(root, base):
    it = vault(root, allow_commands=True)
    code = "import sys; open('got', 'w').write(sys.stdin.read() + '|' + ' '.join(sys.argv[1:]))"
    it.deliver(Sink(command=python(code, "prod")), base, SECRET)
    assert (base / "got").read_text() == f"{SECRET}|prod"


def test_a_failed_delivery_is_said_without_what_the_command_printed(root, base, capfd):
    it = vault(root, allow_commands=True)
    sink = Sink(command=python("import sys; sys.exit(sys.stdin.read())"))
    problem = refusal(lambda: it.deliver(sink, base, SECRET, SPAN))
    assert (problem.code, problem.span) == ("command-failed", SPAN)
    assert SECRET not in f"{problem}{capfd.readouterr()}"


def test_a_secret_for_nowhere_goes_nowhere(root, base):
    it = vault(root)
    assert it.check_sink(NOWHERE, base) is it.prepare_sink(NOWHERE, base) is None
    it.deliver(NOWHERE, base, SECRET)
    assert os.listdir(base) == []


BAD_SINKS = {
    "parent": (Sink(file="../../key"), "outside-folder"),
    "link": (Sink(file="link"), "outside-folder"),
    "linked folder": (Sink(env_file="away/env", name="A"), "outside-folder"),
    "home": (Sink(file="~/key"), "outside-folder"),
    "folder": (Sink(file="."), "sink-unwritable"),
    "pipe": (Sink(file="pipe"), "sink-unwritable"),
    "below a file": (Sink(file="empty/key"), "sink-unwritable"),
    "too long": (Sink(file="x" * 5000), "sink-unwritable"),
    "no program": (Sink(command=("no-such-program",)), "command-failed"),
}


@pytest.mark.parametrize(("sink", "code"), BAD_SINKS.values(), ids=BAD_SINKS)
def test_a_sink_that_cannot_take_a_secret_is_said_before(root, base, tmp_path, sink, code):
    prepare_files(base, tmp_path)
    (base / "away").symlink_to(tmp_path)
    it = vault(root, allow_commands=True)
    problem = it.check_sink(sink, base, SPAN)
    assert problem is not None
    assert (problem.code, problem.span) == (code, SPAN)
    wrong = replace(problem, severity="error")
    assert it.prepare_sink(sink, base, SPAN) == wrong
    assert refusal(lambda: it.deliver(sink, base, SECRET, SPAN)) == wrong
    assert not (tmp_path / "env").exists()
    assert (tmp_path / "key").read_text() == "outside"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_may_not_be_written_is_said(root, base):
    base.chmod(0o500)
    problem = vault(root).check_sink(Sink(file="key"), base)
    base.chmod(0o700)
    assert problem is not None
    assert problem.code == "sink-unwritable"


def test_a_write_that_fails_leaves_the_old_file_and_no_other(root, base, monkeypatch):
    (base / "key").write_text("old")

    def full(handle):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    problem = refusal(lambda: vault(root).deliver(Sink(file="key"), base, SECRET))
    assert problem.message == "key cannot be written: No space left on device"
    assert os.listdir(base) == ["key"]
    assert (base / "key").read_text() == "old"


def test_a_link_inside_the_folder_is_followed_and_stays(root, base):
    (base / "real").write_text("old")
    (base / "link").symlink_to("real")
    vault(root).deliver(Sink(file="link"), base, SECRET)
    assert (base / "link").is_symlink()
    assert (base / "real").read_text() == SECRET


def test_what_is_written_is_private_from_the_start(tmp_path, monkeypatch):
    seen = []
    replace = os.replace

    def watched(source, target):
        seen.append(mode(Path(source)))
        replace(source, target)

    monkeypatch.setattr(os, "replace", watched)
    old = os.umask(0)
    try:
        write_privately(tmp_path / "a" / "key", b"s")
    finally:
        os.umask(old)
    assert seen == [0o600]


# Warnings


@pytest.mark.skipif(not shutil.which("git"), reason="git is not installed")
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


needs_git = pytest.mark.skipif(not shutil.which("git"), reason="git is not installed")


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


# Redaction


def test_what_was_resolved_or_delivered_is_redacted(root, base):
    it = vault(root)
    it.resolve(SecretRef(from_env="SET"), base)
    it.deliver(Sink(file="key"), base, "another secret of length")
    assert it.net.redact(f"a {SECRET} b another secret of length c") == "a (secret) b (secret) c"


def test_a_vault_shows_none_of_its_secrets(root, base):
    it = vault(root)
    it.resolve(SecretRef(from_env="SET"), base)
    assert SECRET not in repr(it)


@pytest.mark.parametrize("above", [".github", ".git", ".clerkform"])
def test_a_project_below_a_folder_that_is_off_limits_has_secrets(tmp_path, above):
    base = tmp_path / above / "clerk"
    (base / ".secrets").mkdir(parents=True)
    (base / ".secrets" / "key").write_text(SECRET)
    kept = vault(base)
    assert kept.resolve(SecretRef(from_file=".secrets/key"), base) == SECRET
    assert kept.check_sink(Sink(file=".secrets/new"), base) is None


@pytest.mark.parametrize(
    "path",
    [
        ".git/config", ".GIT/config", "deep/.Git/x", ".github/workflows/x.yaml", ".GitHub/x",
        ".clerkform/x", ".CLERKFORM/x", "clerkform.yaml", "CLERKFORM.yaml", "clerkform.YAML",
        "state/ledger.json", "State/Ledger.JSON", "state/ledger.json.lock", "state/LEDGER.json.LOCK",
    ],
)  # fmt: skip
def test_what_is_off_limits_is_so_however_it_is_spelled(root, path):
    kept = vault(root, ledgers=["state/ledger.json"])
    for problem in (
        refusal(lambda: kept.resolve(SecretRef(from_file=path), root)),
        kept.check_sink(Sink(file=path), root),
    ):
        assert problem.code == "off-limits"


def test_a_folder_that_the_operator_names_is_measured_from_there(root, tmp_path):
    around = tmp_path / ".github" / "keys"
    around.mkdir(parents=True)
    (around / "key").write_text(SECRET)
    kept = vault(root, secret_dirs=[around, tmp_path])
    assert kept.resolve(SecretRef(from_file=str(around / "key")), root) == SECRET
    problem = refusal(lambda: kept.resolve(SecretRef(from_file="../.github/other"), root))
    assert problem.code == "off-limits"
