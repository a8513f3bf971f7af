"""What the Frontend API answers anybody is no way for a secret into an output or a file."""

import httpx
import pytest

from tests.canary.test_failures import APPLY, SERVERS
from tests.canary.world import PUBLIC
from tests.errors.findings import write
from tests.virtual import check_told

SETTINGS = """\
instance_settings: {support_email: help@example.com, clerk_js_version: "5"}
"""
COMMANDS = (
    ("plan", "-o", "p.json", "--format", "json"),
    ("show", "instance_settings"),
    ("drift", "--format", "markdown"),
    ("pull", "-o", "here"),
    (*APPLY, "-vv", "--log-format", "json"),
    ("drift", "-vv"),
)


@pytest.fixture
def declared(world):
    write(world.root, {"settings.yaml": SETTINGS})
    world.environ["CLERKFORM_DEBUG"] = "1"
    return world


def known(world):
    """Secrets that every run knows."""
    return [world.secrets["the instance's key"], world.secrets["another instance's key"]]


def strike(world, answer):
    """``answer`` in the place of the Frontend API; it is given what nobody may see."""

    def answered(request):
        if request.url.path not in PUBLIC:
            return None
        return answer("\n".join(known(world)), request)

    world.answer = answered


def run_all(world):
    for command in COMMANDS:
        check_told(world(*command))
    assert "/.well-known/jwks.json" in world.public


@pytest.mark.parametrize(
    "server", ["quoting-422", "page", "elsewhere", "useless", "broken", "illegal"]
)
def test_no_frontend_gets_a_secret_printed_or_kept(declared, server):
    """One of no use: it fails, or answers something else."""
    strike(declared, SERVERS[server])
    run_all(declared)


@pytest.mark.parametrize("name", ["support_email", "clerk_js_version", "application_name"])
def test_no_document_that_shows_a_secret_has_it_printed_or_kept(declared, name):
    """In the place of a setting, or elsewhere."""
    shown = []

    def shows(text, request):
        if request.url.path != "/v1/environment":
            return None
        shown.append(text.partition("\n")[0])
        return httpx.Response(200, json={"display_config": {name: shown[-1]}})

    strike(declared, shows)
    run_all(declared)
    assert set(shown) == {known(declared)[0]}
