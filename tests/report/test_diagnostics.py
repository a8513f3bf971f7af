from clerkform.diagnostics import Diagnostic, Source, Span
from clerkform.report.counts import counted_findings
from clerkform.report.diagnostics import WIDEST, rendered
from clerkform.secrets.redaction import opened_net


def lines(found):
    return [line.plain for line in rendered(found)]


def at(line, column, path="clerk/a.yaml"):
    return Span(Source(path, line), 1, column)


def test_a_finding_shows_its_place_the_line_a_caret_and_a_hint():
    found = Diagnostic("wrong-value", "must be at least 30", at("lifetime: 7", 11), "write 60")
    assert lines(found) == [
        "clerk/a.yaml:1:11: error[wrong-value]: must be at least 30",
        "    1 | lifetime: 7",
        "                  ^",
        "  = hint: write 60",
    ]


def test_the_caret_stands_under_the_column_after_tabs():
    quoted, caret = lines(Diagnostic("x", "y", at("\tkey: v", 7)))[1:3]
    assert quoted == "    1 |     key: v"
    assert caret.index("^") == quoted.index("v")


def test_the_caret_stands_under_the_column_after_wide_characters():
    _, caret = lines(Diagnostic("x", "y", at("名前: v", 5)))[1:3]
    assert caret.index("^") == len("    1 | ") + 6


def test_of_a_long_line_the_part_around_the_caret_is_quoted():
    quoted, caret = lines(Diagnostic("x", "y", at("a" * 500 + "B" + "c" * 500, 501)))[1:3]
    assert len(quoted) < WIDEST + 20
    assert quoted[caret.index("^")] == "B"


def test_a_line_that_may_hold_a_secret_is_not_quoted():
    found = Diagnostic("literal-secret", "no", at("key: sk_live_1", 6), quotes_line=False)
    assert lines(found) == ["clerk/a.yaml:1:6: error[literal-secret]: no"]


def test_related_places_follow():
    found = Diagnostic(
        "declared-twice", "twice", None, related=(("first declared here", at("x", 1, "b.yaml")),)
    )
    assert lines(found) == [
        "error[declared-twice]: twice",
        "  = note: first declared here: b.yaml:1:1",
    ]


def test_a_line_and_a_message_cannot_steer_a_terminal():
    found = Diagnostic("x", "holds \x1b[2J", at("a: \x1b[31m", 4))
    assert all(line.isprintable() for line in lines(found))


def test_a_place_past_the_end_of_a_file_quotes_nothing():
    assert len(lines(Diagnostic("x", "y", Span(Source("a.yaml", "one"), 9, 1)))) == 1


def test_findings_are_counted_in_words():
    error, warning = Diagnostic("a", "b"), Diagnostic("a", "b", severity="warning")
    assert counted_findings([error, error, error, warning]) == "3 errors, 1 warning"


def test_a_line_with_a_secret_that_is_known_is_not_quoted_not_even_in_part():
    line = f"{'a' * 150}a-secret-of-some-length{'b' * 500}"
    with opened_net() as net:
        net.remember("a-secret-of-some-length")
        for column in (1, 100, 160):
            assert len(lines(Diagnostic("x", "y", at(line, column)))) == 1
    assert len(lines(Diagnostic("x", "y", at(line, 160)))) == 3
