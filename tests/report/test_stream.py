import os

from clerkform.report.stream import Stream


def test_whatever_is_written_is_redacted(tmp_path):
    with (tmp_path / "out").open("w") as file:
        stream = Stream(file)
        stream.redact = lambda text: text.replace("sk_test_1", "(secret)")
        stream.write("the key sk_test_1\n")
    assert (tmp_path / "out").read_text() == "the key (secret)\n"


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
