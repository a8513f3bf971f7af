"""What the examples declare has no finding, in any environment."""

import pytest

from clerkform.kinds import KINDS
from clerkform.workflows.load import validate
from tests.shell import EXAMPLES


@pytest.mark.parametrize("name", sorted(path.name for path in EXAMPLES.iterdir()))
def test_an_example_has_no_finding(name):
    loaded = validate(EXAMPLES / name, None, KINDS, {})
    assert loaded
    assert [finding for one in loaded for finding in one.findings] == []
