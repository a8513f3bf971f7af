import os
import threading
from dataclasses import replace

import pytest

from clerkform.model.sink import NOWHERE, Sink
from tests.secrets.vaults import SECRET, SPAN, mode, prepare_files, python, refusal, vault


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
