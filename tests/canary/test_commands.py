"""No command says a secret, in any format and at any verbosity, where nothing goes wrong."""

from itertools import product

import pytest

from clerkform.cli import exits
from tests.canary.world import World

WRITE = ("--auto-approve", "--allow-delete", "organizations/acme")
LOGS = ((), ("-v",), ("-vv",), ("-v", "--log-format", "json"), ("-vv", "--log-format", "json"))
STYLES = [(("--format", f, *log)) for f, log in product(("text", "json", "markdown"), LOGS)]
READING = (
    ("validate",),
    ("plan",),
    ("list",),
    ("drift", "--fail-on", "any"),
    ("show", "organizations/acme"),
    ("show", "api_keys/acme/in-env-file"),
    ("show", "jwt_templates/from-env"),
    ("jwt", "lint"),
    ("jwt", "render", "from-env"),
    ("pull", "-o", "-"),
    ("pull", "-o", "-", "--with", "organizations,api_keys"),
)


def look(world: World, style: tuple[str, ...]) -> None:
    for command in READING:
        done = world(*command, *style)
        assert done.code in (exits.DONE, exits.PENDING), done.text


@pytest.mark.parametrize("style", STYLES, ids=" ".join)
def test_no_command_says_a_secret(world, style):
    for word in ("first", "second"):
        look(world, style)
        world("plan", "-o", "p.json", *style, code=exits.DONE)
        world("show", "--plan", "p.json", *style, code=exits.DONE)
        world("apply", "p.json", *style, code=exits.DONE)
        world.check_delivered()
        metadata, claim = f"METADATA {word}", f"CLAIM {word}"
        world.check_arrived([f"the {word} signing key", metadata, claim])
        look(world, style)
        if word == "first":
            world.drift("elsewhere")
            look(world, style)
            world.rotate("second")
            world.declare("second")
    world.check_arrived([name for name in world.secrets if name.startswith("the key ")])
    again = ("--resend", "jwt_templates/*", "--deliver", "api_keys/*")
    world("apply", *WRITE, *again, *style, code=exits.DONE)
    world("apply", *WRITE, "--replace", "api_keys/*", *style, code=exits.DONE)
    world.check_delivered()
    world("destroy", *WRITE, *style, code=exits.DONE)
    assert world.app.state.store.select("organizations") == []


def test_what_is_sensitive_is_pulled_where_it_is_asked_for_and_nothing_else_is(world):
    """Whoever says ``--with metadata`` wants it: it is in the manifests, and in no log."""
    world("apply", *WRITE, code=exits.DONE)
    asked = ("pull", "--with", "organizations,api_keys,metadata", "-vv")
    world(*asked, "-o", "pulled", code=exits.DONE)
    pulled = "".join(path.read_text() for path in (world.root / "pulled").iterdir())
    assert world.sensitive["METADATA first"] in pulled
    assert world.sensitive["CLAIM first"] in pulled
    assert world.sensitive["METADATA first"] in world(*asked, "-o", "-", pulls=True).out


def test_what_starts_or_tests_a_project_says_none(world):
    world("init", "--ci", "github", code=None)
    world("jwt", "test", code=exits.DONE)
    world("jwt", "test", "--format", "junit", code=exits.DONE)
    signed = world("jwt", "render", "from-env", "--sign", code=exits.DONE)
    assert signed.out.count(".") > 2
