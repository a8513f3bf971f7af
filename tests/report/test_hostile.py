"""Nothing that a manifest, a file's name or a server says steers what shows it, in any format."""

import io
import json
import re
from xml.etree import ElementTree

import pytest
from hypothesis import example, given

from clerkform.diagnostics import Diagnostic, Source, Span
from clerkform.report.formatting import escaped
from clerkform.report.junit import JunitView
from clerkform.report.stream import Stream
from clerkform.report.view import FORMATS, Screen, Table, open_view
from clerkform.report.views.markdown import code, plain
from tests.report.hostile import obeyed, shown, strange, texts

SEVENTY = "`" * 90 + "<h1>x</h1>"


def printed(name, text):
    """What a format makes of ``text`` in every place that it can come to: the document, the rest."""
    out, err = io.StringIO(), io.StringIO()
    screen = Screen("show", out=Stream(out), err=Stream(err))
    view = JunitView(screen) if name == "junit" else open_view(name, screen)
    span = Span(Source(text, f"{text}\n{text}"), 1, 1)
    found = Diagnostic("code", text, span, text, related=((text, span),))
    view.findings([Diagnostic("code", text, None, text, "warning"), found])
    view.say(text, said=text)
    view.verbatim(text, "yaml", verbatim=text)
    rows = [{"a": text, "b": {text: [text]}}, {"a": span, "b": None}]
    view.table(Table("rows", ("a", "b"), rows, text, {text: text}))
    view.errors([found])
    view.close(1)
    return out.getvalue(), err.getvalue()


@pytest.mark.parametrize("name", [*FORMATS, "junit"])
@given(text=texts)
def test_no_line_is_one_that_a_runner_would_obey(name, text):
    for part in printed(name, text):
        assert obeyed(part) == []


@given(text=texts)
def test_a_machine_reads_back_what_was_said(text):
    document = json.loads(printed("json", text)[0])
    assert document["said"] == document["verbatim"] == document[text] == text
    assert document["rows"][0] == {"a": text, "b": {text: [text]}}
    assert document["errors"][0]["message"] == document["errors"][0]["place"]["path"] == text


@given(text=texts)
def test_a_report_of_tests_is_xml_and_holds_what_was_said(text):
    (error,) = ElementTree.fromstring(printed("junit", text)[0]).iter("error")
    assert (
        error.get("message").split()
        == re.sub(r"[^\t\n\r -\ud7ff\ue000-\ufffd]", "\ufffd", text).split()
    )


@example(SEVENTY)
@example("x` ``` <h1>PLAN APPROVED</h1><img src=http://e/x.png> @octocat ` z")
@example("``` <h1>No changes</h1> ` z ```")
@example("as in 923e0d6.")
@given(text=texts)
def test_markdown_is_text_and_code_and_nothing_else(text):
    assert strange(printed("markdown", text)[0]) == []


@example(SEVENTY)
@given(text=texts)
def test_markdown_shows_what_was_said(text):
    def words(said):
        said = said.replace("\\u005b", "[").replace("\\u003a", ":").replace("\\u0060", "`")
        return re.sub(r"[`\s]", "", said)

    for made in (code(text), plain(text), f"- **note**: {plain(text)}"):
        assert words(shown(made)).endswith(words(escaped(text)))


def test_a_fence_is_no_longer_than_a_renderer_reads():
    assert max(map(len, re.findall("`+", code(SEVENTY)))) <= 80
