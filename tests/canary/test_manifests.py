"""A mistake beside something sensitive is shown without it."""

import json

import pytest

from clerkform.cli import exits
from tests.canary.encodings import leaks
from tests.canary.world import KEY
from tests.virtual import run

CANARY = "canaryMetadata0123456789"
ORGANIZATION = "organizations:\n  - slug: acme\n    private_metadata: "
TEMPLATE = "jwt_templates:\n  - name: t\n    claims: {}\n    signing_key: "
MISTAKES = {
    "no map": f"{ORGANIZATION}{CANARY}\n",
    "a list": f"{ORGANIZATION}[{CANARY}]\n",
    "a key twice": f"{ORGANIZATION}{{x: {CANARY}, x: {CANARY}}}\n",
    "a merge key": f"{ORGANIZATION}{{<<: {{x: {CANARY}}}}}\n",
    "a tab": f"{ORGANIZATION}\n\t  x: {CANARY}\n",
    "an open bracket": f"{ORGANIZATION}{{x: {CANARY}\n",
    "an alias": f"{ORGANIZATION}{{x: *{CANARY}}}\n",
    "a variable": f"{ORGANIZATION}{{x: '${{foo}} {CANARY}'}}\n",
    "a form": f"{ORGANIZATION}{{from_env: {CANARY}}}\n",
    "a number": f"{ORGANIZATION}{{x: .inf, y: {CANARY}}}\n",
    "a shortcode": f"{ORGANIZATION}{{x: {{{{user.id}}}}, y: {CANARY}}}\n",
    "its neighbour": "organizations:\n"
    f"  - {{slug: acme, nam: x, private_metadata: {{x: {CANARY}}}}}\n",
    "a block": f"{ORGANIZATION}\n      deep:\n        - {CANARY}: [\n",
    "a list below its key": f"api_keys:\n- claims:\n  - x: {CANARY}: y\n",
    "claims": f"api_keys: [{{name: ab, subject: x, claims: {{x: {CANARY}}}}}]\n",
    "JSON": f'{{"api_keys": [{{"nam": 1, "claims": ["{CANARY}"]}}]}}\n',
    "a file": f"{ORGANIZATION}{{from_file: metadata.json}}\n",
    "a literal key": f"{TEMPLATE}{CANARY}\n",
    "a literal key and its neighbour": "jwt_templates:\n"
    f"  - {{name: t, signing_key: {CANARY}, odd: 1}}\n",
    "a literal key in a block": f"{TEMPLATE}|\n      {CANARY}\n    odd: 1\n",
    "an explicit key": "organizations:\n  - slug: acme\n    u: !!x 1\n    ? private_metadata\n"
    f"    : {{t: {CANARY}, u: !!x 1}}\n",
    "an escaped key": "organizations:\n"
    f'  - {{slug: acme, u: !!x 1, "private\\x5fmetadata": {{t: {CANARY}}}}}\n',
    "a line that is not indented": "organizations: [{slug: acme, private_metadata:\n"
    f"{{x: 1,\nu: !!x 1, y: {CANARY}}}}}]\n",
    "an anchor elsewhere": f"odd: &m {{t: {CANARY}, u: !!x 1}}\n{ORGANIZATION}*m\n",
    "a misspelt section": "organisations: [{slug: acme, private_metadata: {x: CANARY}}]\n".replace(
        "CANARY", CANARY
    ),
    "a misspelt literal key": f"{TEMPLATE}null\n    signingkey: {CANARY}\n",
    "a misspelt literal key in a block": f"{TEMPLATE}null\n    signing-key: |\n      {CANARY}\n",
    "an open literal key": f"{TEMPLATE}'{CANARY}\n",
}


@pytest.mark.parametrize("output", ["text", "json", "markdown"])
@pytest.mark.parametrize("mistake", MISTAKES)
def test_the_line_of_a_mistake_is_not_quoted_where_it_is_sensitive(world, mistake, output):
    world.sensitive["what stands there"] = CANARY
    (world.root / "clerk.yaml").write_text(MISTAKES[mistake])
    (world.root / "metadata.json").write_text(json.dumps({"x": CANARY})[:-1] + ",}")
    try:
        for command in ("validate", "plan"):
            done = world(command, "--format", output, code=exits.WRONG)
            assert "clerk.yaml" in done.text or "metadata.json" in done.text
    finally:
        (world.root / "metadata.json").unlink()
    assert world.headers == set()


PROJECTS = {
    "at the top": f"version: 1\nsecret_key: {KEY}\n",
    "misspelt": f"version: 1\nenvironments:\n  real: {{secret-key: {KEY}}}\n",
    "where a variable's name belongs": (
        f"version: 1\nenvironments:\n  real: {{secret_key: {{from_env: {KEY}}}}}\n"
    ),
    "as a name": f"version: 1\n{KEY}: 1\n",
    "as an environment": f"version: 1\nenvironments:\n  {KEY}: {{odd: 1}}\n",
    "as the default": f"version: 1\ndefault_environment: {KEY}\n",
    "in what cannot be read": f"version: 1\nenvironments: {{real: {{secret_key: {KEY}\n",
}


@pytest.mark.parametrize("output", ["text", "json", "markdown"])
@pytest.mark.parametrize("place", PROJECTS)
def test_no_key_that_stands_in_the_project_file_is_quoted(world, place, output):
    """The run ends before there is a session, which knows the key as one."""
    (world.root / "clerkform.yaml").write_text(PROJECTS[place])
    for command in ("validate", "plan", "pull", "jwt lint"):
        done = run(world.root, world.environ, *command.split(), "--format", output)
        assert done.code == exits.WRONG
        assert "clerkform.yaml" in done.text
        assert leaks(done.text, {"the key": KEY}) == []
