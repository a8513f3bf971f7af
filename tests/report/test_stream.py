import errno
import io
import os
from concurrent.futures import ThreadPoolExecutor

import pytest

from clerkform.report.stream import Stream


def test_whatever_is_written_is_redacted(tmp_path):
    with (tmp_path / "out").open("w") as file:
        stream = Stream(file)
        stream.redact = lambda text: text.replace("sk_test_1", "(secret)")
        stream.write("the key sk_test_1\n")
        stream.flush()
    assert (tmp_path / "out").read_text() == "the key (secret)\n"


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
