import asyncio
import json
import re

import pytest
import yaml

from clerkform.errors import ManifestError
from clerkform.kinds import KINDS
from clerkform.kinds.oauth_applications import KIND
from clerkform.plan.limits import Guards
from clerkform.sandbox import Settings, Store, create_app
from clerkform.sandbox.settings import Contradictions
from clerkform.workflows.pull import pull
from clerkform.workflows.request import Asked
from tests.shell import Folder
from tests.support import Clock, bench

PROJECT = {"version": 1, "manifests": ["clerk.yaml"], "prune": {"oauth_applications": "all"}}


def declaring(tmp_path, *, settings=None, seed=(), manifest="[]"):
    """What an apply did to a sandbox with these applications: its steps, and what there is then."""
    store, bodies = Store(clock=Clock()), {"oauth_applications": list(seed)}
    app = create_app(store, settings or Settings(), seed=bodies)

    async def declare():
        async with bench(tmp_path, app=app) as it:
            it.write("clerkform.yaml", yaml.safe_dump({**PROJECT, "environments": {"test": {}}}))
            it.write("clerk.yaml", f"oauth_applications: {manifest}")
            guards = Guards(allow_delete=frozenset({"oauth_applications/two"}))
            planned = await it.plan(Asked(guards=guards))
            await it.apply(planned)
            again = await it.plan()
            assert again.plan.steps == ()
            steps = [str(step.id) for step in planned.plan.steps]
            pulled = await pull(KINDS, it.ends, frozenset())
            return steps, it.stored("oauth_applications"), pulled.sections["oauth_applications"]

    return asyncio.run(declare())


@pytest.mark.parametrize(
    "uri",
    ["https://a.example/cb", "http://127.0.0.1:8976/cb", "app://cb", "com.example.app:/cb?a=b#c"],
)
def test_sign_in_may_return_to_any_scheme(uri):
    made = KIND.model.model_validate({"name": "a", "redirect_uris": [uri]})
    assert made.redirect_uris == (uri,)


@pytest.mark.parametrize(
    ("uri", "why"),
    [
        ("a.example/cb", "must begin with a scheme"),
        ("localhost:3000/cb", "must begin with a scheme"),
        ("", "must begin with a scheme"),
        ("https:///cb", "must name a host"),
        ("https://[a/cb", "its host is none"),
        ("javascript://x", "cannot be a `javascript:` URI"),
        ("https://a b.example", "neither a blank"),
        ("https://a.example/\u200b", "nor an invisible character"),
    ],
)
def test_a_redirect_uri_leads_back_to_somewhere(uri, why):
    with pytest.raises(ValueError, match=re.escape(why)):
        KIND.model.model_validate({"name": "a", "redirect_uris": [uri]})


@pytest.mark.parametrize(
    "item",
    [
        {"name": ""},
        {"name": "n" * 257},
        {"name": "a", "redirect_uris": ["a://b", "a://b"]},
        {"name": "a", "scopes": "profile email"},
        {"name": "a", "scopes": ["profile email"]},
        {"name": "a", "scopes": ["profile", "profile"]},
        {"name": "a", "scopes": [""]},
        {"name": "a", "public": True, "pkce_required": False},
        {"name": "a", "public": True, "secret_to": {"file": "secret"}},
        {"name": "a", "client_id": "x"},
    ],
)
def test_what_clerk_would_refuse_is_refused_here(item):
    with pytest.raises(ValueError, match="validation error"):
        KIND.model.model_validate(item)


def test_a_public_client_may_say_that_it_has_no_secret():
    item = {"name": "a", "public": True, "pkce_required": True, "secret_to": "none"}
    assert KIND.model.model_validate(item).public is True


def test_all_scopes_fit_into_one_text_with_the_one_that_clerk_adds():
    room = 1024 - len(" offline_access")
    assert KIND.model.model_validate({"name": "a", "scopes": ["s" * room]})
    with pytest.raises(ValueError, match="1024 characters together, not 1025"):
        KIND.model.model_validate({"name": "a", "scopes": ["s" * (room + 1)]})


def test_scopes_are_one_text_to_clerk_and_have_what_it_requires():
    assert KIND.to_api({"scopes": ["openid", "email"]}) == {"scopes": "openid email offline_access"}
    assert KIND.to_api({"scopes": ["offline_access"]}) == {"scopes": "offline_access"}
    assert KIND.to_api({"name": "a"}) == {"name": "a"}
    answer = {"name": "a", "scopes": "profile offline_access email"}
    assert KIND.from_api(answer)["scopes"] == ["email", "offline_access", "profile"]
    assert KIND.from_api({"scopes": None}) == {"scopes": None}


CLIENT = {"name": "one", "dynamically_registered": True}


def test_what_registered_itself_is_neither_matched_nor_pruned_nor_pulled(tmp_path):
    steps, stored, pulled = declaring(
        tmp_path,
        seed=[CLIENT, {"name": "two"}],
        manifest="[{name: one, public: true}]",
    )
    assert steps == ["create oauth_applications/one", "delete oauth_applications/two"]
    assert [one["dynamically_registered"] for one in stored] == [True, False]
    assert [one["name"] for one in pulled] == ["one"]


def test_what_registered_itself_cannot_be_pinned(tmp_path):
    pin = "oa_" + "1" * 27
    with pytest.raises(ManifestError) as caught:
        declaring(tmp_path, seed=[{**CLIENT, "id": pin}], manifest=f"[{{id: {pin}, name: one}}]")
    (found,) = caught.value.diagnostics
    assert (found.code, found.message) == (
        "pinned-not-live",
        f"oauth_applications/one is pinned to {pin}, which is registered by its client itself",
    )


@pytest.mark.parametrize(
    ("declared", "steps", "scopes"),
    [
        ("[profile]", [], "profile"),
        ("[profile, offline_access]", ["update oauth_applications/one"], "offline_access profile"),
        ("[email]", ["update oauth_applications/one"], "email offline_access"),
    ],
)
@pytest.mark.parametrize("way", ["refused", "completed"])
def test_an_application_without_offline_access_gets_it_with_any_other_scopes(
    tmp_path, way, declared, steps, scopes
):
    settings = Settings(contradictions=Contradictions(oauth_scopes_patch=way))
    seed = [{"name": "one", "scopes": "profile"}]
    manifest = f"[{{name: one, scopes: {declared}}}]"
    done, (stored,), _ = declaring(tmp_path, settings=settings, seed=seed, manifest=manifest)
    assert (done, stored["scopes"]) == (steps, scopes)


def test_show_prints_the_client_id_and_the_endpoints_and_no_secret(tmp_path):
    folder = Folder(tmp_path)
    project = {"version": 1, "environments": {"test": {"api": "sandbox"}}}
    (tmp_path / "clerkform.yaml").write_text(yaml.safe_dump(project))
    (tmp_path / "clerk.yaml").write_text(
        "oauth_applications: [{name: Acme, secret_to: {file: .secrets/acme}}]\n"
    )
    folder.run("apply", "--auto-approve")
    secret = (tmp_path / ".secrets/acme").read_text()
    told = folder.run("show", "oauth_applications/Acme")
    computed = json.loads(folder.run("show", "oauth_applications/Acme", "--format", "json").stdout)[
        "computed"
    ]
    assert re.fullmatch(r"\w{16}", computed["client_id"])
    assert computed["client_id"] in told.output
    assert computed["discovery_url"] in told.output
    assert computed.keys() == {*KIND.computed}
    assert len(secret) == 32
    assert secret not in told.output
