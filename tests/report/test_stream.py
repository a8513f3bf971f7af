import errno
import io
import os
import re
from concurrent.futures import ThreadPoolExecutor

import pytest

from clerkform.report.stream import Stream
from clerkform.secrets.redaction import opened_net
from tests.report.hostile import obeyed


def test_whatever_is_written_is_redacted(tmp_path):
    with (tmp_path / "out").open("w") as file, opened_net() as net:
        net.remember("sk_test_canary0123456789")
        Stream(file).write(
            "the key sk_test_canary0123456789, escaped: sk\\_test\\_canary0123456789\n"
        )
    assert (tmp_path / "out").read_text() == "the key (secret), escaped: (secret)\n"


@pytest.mark.parametrize(
    "pieces",
    [
        ["::error::x\n"],
        [" \t", ":", ":error::x"],
        ["a\r", "::error::x"],
        ["\x1b[1m", "::error::x"],
        ["a ##", "[add-mask]e"],
        ["a #", "#vso", "[task.setvariable variable=a]b"],
        [" " * 500, "::error::x"],
    ],
)
def test_a_command_of_a_runner_is_broken_however_it_is_written(pieces):
    file = io.StringIO()
    stream = Stream(file)
    for piece in pieces:
        assert stream.write(piece) == len(piece)
    assert obeyed(re.sub(r"\x1b\[1m", "", file.getvalue())) == []
    assert "\\u005b" in file.getvalue() or "\\u003a" in file.getvalue()


def test_what_is_no_command_stays():
    pieces = ["a ::error::x\n", "x" * 500, "::error::x\n## [a] #[b] a::b\n"]
    file = io.StringIO()
    stream = Stream(file)
    for piece in pieces:
        stream.write(piece)
    assert file.getvalue() == "".join(pieces)


def test_a_reader_that_leaves_does_not_end_the_run():
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "w") as file:
        stream = Stream(file)
        assert stream.failure is None
        stream.write("nobody reads this")
        stream.flush()
        stream.write("nor this")
        stream.flush()
        assert stream.failure.errno == errno.EPIPE


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="only Linux has a disk that is full")
def test_a_full_disk_does_not_end_the_run():
    with open("/dev/full", "w") as file:
        stream = Stream(file)
        stream.write("nothing fits\n" * 100_000)
        stream.flush()
        assert stream.failure.errno == errno.ENOSPC


def test_a_pipe_that_does_not_block_is_written_to_the_end():
    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    text = "a line of a long document\n" * 50_000
    with ThreadPoolExecutor() as pool, os.fdopen(reading) as reader:
        read = pool.submit(reader.read)
        with os.fdopen(writing, "w") as file:
            stream = Stream(file)
            stream.write(text)
            stream.flush()
            assert stream.failure is None
        assert read.result() == text


def test_what_the_encoding_lacks_is_escaped(tmp_path):
    with (tmp_path / "out").open("w", encoding="ascii") as file:
        stream = Stream(file)
        stream.write("60 → 300, \ud800")
        stream.flush()
    assert (tmp_path / "out").read_text() == "60 \\u2192 300, \\ud800"


@pytest.mark.parametrize("how", [{"line_buffering": True}, {"write_through": True}])
def test_a_line_of_a_log_is_seen_at_once(tmp_path, how):
    with (tmp_path / "log").open("wb") as binary, io.TextIOWrapper(binary, **how) as file:
        stream = Stream(file)
        stream.write("begin\n")
        assert (tmp_path / "log").read_text() == "begin\n"
