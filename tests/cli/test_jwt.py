import codecs
import io
import json
import os
import time
import xml.etree.ElementTree as ET
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from clerkform.cli import exits
from clerkform.cli.rendering import read_context
from clerkform.cli.verifying import read_token
from clerkform.errors import ManifestError, UsageError
from clerkform.manifest.files import MAX_FILE, MAX_MANIFEST
from tests.shell import Folder, copied

SECRET = "a-secret-that-only-tests-know-0123456789"
MANIFEST = """\
jwt_templates:
  - name: convex
    lifetime: 120
    allowed_clock_skew: 7
    claims:
      aud: convex
      role: "{{user.public_metadata.role}}"
      org: "{{org.slug}}"
    tests:
      - name: the sample is an admin
        claims: {role: admin, org: null}
      - name: a member of acme
        user: {from_file: people/eve.json}
        org: sample
        claims: {aud: convex, role: member, org: acme}
        match: exact
  - name: supabase
    signing_algorithm: HS256
    signing_key: {from_env: SUPABASE_JWT_SECRET}
    claims: {role: authenticated, email: "{{user.primary_email_address}}"}
  - name: live-claims
    lifetime: 60
"""
EVE = {"id": "user_eve", "public_metadata": {"role": "member"}}


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "clerk.yaml").write_text(MANIFEST)
    (tmp_path / "people").mkdir()
    (tmp_path / "people" / "eve.json").write_text(json.dumps(EVE))
    return Folder(tmp_path, {"SUPABASE_JWT_SECRET": SECRET})


@pytest.fixture
def edit(folder):
    def edit(old: str, new: str) -> None:
        assert MANIFEST.count(old) == 1
        (folder.root / "clerk.yaml").write_text(MANIFEST.replace(old, new))

    return edit


def rendered(folder, *arguments):
    return json.loads(folder.run("jwt", "render", *arguments, "--format", "json").stdout)


def checked(folder, *arguments, exit_code=0):
    """Name to outcome of every check."""
    result = folder.run("jwt", "verify", *arguments, "--format", "json", exit_code=exit_code)
    assert arguments[0] not in result.output
    document = json.loads(result.stdout)
    assert document["valid"] == (exit_code == 0)
    return {one["check"]: one["result"] for one in document["checks"]}


def piped(content):
    """Standard input that somebody else writes to."""
    data = content if isinstance(content, bytes) else content.encode()
    return io.TextIOWrapper(io.BytesIO(data), encoding="utf-8")


def test_render_shows_the_claims_where_they_came_from_and_the_size(folder):
    said = folder.run("jwt", "render", "convex", "--user", "people/eve.json").stdout
    claims, _, rest = said.partition("\n\n")
    assert json.loads(claims) == {"aud": "convex", "role": "member", "org": None}
    assert "role   {{user.public_metadata.role}}  member\n" in rest
    assert "aud " not in rest
    assert "bytes as a signed token" in rest


def test_render_as_json_is_one_document(folder):
    document = rendered(folder, "jwt_templates/convex", "--org", "sample")
    assert document["command"] == "jwt render"
    assert document["claims"] == {"aud": "convex", "role": "admin", "org": "acme"}
    assert document["sources"] == {"role": "{{user.public_metadata.role}}", "org": "{{org.slug}}"}
    assert document["claims_bytes"] < 100 < document["bytes"] < 1000
    assert "token" not in document


def test_render_in_markdown_keeps_the_claims_apart(folder):
    said = folder.run("jwt", "render", "convex", "--format", "markdown").stdout
    assert "```json\n{" in said
    assert "| `role` | `{{user.public_metadata.role}}` | `admin` |" in said


def test_a_user_is_read_from_standard_input(folder, monkeypatch):
    monkeypatch.setattr("sys.stdin", piped(json.dumps(EVE)))
    assert read_context("-", None, None, None).values["user.id"] == "user_eve"


def test_a_size_that_headers_do_not_carry_is_a_warning(folder, edit):
    edit(
        "{{user.public_metadata.role}}", "{{user.public_metadata}} # clerkform: ignore[token-size]"
    )
    large = {"id": "user_1", "public_metadata": {"a": "x" * 8100}}
    (folder.root / "large.json").write_text(json.dumps(large))
    result = folder.run("jwt", "render", "convex", "--user", "large.json")
    assert "warning[token-size]" in result.stderr
    assert "clerk.yaml:5:5" in result.stderr
    assert "note[session-size]" in result.stderr
    codes = [one["code"] for one in rendered(folder, "convex", "--user", "large.json")["findings"]]
    assert {"token-size", "session-size"} <= set(codes)


def test_what_no_document_settles_is_a_note(folder, edit):
    edit("{{org.slug}}", "{{user.organizations}}")
    result = folder.run("jwt", "render", "convex")
    assert "note[organizations-shape]: `org` is a choice" in result.stderr


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("convx",), "did you mean `convex`?"),
        (("live-claims",), "declares no claims"),
        (("convex", "--user", "nobody.json"), "`nobody.json` cannot be read"),
        (("convex", "--user", "clerk.yaml", "--org", "people"), "`people` is no regular file"),
        (("convex", "--user", "-", "--org", "-"), "standard input can be read once"),
        (("convex", "--user", "list.json"), "`list.json` holds no object"),
        (("convex", "--user", "broken.json"), "broken.json:1:2"),
    ],
)
def test_what_cannot_be_rendered_is_said(folder, arguments, said):
    (folder.root / "list.json").write_text("[]")
    (folder.root / "broken.json").write_text("{")
    assert said in folder.run("jwt", "render", *arguments, exit_code=exits.WRONG).stderr


def test_a_token_is_signed_with_the_templates_own_key_and_verified_with_it(folder):
    token = rendered(folder, "supabase", "--sign")["token"]
    claims = jwt.decode(token, SECRET, ["HS256"])
    assert claims["email"] == "ada@example.com"
    assert claims["exp"] - claims["iat"] == 60
    assert claims["iat"] - claims["nbf"] == 5
    assert len(claims["jti"]) == 20
    found = checked(folder, token, "--template", "supabase")
    assert set(found.values()) == {"ok", "-"}
    assert SECRET not in folder.run("jwt", "render", "supabase", "--sign").output


def test_a_key_that_is_not_there_signs_nothing(folder):
    folder.environ = {}
    result = folder.run("jwt", "render", "supabase", "--sign", exit_code=exits.WRONG)
    assert "clerk.yaml:19:5: error[secret-unset]" in result.stderr
    folder.run("jwt", "render", "supabase", "--throw-away")


@pytest.mark.parametrize("algorithm", ["RS256", "PS384", "ES256", "ES512", "EdDSA", "HS512"])
def test_a_throw_away_key_comes_with_what_verifies_it(folder, edit, algorithm):
    edit("    lifetime: 120\n", f"    lifetime: 120\n    signing_algorithm: {algorithm}\n")
    document = rendered(folder, "convex", "--throw-away", "--issuer", "https://c.example")
    (folder.root / "jwks.json").write_text(json.dumps(document["jwks"]))
    options = ("--template", "convex", "--jwks", "jwks.json", "--issuer", "https://c.example")
    assert set(checked(folder, document["token"], *options).values()) == {"ok"}
    assert jwt.PyJWKSet.from_dict(document["jwks"]).keys
    assert not {"d", "p", "q"} & document["jwks"]["keys"][0].keys()


def test_a_token_of_another_template_does_not_fit(folder):
    token = rendered(folder, "supabase", "--throw-away")["token"]
    (folder.root / "key").write_text(f"{SECRET}\n")
    options = ("--template", "convex", "--key", "key")
    found = checked(folder, token, *options, exit_code=exits.WRONG)
    assert {n for n, one in found.items() if one == "FAILED"} == {"signature", "aud", "claims"}
    said = folder.run("jwt", "verify", token, *options, exit_code=exits.WRONG).stdout
    assert "email  is not in the template\n" in said
    assert said.endswith("Refused: signature, aud, claims.\n")


def test_an_expired_token_is_refused_beyond_the_templates_skew(folder, monkeypatch):
    (folder.root / "key").write_text(SECRET)
    now = int(time.time())
    monkeypatch.setattr(time, "time", lambda: float(now))  # the clock stands still
    claims = {"aud": "convex", "role": "x", "org": None, "iat": now - 600, "nbf": now - 600}
    for late, code in ((3, 0), (8, exits.WRONG)):
        token = jwt.encode({**claims, "exp": now - late}, SECRET, "HS256")
        checked(folder, token, "--template", "convex", "--key", "key", exit_code=code)


def test_verify_wants_one_token_and_one_sort_of_key(folder):
    token = rendered(folder, "supabase", "--sign")["token"]
    (folder.root / "quoted").write_text(f'"{SECRET}"\n')
    for arguments, said in [
        ((token, token), "one token at a time"),
        ((token, "--key", "a", "--jwks", "b"), "pass one of them"),
        ((token, "--jwks", "people/eve.json"), "no key in this JSON"),
        ((token, "--jwks", "clerk.yaml"), "holds no JWKS"),
        ((token, "--jwks", "http://keys.example.com/jwks"), "is not https"),
        ((token, "--key", "nowhere"), "cannot be read"),
        ((token, "--key", "quoted"), "the shared secret in quoted stands between quotes"),
    ]:
        result = folder.run("jwt", "verify", *arguments, exit_code=exits.WRONG)
        assert said in result.stderr
        assert token not in result.output


def test_a_token_is_read_from_standard_input(folder, monkeypatch):
    for text in ("a.b.c\n", "Bearer a.b.c"):
        monkeypatch.setattr("sys.stdin", piped(text))
        assert read_token(()) == "a.b.c"
    monkeypatch.setattr("sys.stdin", piped("\n"))
    with pytest.raises(UsageError):
        read_token(("-",))


def test_standard_input_may_begin_with_a_byte_order_mark_as_a_file_may(monkeypatch):
    monkeypatch.setattr("sys.stdin", piped(codecs.BOM_UTF8 + b"a.b.c\n"))
    assert read_token(()) == "a.b.c"
    monkeypatch.setattr("sys.stdin", piped(codecs.BOM_UTF8 + json.dumps(EVE).encode()))
    assert read_context("-", None, None, None).values["user.id"] == "user_eve"


def test_what_is_too_long_for_a_token_is_refused_and_never_cut(monkeypatch):
    monkeypatch.setattr("sys.stdin", piped("a.b." + "c" * (MAX_FILE - 4)))
    assert len(read_token(())) == MAX_FILE
    monkeypatch.setattr("sys.stdin", piped("a.b." + "c" * (MAX_FILE - 3)))
    with pytest.raises(ManifestError) as caught:
        read_token(())
    (problem,) = caught.value.diagnostics
    assert problem.code == "too-large"
    assert problem.message == "standard input is larger than 1,000,000 bytes"
    monkeypatch.setattr("sys.stdin", piped(b" " * (MAX_MANIFEST + 1)))
    with pytest.raises(ManifestError, match="1 problem"):
        read_context("-", None, None, None)


def test_standard_input_that_is_no_text_is_told_of(monkeypatch):
    monkeypatch.setattr("sys.stdin", piped(b"a.b.\xff"))
    with pytest.raises(ManifestError) as caught:
        read_token(())
    assert caught.value.diagnostics[0].code == "not-utf8"


def test_standard_input_that_does_not_block_is_read_to_the_end(monkeypatch):
    reading, writing = os.pipe()
    os.set_blocking(reading, False)
    with os.fdopen(reading) as reader, ThreadPoolExecutor() as pool:
        monkeypatch.setattr("sys.stdin", reader)
        found = pool.submit(read_token, ())
        with os.fdopen(writing, "w") as writer:
            for part in ("a.", "b.", "c" * 200_000):
                writer.write(part)
                writer.flush()
        assert found.result() == "a.b." + "c" * 200_000


@pytest.fixture
def published():
    """A key, and the address of a server that answers its JWKS to whoever has a secret key."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    public = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(key.public_key()))
    jwks = {"keys": [{**public, "kid": "ins_1", "alg": "RS256", "use": "sig"}]}

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            wants_key = self.path == "/v1/jwks"
            has_key = self.headers["Authorization"] == "Bearer sk_test_1"
            known = self.path == "/.well-known/jwks.json" or (wants_key and has_key)
            body = json.dumps(jwks if known else {}).encode()
            self.send_response(200 if known else 404)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args):
            """Nothing."""

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        yield key, f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def test_a_token_is_verified_with_the_keys_that_the_instance_publishes(folder, published):
    key, url = published
    claims = jwt.decode(
        rendered(folder, "convex", "--throw-away")["token"], options={"verify_signature": False}
    )
    token = jwt.encode(claims, key, "RS256", {"kid": "ins_1"})
    folder.environ = {"CLERK_SECRET_KEY": "sk_test_1", "CLERK_API_URL": f"{url}/v1"}
    assert checked(folder, token, "--template", "convex")["signature"] == "ok"
    assert checked(folder, token, "--jwks", f"{url}/.well-known/jwks.json")["signature"] == "ok"
    result = folder.run("jwt", "verify", token, "--jwks", f"{url}/no", exit_code=exits.NO_PLAN)
    assert "answered 404 and no JWKS" in result.stderr


def test_a_key_set_that_cannot_be_fetched_is_no_wrong_token(folder, published):
    _, url = published
    closed = url.rpartition(":")[0] + ":1"
    result = folder.run("jwt", "verify", "x", "--jwks", f"{closed}/jwks", exit_code=exits.NO_PLAN)
    assert "refused the connection" in result.stderr
    assert "Check the network" in result.stderr


@pytest.mark.parametrize(
    "address",
    [
        "https://keys.example/\x01",
        "https://keys.example/\udcff",
        "https://keys.example/?\udcff",
        f"https://keys.example/{'a' * 70_000}",
        "https://xn--a.example/jwks",
    ],
)
def test_an_address_of_a_key_set_that_is_none_is_refused(folder, address):
    result = folder.run("jwt", "verify", "x", "--jwks", address, exit_code=exits.WRONG)
    assert result.stderr.startswith("error[usage]: the address ")


WITH_ROLES = """\
organization_permissions: [{key: "org:bills:pay", name: Pay}]
organization_roles:
  - key: org:clerk
    name: Clerk
    permissions: ["org:bills:pay", "org:sys_memberships:read"]
  - {key: org:gone, absent: true}
  - {key: org:unsaid, name: Nobody says what it may}
jwt_templates:
  - name: convex
    claims: {may: "{{org_membership.permissions}}"}
    tests:
      - name: a clerk pays
        org: {id: org_1, membership: {role: org:clerk}}
        claims: {may: ["org:bills:pay", "org:sys_memberships:read"]}
      - name: what the membership says itself is so
        org: {id: org_1, membership: {role: org:clerk, permissions: ["org:x:y"]}}
        claims: {may: ["org:x:y"]}
      - name: nothing is known of a role that has no permissions here
        org: {id: org_1, membership: {role: org:unsaid}}
        claims: {may: null}
"""


@pytest.fixture
def with_roles(folder):
    (folder.root / "clerk.yaml").write_text(WITH_ROLES)
    member = {"id": "org_1", "name": "Acme", "membership": {"role": "org:clerk"}}
    (folder.root / "acme.json").write_text(json.dumps(member))
    return folder


def test_a_rendered_template_has_the_permissions_that_the_manifests_give_to_a_role(with_roles):
    claims = rendered(with_roles, "convex", "--org", "acme.json")["claims"]
    assert claims == {"may": ["org:bills:pay", "org:sys_memberships:read"]}


def test_tests_take_the_permissions_that_the_manifests_give_to_a_role(with_roles):
    assert "3 tests passed, 0 failed" in with_roles.run("jwt", "test").stdout
    edited = WITH_ROLES.replace('"org:bills:pay", "org:sys', '"org:sys', 1)
    (with_roles.root / "clerk.yaml").write_text(edited)
    said = with_roles.run("jwt", "test", exit_code=exits.WRONG).stdout
    assert "2 tests passed, 1 failed" in said


def test_tests_that_pass_are_listed(folder):
    assert folder.run("jwt", "test").stdout == (
        "jwt_templates/convex\n"
        "  ok    the sample is an admin\n"
        "  ok    a member of acme\n"
        "\n"
        "Tests: 2 tests passed, 0 failed.\n"
    )


def test_a_failure_is_a_diff_with_the_lines_to_look_at(folder, edit):
    edit("{{user.public_metadata.role}}", "{{user.public_metadata.rolle || 'user'}}")
    said = folder.run("jwt", "test", "convex", exit_code=exits.WRONG).stdout
    assert (
        "  FAIL  a member of acme\n"
        "        clerk.yaml:15: `role` is not what is expected\n"
        '          - "member"\n'
        '          + "user"\n'
        "          rendered from `{{user.public_metadata.rolle || 'user'}}` at clerk.yaml:7\n"
    ) in said
    assert said.endswith("Tests: 0 tests passed, 2 failed.\n")


def test_a_failure_as_json_has_values_and_places(folder, edit):
    edit("{role: admin, org: null}", "{role: admin, more: 1}")
    result = folder.run("jwt", "test", "--format", "json", exit_code=exits.WRONG)
    document = json.loads(result.stdout)
    assert document["exit_code"] == 1
    assert document["summary"] == {"passed": 1, "failed": 1}
    (failure,) = document["tests"][0]["failures"]
    assert (failure["code"], failure["claim"], failure["expected"]) == ("claim-missing", "more", 1)
    assert "rendered" not in failure
    assert failure["place"] == {"path": "clerk.yaml", "line": 11, "column": 31}


def test_failures_as_junit_are_one_xml_document(folder, edit):
    edit("{role: admin, org: null}", '{role: "<a&b>"}')
    result = folder.run("jwt", "test", "--format", "junit", exit_code=exits.WRONG)
    root = ET.fromstring(result.stdout)
    assert root.attrib == {"tests": "2", "failures": "1", "errors": "0"}
    failed, passed = root.iter("testcase")
    assert failed.get("name") == "the sample is an admin"
    assert (failed.get("file"), failed.get("line")) == ("clerk.yaml", "10")
    assert '- "<a&b>"\n  + "admin"' in failed.find("failure").text
    assert passed.find("failure") is None


def test_manifests_that_are_wrong_are_errors_in_junit_too(folder, edit):
    edit("match: exact", "match: exactly")
    result = folder.run("jwt", "test", "--format", "junit", exit_code=exits.WRONG)
    root = ET.fromstring(result.stdout)
    assert root.attrib == {"tests": "1", "failures": "0", "errors": "1"}
    assert root.find(".//error").get("message")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("people/eve.json", "people/adam.json", "clerk.yaml:13:27: error[missing-file]"),
        ("people/eve.json", "../eve.json", "error[outside-folder]"),
        (
            "    lifetime: 60\n",
            "    tests: [{name: x, claims: {}}]\n",
            "error[tests-without-claims]",
        ),
    ],
)
def test_a_test_that_cannot_be_run_is_an_error(folder, edit, old, new, said):
    edit(old, new)
    assert said in folder.run("jwt", "test", exit_code=exits.WRONG).stderr


def test_only_the_named_templates_are_tested(folder):
    assert "No tests" in folder.run("jwt", "test", "supabase").stdout
    assert "did you mean" in folder.run("jwt", "test", "convx", exit_code=exits.WRONG).stderr


def test_tests_are_in_no_plan_and_never_sent(folder):
    (folder.root / "clerkform.yaml").write_text(
        "version: 1\nenvironments: {sandbox: {api: sandbox}}\n"
    )
    (folder.root / "clerk.yaml").write_text(MANIFEST.partition("  - name: live-claims")[0])
    assert "tests" not in folder.run("plan", "--format", "json").stdout
    folder.run("apply", "--auto-approve")
    folder.run("plan", "--detailed-exitcode")
    dumped = json.loads(folder.run("sandbox", "dump").stdout)
    assert len(dumped["jwt_templates"]) == 2
    assert all("tests" not in one for one in dumped["jwt_templates"])


def test_the_tests_of_the_example_pass_and_a_changed_claim_fails_one(tmp_path):
    saas = copied("saas", tmp_path)
    assert "7 tests passed, 0 failed." in saas.run("jwt", "test").stdout
    path = saas.root / "clerk" / "jwt-templates.yaml"
    text = path.read_text()
    path.write_text(text.replace('name: "{{user.full_name}}"', 'name: "{{user.first_name}}"', 1))
    line = text.splitlines().index('      name: "{{user.full_name}}"') + 1
    said = saas.run("jwt", "test", exit_code=exits.WRONG).stdout
    assert '- "Ada Lovelace"\n          + "Ada"\n' in said
    assert f"at clerk/jwt-templates.yaml:{line}\n" in said


def test_lint_shows_warnings_and_fails(folder, edit):
    assert "0 findings" in folder.run("jwt", "lint").stdout
    edit("{{org.slug}}", "{{organization.slug}}")
    result = folder.run("jwt", "lint", exit_code=exits.WRONG)
    assert "warning[organization-prefix]" in result.stderr
    folder.run("validate")
    edit("{{org.slug}}", "{{user.publicMetadata.org}}")
    assert "{{user.public_metadata.org}}" in folder.run("jwt", "lint", exit_code=1).stderr
