import xml.etree.ElementTree as ET

from clerkform.report.junit import JunitView
from clerkform.report.view import Screen


def test_what_xml_cannot_hold_is_replaced(capsys):
    view = JunitView(Screen())
    passed = {"template": "jwt_templates/a", "place": None, "passed": True, "failures": []}
    view.say("", tests=[{**passed, "name": "bell \x07, \ud800, <&>"}])
    view.close(0)
    (case,) = ET.fromstring(capsys.readouterr().out).iter("testcase")
    assert case.get("name") == "bell \ufffd, \ufffd, <&>"
    assert case.get("file") is None


def test_no_tests_are_a_document_too(capsys):
    view = JunitView(Screen())
    view.close(1)
    assert ET.fromstring(capsys.readouterr().out).get("tests") == "0"
