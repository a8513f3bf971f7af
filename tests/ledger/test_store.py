"""What every store must do, whatever it is kept in."""

import os
import stat
import subprocess
import sys

import pytest

from clerkform.discovery import exports
from clerkform.ledger import backends
from clerkform.ledger.store import StoreFailed, StoreLocked, open_store

BACKENDS = exports(backends, "BACKEND")


@pytest.fixture(params=sorted(BACKENDS))
def store(request, tmp_path):
    return BACKENDS[request.param](".clerkform/ledger.test.json", tmp_path)


def test_what_was_written_last_is_read(store):
    assert store.read() is None
    for content in (b"one", b"", b"three"):
        store.write(content)
        assert store.read() == content


def test_what_is_set_aside_is_kept_under_a_name_of_its_own(store, tmp_path):
    names = []
    for content in (b"one", b"two"):
        store.write(content)
        names.append(store.set_aside())
        assert store.read() is None
    assert [(tmp_path / name).read_bytes() for name in names] == [b"one", b"two"]


def test_only_one_holds_the_lock(store):
    with store.lock():
        with pytest.raises(StoreLocked, match="another apply"), store.lock():
            raise AssertionError
        store.write(b"while locked")
    with store.lock():
        pass


def test_a_process_that_was_killed_holds_no_lock(tmp_path):
    code = (
        "import os, signal, sys; from pathlib import Path\n"
        "from clerkform.ledger.store import open_store\n"
        "lock = open_store('l.json', Path(sys.argv[1])).lock(); lock.__enter__()\n"
        "print('locked', flush=True); signal.pause()"
    )
    store = open_store("l.json", tmp_path)
    with subprocess.Popen(
        [sys.executable, "-c", code, str(tmp_path)], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout.readline() == "locked\n"
        with pytest.raises(StoreLocked, match=f"process {process.pid}"), store.lock():
            raise AssertionError
        process.kill()
        process.wait()
        with store.lock():
            pass


class TestFile:
    @pytest.fixture
    def store(self, tmp_path):
        return open_store(".clerkform/ledger.test.json", tmp_path)

    def test_its_owner_alone_can_read_it_and_git_leaves_it_alone(self, store, tmp_path):
        os.umask(os.umask(0o000))
        store.write(b"{}")
        path = tmp_path / store.place
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
        assert (path.parent / ".gitignore").read_text() == "*\n"

    def test_a_link_is_neither_read_nor_written(self, store, tmp_path):
        outside = tmp_path.parent / f"{tmp_path.name}.secret"
        outside.write_text("precious")
        (tmp_path / ".clerkform").mkdir()
        (tmp_path / store.place).symlink_to(outside)
        for attempt in (store.read, lambda: store.write(b"x"), store.set_aside):
            with pytest.raises(StoreFailed, match="a link is on the way"):
                attempt()
        with pytest.raises(StoreFailed, match="a link"), store.lock():
            raise AssertionError
        assert outside.read_text() == "precious"

    def test_a_link_in_the_place_of_the_lock_is_not_followed(self, store, tmp_path):
        outside = tmp_path.parent / f"{tmp_path.name}.precious"
        outside.write_text("precious")
        (tmp_path / ".clerkform").mkdir()
        (tmp_path / f"{store.place}.lock").symlink_to(outside)
        with pytest.raises(StoreFailed, match="cannot be locked"), store.lock():
            raise AssertionError
        assert outside.read_text() == "precious"

    def test_a_folder_in_its_place_is_said(self, store, tmp_path):
        (tmp_path / store.place).mkdir(parents=True)
        with pytest.raises(StoreFailed, match="no file that a ledger fits in"):
            store.read()
        with pytest.raises(StoreFailed, match="cannot be written: Is a directory"):
            store.write(b"x")

    def test_a_write_that_fails_leaves_what_was_there(self, store, tmp_path, monkeypatch):
        store.write(b"before")

        def full(*_):
            raise OSError(28, "No space left on device")

        monkeypatch.setattr(os, "fsync", full)
        with pytest.raises(StoreFailed, match="cannot be written: No space left on device"):
            store.write(b"after")
        assert store.read() == b"before"
        assert sorted(p.name for p in (tmp_path / ".clerkform").iterdir()) == [
            ".gitignore",
            "ledger.test.json",
        ]
