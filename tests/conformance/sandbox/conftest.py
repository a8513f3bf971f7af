"""The sandbox under the clients and documents that Clerk publishes, in process and served."""

import pytest
import yaml

from clerkform.sandbox import Settings
from tests.conformance.sandbox.client import Client
from tests.conformance.sandbox.server import serving
from tests.sandbox.conftest import DOCUMENT, Api, Judge

VERSIONS = ("2025-11-10", "2026-05-12")


@pytest.fixture(scope="session")
def judges():
    """A judge for each version whose document is at hand."""
    paths = {version: DOCUMENT.with_name(f"bapi-{version}.yml") for version in VERSIONS}
    return {
        version: Judge(yaml.load(path.read_text(), yaml.CSafeLoader))
        for version, path in paths.items()
        if path.is_file()
    }


@pytest.fixture(scope="session")
def newest(judges):
    """The judge of the newest version."""
    if VERSIONS[-1] not in judges:
        pytest.skip("the OpenAPI document is not beside this checkout")
    return judges[VERSIONS[-1]]


@pytest.fixture(params=VERSIONS)
def version(request):
    return request.param


@pytest.fixture
def connect(judges):
    """``connect(version, slugs=False)`` is Clerk's SDK before a sandbox with these settings."""

    def connected(version=VERSIONS[-1], **knobs):
        return Client(Api(Settings(**knobs), judges.get(version), version=version))

    return connected


@pytest.fixture
def client(connect):
    return connect()


@pytest.fixture(scope="session")
def server(tmp_path_factory):
    """One served sandbox for all tests of a process; each test brings a key of its own."""
    with serving(tmp_path_factory.mktemp("served")) as server:
        yield server
