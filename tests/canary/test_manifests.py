"""A mistake beside something sensitive is shown without it."""

import json

import pytest

from clerkform.cli import exits
from clerkform.source.hidden import hidden_lines

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


def test_every_other_line_is_quoted():
    text = (
        "jwt_templates:\n- claims:\n    a: b\n  signing_key: {from_env: X}\n"
        "organizations:\n- private_metadata:\n    a: b\n\n  - c\n  slug: x\n"
        "- slug: y\n  public_metadata: {private: 1}\n"
        "- {slug: z, private_metadata: {\n    a: b},\n  name: c}\n- slug: last\n"
    )
    sensitive = {"organizations": ["private_metadata"], "api_keys": ["claims"]}
    hidden = hidden_lines(text, sensitive, {"jwt_templates": ["signing_key"]})
    lines = text.split("\n")
    assert [lines[number - 1].strip() for number in sorted(hidden)] == [
        "- private_metadata:",
        "a: b",
        "",
        "- c",
        "- {slug: z, private_metadata: {",
        "a: b},",
        "name: c}",
    ]
