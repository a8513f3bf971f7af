"""What is muted, and in which order the rest comes."""

from clerkform.lint.run import RULES
from tests.lint.linting import claims, findings, said

ROLE = 'role: "{{user.unsafe_metadata.role}}"'


def test_a_comment_on_the_line_mutes_the_codes_that_it_names():
    assert said(claims(f"{ROLE} # clerkform: ignore[writable-role]")) == []
    assert said(claims(f"{ROLE} # clerkform: ignore[long-lifetime, writable-role] because")) == []
    assert said(claims(f"{ROLE} # a reason # clerkform:ignore[writable-role]")) == []


def test_a_comment_mutes_nothing_else():
    still = ["4:13 error writable-role"]
    assert said(claims(f"{ROLE} # clerkform: ignore[token-size]")) == still
    assert said(claims(f"{ROLE} # clerkform: ignore[]")) == still
    assert said(claims(f"{ROLE} # clerkform: ignore")) == still
    assert said(claims(ROLE, "aud: x # clerkform: ignore[writable-role]")) == still


def test_a_rule_can_be_muted_everywhere():
    text = claims(ROLE, "a: null")
    assert [one.code for one in findings(text, ["writable-role"])] == ["always-null"]
    assert findings(text, RULES) == ()


def test_findings_come_in_source_order():
    text = claims("a: null", ROLE, "sub: x")
    assert [line.split()[2] for line in said(text)] == [
        "always-null",
        "writable-role",
        "reserved-claim",
    ]


def test_the_same_mistake_twice_in_a_claim_is_said_once():
    assert said(claims('a: "{{user.firstName}}{{user.firstName}}"')) == [
        "4:10 error unknown-shortcode"
    ]
