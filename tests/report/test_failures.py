"""A failed step points at what the manifest says about it."""

from pathlib import Path

import pytest

from clerkform.apply.run import DroppedFields, Failed, StepCrashed
from clerkform.diagnostics import Diagnostic, Problems
from clerkform.diff.actions import diff
from clerkform.diff.match import match
from clerkform.diff.rules import Rules
from clerkform.errors import ApiError, ClerkErrorItem, ManifestError, UsageError
from clerkform.kinds import KINDS
from clerkform.live.state import Live
from clerkform.plan.build import build_plan
from clerkform.plan.limits import Instance
from clerkform.project import Environment
from clerkform.report.failures import diagnose
from clerkform.workflows.load import Loaded
from clerkform.workflows.planned import Planned
from clerkform.workflows.request import Asked
from tests.support import desired_from

MANIFEST = """\
organizations:
  - slug: acme
    name: Acme
    private_metadata: {note: one}
api_keys:
  - name: billing
    subject: {organization: acme}
    secret_to: none
"""


@pytest.fixture
def planned():
    desired = desired_from(MANIFEST)
    matched = match(desired, Live(), KINDS, Problems())
    plan = build_plan(diff(matched, Live(), KINDS, Rules(), Problems()))
    loaded = Loaded(Environment("staging", Path("."), has_siblings=True), desired)
    return Planned(loaded, Asked(), plan, Live(), matched, Instance("ins_1", "development"))


def failed(planned, address, error):
    step = next(s for s in planned.plan.steps if str(s.address) == address)
    return diagnose(Failed(step, error), planned)


def refused(param, status=422, **more):
    item = ClerkErrorItem("form_param_format_invalid", "is not right", param)
    return ApiError("POST", "/organizations", status=status, items=[item], **more)


@pytest.mark.parametrize(
    ("param", "line"), [("name", 3), ("private_metadata.note", 4), ("unheard_of", 2), (None, 2)]
)
def test_a_refused_value_points_at_its_field_if_that_is_declared(planned, param, line):
    found = failed(planned, "organizations/acme", refused(param))
    assert found.code == "step-failed"
    assert found.span.line == line
    assert "create organizations/acme failed: " in found.message
    assert "is not right" in found.message


def test_a_sensitive_line_is_not_quoted(planned):
    found = failed(planned, "organizations/acme", refused("private_metadata"))
    assert not found.quotes_line


def test_other_failures_point_at_the_item(planned):
    assert failed(planned, "organizations/acme", refused("name", status=403)).span.line == 2


def test_a_write_that_nobody_knows_about_has_a_code_of_its_own(planned):
    error = ApiError("POST", "/organizations", detail="reset", may_have_acted=True)
    assert failed(planned, "organizations/acme", error).code == "step-unknown"


def test_a_secret_that_nobody_holds_names_the_remedy(planned):
    problem = Diagnostic("command-failed", "`op` failed", hint="run it by hand")
    found = failed(planned, "api_keys/acme/billing", ManifestError([problem]))
    assert (found.code, found.span.line) == ("command-failed", 6)
    assert found.hint.startswith("run it by hand; ")
    assert "clerkform apply -e staging --replace api_keys/acme/billing" in found.hint


def test_a_field_that_was_dropped_is_pointed_at(planned):
    step = planned.plan.steps[0]
    assert str(step.address) == "organizations/acme"
    found = diagnose(Failed(step, DroppedFields(step, ["name"])), planned)
    assert (found.code, found.span.line) == ("dropped-fields", 3)
    assert "clerkform plan -e staging" in found.hint


def test_a_secret_that_was_never_shown_names_the_remedy(planned):
    step = next(s for s in planned.plan.steps if s.address.kind == "api_keys")
    found = diagnose(Failed(step, DroppedFields(step, ["secret"])), planned)
    assert "--replace" in found.hint


@pytest.mark.parametrize("error", [StepCrashed("KeyError in x"), UsageError("not so", hint="do")])
def test_whatever_else_failed_is_said(planned, error):
    found = failed(planned, "organizations/acme", error)
    assert found.code == "step-failed"
    assert str(error) in found.message
