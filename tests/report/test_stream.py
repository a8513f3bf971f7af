import os

from clerkform.redaction import opened_net
from clerkform.report.stream import Stream


def test_whatever_is_written_is_redacted(tmp_path):
    with (tmp_path / "out").open("w") as file, opened_net() as net:
        net.remember("sk_test_canary0123456789")
        Stream(file).write(
            "the key sk_test_canary0123456789, escaped: sk\\_test\\_canary0123456789\n"
        )
    assert (tmp_path / "out").read_text() == "the key (secret), escaped: (secret)\n"


def test_a_reader_that_leaves_does_not_end_the_run():
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "w") as file:
        stream = Stream(file)
        stream.write("nobody reads this")
        stream.flush()
        stream.write("nor this")
        stream.flush()


def test_what_the_encoding_lacks_is_escaped(tmp_path):
    with (tmp_path / "out").open("w", encoding="ascii") as file:
        Stream(file).write("60 → 300, \ud800")
    assert (tmp_path / "out").read_text() == "60 \\u2192 300, \\ud800"
