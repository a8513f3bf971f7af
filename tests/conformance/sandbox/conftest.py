"""The sandbox under the clients and documents that Clerk publishes, in process and served."""

import pytest

from clerkform.sandbox import Settings
from tests import documents
from tests.conformance.sandbox.client import Client
from tests.conformance.sandbox.server import serving
from tests.documents import VERSIONS
from tests.sandbox.conftest import Api, Judge


@pytest.fixture(scope="session")
def judges():
    """A judge for each version whose document is at hand."""
    return {
        version: Judge(document) for version in VERSIONS if (document := documents.find(version))
    }


@pytest.fixture(scope="session")
def newest(judges):
    """The judge of the newest version."""
    return judges.get(VERSIONS[-1]) or Judge(documents.need())


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
