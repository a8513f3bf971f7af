"""The sandbox served by a process of its own, as a user would serve it."""

import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

_SCRIPT = """
import sys
from pathlib import Path
from clerkform.sandbox import Settings
from clerkform.sandbox.serve import serve
serve("127.0.0.1", 0, Settings(), Path(sys.argv[1]) if sys.argv[1:] else None)
"""


@dataclass
class Server:
    url: str
    """Ends in the version, ``/v1``."""
    process: subprocess.Popen[str] = field(repr=False)

    @property
    def origin(self) -> str:
        return self.url.removesuffix("/v1")

    @property
    def address(self) -> tuple[str, int]:
        host, _, port = self.origin.removeprefix("http://").rpartition(":")
        return host, int(port)


@contextmanager
def serving(folder: Path, state: Path | None = None) -> Iterator[Server]:
    """``folder`` keeps what the server says of itself; it must have said nothing of a failure."""
    log = folder / "stderr.txt"
    command = [sys.executable, "-c", _SCRIPT, *([str(state)] if state else [])]
    with (
        log.open("w") as errors,
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=errors, text=True) as process,
    ):
        try:
            line = process.stdout.readline() if process.stdout else ""
            found = re.search(r"http://\S+", line)
            if found is None:
                raise RuntimeError(f"the sandbox did not start: {log.read_text()}")
            yield Server(found[0], process)
        finally:
            process.kill()
    assert "Traceback" not in log.read_text(), log.read_text()
