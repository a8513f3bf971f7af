import os
import stat
from pathlib import Path

from clerkform.private_files import write_privately


def test_what_is_written_is_private_from_the_start(tmp_path, monkeypatch):
    seen = []
    replace = os.replace

    def watched(source, target):
        seen.append(stat.S_IMODE(Path(source).stat().st_mode))
        replace(source, target)

    monkeypatch.setattr(os, "replace", watched)
    old = os.umask(0)
    try:
        write_privately(tmp_path / "a" / "key", b"s")
    finally:
        os.umask(old)
    assert seen == [0o600]
