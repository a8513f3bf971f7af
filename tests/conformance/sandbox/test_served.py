"""One of each kind through Clerk's Python SDK over HTTP, with no more than a ``server_url``."""

from urllib.parse import urlsplit

import clerk_backend_api
import httpx
import pytest

from tests.shell import PATIENCE


@pytest.fixture
def clerk(server, request):
    key = f"sk_test_{request.node.name}"
    waits = int(PATIENCE * 1000)
    with clerk_backend_api.Clerk(bearer_auth=key, server_url=server.url, timeout_ms=waits) as clerk:
        yield clerk


def test_what_it_writes_is_read_back_by_it_and_at_the_frontends_host(clerk, server):
    settings = clerk.instance_settings
    origins = ["https://a.example", "capacitor://localhost"]
    written = {"test_mode": False, "hibp": False, "support_email": "help@example.com"}
    settings.update(request={**written, "allowed_origins": origins})
    settings.update_restrictions(request={"blocklist": True})
    (admin,) = clerk.organization_roles.list(query="org:admin").data
    organizations = settings.update_organization_settings(
        request={"max_allowed_memberships": 9, "domains_default_role_id": admin.id}
    )
    assert settings.get().allowed_origins == origins
    assert settings.get_organization_settings() == organizations
    (domain,) = clerk.domains.list().data
    host = {"Host": urlsplit(domain.frontend_api_url).netloc}
    with httpx.Client(headers=host, trust_env=False, timeout=PATIENCE) as http:
        document = http.get(f"{server.url}/environment").json()
        (key,) = http.get(f"{server.origin}/.well-known/jwks.json").json()["keys"]
    assert document["auth_config"]["test_mode"] is False
    assert document["display_config"]["support_email"] == "help@example.com"
    users, of_all = document["user_settings"], document["organization_settings"]
    assert users["password_settings"]["disable_hibp"] is True
    assert users["restrictions"]["blocklist"] == {"enabled": True}
    assert (of_all["max_allowed_memberships"], of_all["domains"]["default_role"]) == (
        9,
        "org:admin",
    )
    assert key["kid"] == settings.get().id == clerk.jwks.get_jwks().keys[0].kid


def test_each_kind_is_made_listed_changed_and_deleted(clerk):
    template = clerk.jwt_templates.create(request={"name": "api", "claims": {}})
    assert clerk.jwt_templates.update(template_id=template.id, name="web", claims={}).name == "web"
    url = clerk.redirect_urls.create(request={"url": "https://a.example/cb"})
    allowed = clerk.allowlist_identifiers.create(request={"identifier": "ann@example.com"})
    blocked = clerk.blocklist_identifiers.create(request={"identifier": "*@example.com"})
    domain = clerk.domains.add(request={"name": "a.example", "is_satellite": True})
    assert clerk.domains.update(domain_id=domain.id, name="b.example").name == "b.example"
    acme = clerk.organizations.create(request={"name": "Acme"})
    assert clerk.organizations.update(organization_id=acme.id, name="Acme Ltd").name == "Acme Ltd"
    key = clerk.api_keys.create_api_key(name="key", subject=acme.id)
    changed = clerk.api_keys.update_api_key(api_key_id=key.id, description="d")
    assert changed.description == "d"

    assert [found.id for found in clerk.jwt_templates.list()] == [template.id]
    assert [found.id for found in clerk.redirect_urls.list()] == [url.id]
    assert [found.id for found in clerk.allowlist_identifiers.list()] == [allowed.id]
    assert [found.id for found in clerk.blocklist_identifiers.list().data] == [blocked.id]
    assert domain.id in {found.id for found in clerk.domains.list().data}
    assert [found.id for found in clerk.organizations.list().data] == [acme.id]
    assert [found.id for found in clerk.api_keys.get_api_keys(subject=acme.id).data] == [key.id]

    clerk.jwt_templates.delete(template_id=template.id)
    clerk.redirect_urls.delete(id=url.id)
    clerk.allowlist_identifiers.delete(identifier_id=allowed.id)
    clerk.blocklist_identifiers.delete(identifier_id=blocked.id)
    clerk.domains.delete(domain_id=domain.id)
    clerk.api_keys.delete_api_key(api_key_id=key.id)
    clerk.organizations.delete(organization_id=acme.id)
    assert clerk.jwt_templates.list() == clerk.redirect_urls.list() == []
    assert clerk.allowlist_identifiers.list() == clerk.blocklist_identifiers.list().data == []
    assert [found.is_satellite for found in clerk.domains.list().data] == [False]
    assert clerk.organizations.list().total_count == 0
