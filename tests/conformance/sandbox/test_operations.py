"""Every operation through Clerk's SDK, in both versions; the document judges each answer."""

import pytest

from clerkform.sandbox.routes import operations
from tests.conformance.sandbox.client import named, pattern
from tests.conformance.sandbox.exercises import EXERCISES, KNOBS

IMPLEMENTED = sorted({named(operation) for operation in operations()})


@pytest.mark.filterwarnings("ignore:.*DEPRECATED:DeprecationWarning")  # the SDK warns of itself
@pytest.mark.parametrize("name", IMPLEMENTED)
def test_the_sdk_can_use_it(connect, version, name):
    client = connect(version, **KNOBS.get(name, {}))
    EXERCISES[name](client)
    method, paths = name.split(" ")[0], pattern(name)
    answered = [
        exchange.status
        for exchange in client.exchanges
        if exchange.method == method and paths.fullmatch(exchange.path)
    ]
    assert answered, f"the exercise never called {name}"
    assert all(200 <= status < 300 for status in answered)
    # Clerk's JavaScript SDK reads JSON under exactly this type, without a charset.
    types = {exchange.content_type for exchange in client.exchanges if exchange.status != 204}
    assert types <= {"application/json"}
