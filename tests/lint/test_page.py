"""The page of rules says what the rules are."""

import re
from pathlib import Path

import yaml

from clerkform.lint.page import build_page
from clerkform.lint.run import RULES
from clerkform.project import ProjectFile
from tests.lint.linting import claims, findings

PAGE = (Path(__file__).parents[2] / "docs" / "lint.md").read_text()


def test_the_page_is_up_to_date():
    """``python -m clerkform.lint.page docs/lint.md`` writes it."""
    assert build_page() == PAGE


def test_what_the_page_says_of_muting_works():
    on_line, in_project = re.findall(r"^```yaml\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)[:2]
    assert findings(claims("aud: x", fields=f"    {on_line}")) == ()
    assert findings(claims("aud: x", fields=f"    {on_line.partition('#')[0]}\n")) != ()
    project = ProjectFile.model_validate({"version": 1, **yaml.safe_load(in_project)})
    assert set(project.lint.ignore) <= RULES.keys()
