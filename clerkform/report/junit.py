"""Tests of JWT templates as JUnit's XML, which CI systems show beside a pull request.

Source: the schema that Jenkins and GitLab read; ``file`` and ``line`` are pytest's and GitLab's.
"""

from __future__ import annotations

import re
from itertools import groupby
from typing import Any
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from clerkform.manifest.runners import unobeyed
from clerkform.report.views.json import JsonView
from clerkform.secrets.redaction import redacted_data

_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class JunitView(JsonView):
    """Collects what the JSON view does, and prints it in another form."""

    def close(self, code: int) -> None:
        root = _suites(redacted_data(self._document))
        indent(root)
        text = unobeyed(tostring(root, encoding="unicode"), lambda c: f"&#{ord(c)};")
        self._screen.out.write(f'<?xml version="1.0" encoding="UTF-8"?>\n{text}\n')
        self._screen.out.flush()


def _suites(document: dict[str, Any]) -> Element:
    tests, errors = document.get("tests", []), document["errors"]
    root = Element("testsuites", _counts(tests, errors))
    for template, those in groupby(tests, key=lambda test: test["template"]):
        own = list(those)
        suite = SubElement(root, "testsuite", {"name": _text(template), **_counts(own, [])})
        for test in own:
            _add_test(suite, test)
    if errors:
        suite = SubElement(root, "testsuite", {"name": "clerkform", **_counts([], errors)})
        for error in errors:
            _add_error(suite, error)
    return root


def _counts(tests: list[Any], errors: list[Any]) -> dict[str, str]:
    failed = sum(not test["passed"] for test in tests)
    counts = {"tests": len(tests) + len(errors), "failures": failed, "errors": len(errors)}
    return {name: str(count) for name, count in counts.items()}


def _add_test(suite: Element, test: dict[str, Any]) -> None:
    case = _case(suite, test["template"], test["name"], test["place"])
    if test["failures"]:
        messages = [failure["text"].partition("\n")[0] for failure in test["failures"]]
        failure = SubElement(case, "failure", {"message": _text("; ".join(messages))})
        failure.text = _text("\n".join(one["text"] for one in test["failures"]))


def _add_error(suite: Element, error: dict[str, Any]) -> None:
    """What kept the tests from running."""
    case = _case(suite, "clerkform", error["code"], error["place"])
    SubElement(case, "error", {"message": _text(error["message"])}).text = _text(
        error["hint"] or ""
    )


def _case(suite: Element, group: str, name: str, place: dict[str, Any] | None) -> Element:
    where = {"file": place["path"], "line": str(place["line"])} if place else {}
    said = {"classname": group, "name": name, **where}
    return SubElement(suite, "testcase", {key: _text(value) for key, value in said.items()})


def _text(text: str) -> str:
    """``text`` without the characters that XML cannot hold, not even escaped."""
    return _NOT_XML.sub("\ufffd", text)
