import io

from clerkform.report.progress import PATIENCE, Progress
from clerkform.report.stream import Stream


class Terminal(io.StringIO):
    def isatty(self):
        return True


def progress_on(file, monkeypatch, seconds):
    monkeypatch.setenv("TERM", "xterm")
    ticks = iter(seconds)
    return Progress(Stream(file), clock=lambda: next(ticks))


def test_a_short_run_shows_nothing(monkeypatch):
    file = Terminal()
    progress = progress_on(file, monkeypatch, [0, 0, PATIENCE / 2])
    progress.expect("reading")
    progress.request()
    progress.clear()
    assert file.getvalue() == ""


def test_a_long_run_says_how_far_it_is_and_leaves_nothing_behind(monkeypatch):
    file = Terminal()
    progress = progress_on(file, monkeypatch, [0, 0, *[PATIENCE] * 4])
    progress.expect("applying", 300)
    progress.request()
    progress.step()
    with progress.hidden():
        file.write("created organizations/acme\n")
    progress.step()
    progress.clear()
    assert "applying" in file.getvalue()
    assert "2/300" in file.getvalue()
    assert file.getvalue().endswith("\x1b[2K")


def test_without_a_terminal_there_is_none(monkeypatch):
    file = io.StringIO()
    progress = progress_on(file, monkeypatch, [0, 0])
    progress.expect("reading")
    progress.request()
    assert file.getvalue() == ""
