from clerkform.kinds import KINDS
from clerkform.model import Op
from tests.made_up import TEAMS


def test_a_collection_has_its_objects_below_it():
    endpoints = TEAMS.endpoints
    assert endpoints.create == Op("POST", "/teams")
    assert endpoints.get == Op("GET", "/teams/{id}")
    assert endpoints.update == Op("PATCH", "/teams/{id}")
    assert endpoints.removal(None) == endpoints.delete == Op("DELETE", "/teams/{id}")
    assert endpoints.reads.params == {"paginated": "true"}
    assert KINDS["redirect_urls"].endpoints.update is None
    assert KINDS["allowlist_identifiers"].endpoints.get is None


def test_a_removal_is_the_one_that_is_named_or_the_first():
    endpoints = KINDS["api_keys"].endpoints
    assert endpoints.removal(None) == endpoints.removal("revoke")
    assert endpoints.removal("revoke").path == "/api_keys/{id}/revoke"
    assert endpoints.removal("delete") == Op("DELETE", "/api_keys/{id}")
