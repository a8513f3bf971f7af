import base64
import json

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from hypothesis import given, settings
from hypothesis import strategies as st

from clerkform.errors import UsageError
from clerkform.jwt.context import SAMPLE_MEMBERSHIP, SAMPLE_USER, context
from clerkform.jwt.keys import parse_keys
from clerkform.jwt.render import render
from clerkform.jwt.shape import misfits
from clerkform.jwt.shortcodes import CATALOGUE
from clerkform.jwt.standard import ALGORITHMS, minted
from clerkform.jwt.verify import Expected, audience_of, verify

NOW = 1_750_000_000
SECRET = "a-shared-secret-of-tests-0123456789-0123456789-0123456789-0123456789"
RSA = rsa.generate_private_key(public_exponent=65537, key_size=2048)
OTHER = rsa.generate_private_key(public_exponent=65537, key_size=2048)
EC = ec.generate_private_key(ec.SECP256R1())
ED = ed25519.Ed25519PrivateKey.generate()
TEMPLATE = {"aud": "convex", "role": "{{user.public_metadata.role}}", "name": "Hi {{user.id}}!"}


def public(key) -> str:
    return (
        key.public_key()
        .public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
        .decode()
    )


def private(key) -> str:
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    ).decode()


def payload(**changes):
    claims = render(TEMPLATE, context(SAMPLE_USER)).claims
    made = minted(claims, user_id="user_1", issuer="https://c.example", now=NOW, jti="0" * 20)
    return {name: value for name, value in {**made, **changes}.items() if value is not ...}


def token(key=RSA, algorithm="RS256", headers=None, **changes):
    return jwt.encode(payload(**changes), key, algorithm, headers)


def outcomes(token, key, *, now=NOW, **expected):
    keys = parse_keys(key) if isinstance(key, str) else key
    found = verify(token, keys, Expected(**{"template": TEMPLATE, **expected}), now=now)
    assert found.is_valid == ("failed" not in {one.outcome for one in found.checks})
    return {one.name: one for one in found.checks}


def failed(*args, **kwargs):
    return [name for name, one in outcomes(*args, **kwargs).items() if one.outcome == "failed"]


@pytest.mark.parametrize(
    ("key", "algorithm", "text"),
    [
        (RSA, "RS256", public(RSA)),
        (RSA, "PS512", public(RSA)),
        (RSA, "RS256", private(RSA)),
        (EC, "ES256", public(EC)),
        (ED, "EdDSA", public(ED)),
        (SECRET, "HS256", SECRET),
    ],
    ids=["RSA", "RSA-PSS", "private", "EC", "Ed25519", "shared"],  # keys are new ones each time
)
def test_a_token_of_the_template_is_accepted(key, algorithm, text):
    found = outcomes(token(key, algorithm), text, algorithm=algorithm)
    assert {name for name, one in found.items() if one.outcome != "ok"} == {"iss"}


def test_what_was_not_asked_for_is_said_to_be_unchecked():
    found = outcomes(token(), public(RSA), template=None)
    assert {n for n, one in found.items() if one.outcome == "skipped"} == {"iss", "aud", "claims"}


@given(st.data())
@settings(max_examples=60)
def test_a_token_of_which_one_character_changed_is_refused(data):
    whole = token(SECRET, "HS256")
    at = data.draw(st.integers(0, len(whole) - 1))
    other = data.draw(st.sampled_from("ABCxyz019-_.=é").filter(lambda c: c != whole[at]))
    keys = parse_keys(SECRET)
    changed = whole[:at] + other + whole[at + 1 :]
    assert not verify(changed, keys, Expected(template=TEMPLATE), now=NOW).is_valid


@pytest.mark.parametrize("alg", ["none", "nOnE", "NONE", "", None, 7, "RS257", "ES521"])
def test_an_algorithm_that_signs_nothing_is_refused(alg):
    head = base64.urlsafe_b64encode(json.dumps({"alg": alg, "typ": "JWT"}).encode()).rstrip(b"=")
    _, body, signature = token().split(".")
    for end in ("", signature):
        assert failed(f"{head.decode()}.{body}.{end}", public(RSA)) == ["alg", "signature"]


def test_a_public_key_is_no_shared_secret():
    """Signed with HS256 and the text of the public key, as an attacker would."""
    text = public(RSA)
    head = base64.urlsafe_b64encode(b'{"alg":"HS256","typ":"JWT"}').rstrip(b"=")
    signed = head + b"." + token().split(".")[1].encode()
    how = jwt.algorithms.HMACAlgorithm(jwt.algorithms.HMACAlgorithm.SHA256)
    signature = base64.urlsafe_b64encode(how.sign(signed, text.encode())).rstrip(b"=")
    forged = b".".join((signed, signature)).decode()
    found = outcomes(forged, text)
    assert found["alg"].detail == "HS256 is checked with a shared secret, and this is an RSA key"
    assert failed(forged, text) == ["alg", "signature"]
    assert failed(forged, private(RSA)) == ["alg", "signature"]
    assert failed(forged, json.dumps(jwks(RSA))) == ["alg", "signature"]


def test_the_algorithm_is_the_templates_and_the_keys_own():
    assert failed(token(RSA, "RS512"), public(RSA), algorithm="RS256") == ["alg", "signature"]
    assert failed(token(RSA), SECRET) == ["alg", "signature"]
    assert failed(token(RSA), public(EC)) == ["alg", "signature"]
    assert failed(token(RSA, "RS512"), json.dumps(jwks(RSA))) == ["alg", "signature"]


def jwks(*keys, **more):
    made = [json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(key.public_key())) for key in keys]
    return {
        "keys": [
            {**one, "kid": f"ins_{at}", "alg": "RS256", "use": "sig", **more}
            for at, one in enumerate(made)
        ]
    }


def test_the_key_of_a_set_is_the_one_that_the_token_names():
    text = json.dumps(jwks(OTHER, RSA))
    assert failed(token(headers={"kid": "ins_1"}), text) == []
    assert failed(token(headers={"kid": "ins_0"}), text) == ["signature"]
    assert failed(token(headers={"kid": "ins_9"}), text) == ["signature"]
    assert failed(token(), text) == []


def test_what_of_a_set_is_of_no_use_is_passed_over():
    odd = [
        {"kty": "RSA"},
        {"kty": "oct"},
        {"kty": "oct", "k": 1},
        {"kty": "new"},
        {},
        "x",
        *jwks(OTHER, use="enc")["keys"],
    ]
    text = json.dumps({"keys": [*odd, *jwks(RSA)["keys"]]})
    assert [one.what for one in parse_keys(text)] == ["an RSA key"]
    with pytest.raises(UsageError):
        parse_keys(json.dumps({"keys": odd}))


def test_the_private_half_of_a_jwk_is_not_needed_and_not_kept():
    whole = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(RSA))
    assert "d" in whole
    (key,) = parse_keys(json.dumps(whole))
    assert failed(token(), (key,)) == []
    assert not hasattr(key.material, "private_numbers")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "{}",
        '{"keys": 3}',
        "ssh-rsa AAAA",
        "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----",
        "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----",
    ],
)
def test_a_key_that_is_none_is_refused(text):
    with pytest.raises(UsageError) as caught:
        parse_keys(text)
    assert "AAAA" not in str(caught.value)


def test_a_key_is_not_in_its_representation():
    assert SECRET not in repr(parse_keys(SECRET))


def test_a_key_that_is_too_short_is_refused():
    with pytest.warns(jwt.warnings.InsecureKeyLengthWarning):
        weak = token("short", "HS256")
    assert outcomes(weak, "short")["signature"].outcome == "failed"


@pytest.mark.parametrize(
    ("changes", "now", "wrong"),
    [
        ({}, NOW + 60 + 4, []),
        ({}, NOW + 60 + 5, ["exp"]),
        ({}, NOW - 5 - 5, ["iat"]),
        ({}, NOW - 5, []),
        ({}, NOW - 11, ["nbf", "iat"]),
        ({"exp": ...}, NOW, ["exp"]),
        ({"exp": "never"}, NOW, ["exp"]),
        ({"exp": True}, NOW, ["exp"]),
        ({"exp": 10**400}, NOW, ["exp"]),
        ({"iat": float("nan")}, NOW, ["iat"]),
        ({"exp": NOW + 0.5}, NOW, []),
    ],
)
def test_a_token_has_its_time_give_or_take_the_skew(changes, now, wrong):
    body = json.dumps(payload(**changes)).encode()
    signed = jwt.api_jws.encode(body, SECRET, "HS256")
    assert failed(signed, SECRET, now=now) == wrong


def test_the_skew_is_the_templates():
    assert failed(token(), public(RSA), now=NOW + 90, clock_skew=31) == []
    assert failed(token(), public(RSA), now=NOW + 90, clock_skew=30) == ["exp"]


def test_the_issuer_and_the_audience_are_those_that_are_wanted():
    key = public(RSA)
    assert failed(token(), key, issuer="https://c.example") == []
    assert failed(token(), key, issuer="https://c.example/") == ["iss"]
    assert failed(token(), key, audience=("other", "convex")) == []
    assert failed(token(), key, audience=("other",)) == ["aud"]
    assert failed(token(aud=["convex", "b"]), key, audience=("b",), template=None) == []
    assert failed(token(aud={}), SECRET, audience=("b",), template=None)[-1] == "aud"
    assert audience_of({"aud": ["a", "{{org.id}}"]}) == ("a",)
    assert audience_of({"aud": 3}) == audience_of(None) == ()


@pytest.mark.parametrize(
    ("changes", "odd"),
    [
        ({"aud": "other"}, {("aud",): "is not what the template says"}),
        ({"role": ...}, {("role",): "is missing"}),
        ({"role": {"any": 1}}, {}),
        ({"sid": "sess_1"}, {("sid",): "is not in the template"}),
        ({"azp": "https://app.example.com"}, {}),
        ({"name": "Hi !"}, {}),
        ({"name": "Ho x!"}, {("name",): "cannot come from `Hi {{user.id}}!`"}),
        ({"name": None}, {("name",): "cannot come from `Hi {{user.id}}!`"}),
    ],
)
def test_claims_that_the_template_cannot_render_are_found(changes, odd):
    assert dict(misfits(TEMPLATE, payload(**changes))) == odd
    keys = parse_keys(public(RSA))
    found = verify(token(**changes), keys, Expected(template=TEMPLATE, audience=("x",)), now=NOW)
    assert dict(found.misfits) == odd


def test_the_type_of_a_claim_is_that_of_its_shortcode():
    template = {
        "a": "{{user.id}}",
        "b": "{{user.email_verified || 'no'}}",
        "c": ["{{org_membership.permissions}}"],
        "d": "{{nothing}}",
        "e": "{{user.public_metadata}}",
    }
    right = {"a": None, "b": "no", "c": [["x"]], "d": None, "e": {}}
    assert list(misfits(template, right)) == []
    for wrong in ({"a": 1}, {"b": 2}, {"c": [{}]}, {"c": []}, {"d": ""}, {"e": []}, {"c": {}}):
        assert len(list(misfits(template, {**right, **wrong}))) == 1
    assert len(list(misfits({"x": {"y": 1}}, {"x": 1}))) == 1


@given(
    st.dictionaries(st.text(), st.sampled_from([f"{{{{{name}}}}}" for name in CATALOGUE])),
    st.booleans(),
)
def test_what_a_template_renders_fits_it(template, has_org):
    org = SAMPLE_MEMBERSHIP if has_org else None
    made = render(template, context(SAMPLE_USER, org)).claims
    assert list(misfits(template, made)) == []


NO_TOKENS = {
    "nothing": "",
    "one part": "a",
    "two parts": "a.b",
    "three parts of nothing": "a.b.c",
    "five parts": "....",
    "no ASCII": "é.é.é",
    "a dot behind": token() + ".",
    "a blank before": " " + token(),
    "a long one": "x" * 10_000,
}


@pytest.mark.parametrize("text", NO_TOKENS.values(), ids=NO_TOKENS)
def test_what_is_no_token_is_said_to_be_none(text):
    found = outcomes(text, public(RSA))
    assert [*found] == ["format"]
    assert not text or text not in found["format"].detail or len(text) < 5


@pytest.mark.parametrize("body", [b"[]", b"{", b"", b"\xff"])
def test_a_payload_that_is_no_object_is_refused(body):
    assert failed(jwt.api_jws.encode(body, SECRET, "HS256"), SECRET) == ["format"]


def test_a_critical_header_that_nobody_understands_is_refused():
    odd = token(headers={"crit": ["x"], "x": 1})
    assert failed(odd, public(RSA)) == ["format"]


ODD = (
    st.none() | st.booleans() | st.integers() | st.text(max_size=4) | st.lists(st.text(max_size=4))
)
HEADERS = st.dictionaries(
    st.sampled_from(["alg", "kid", "crit", "b64", "typ"]),
    ODD | st.sampled_from(["HS256", "RS256", "none"]),
)
PAYLOADS = st.dictionaries(
    st.sampled_from(["exp", "nbf", "iat", "iss", "aud", "role", "name"]),
    ODD | st.floats() | st.dictionaries(st.text(max_size=2), ODD),
)


@given(HEADERS, PAYLOADS)
def test_whatever_a_token_holds_has_an_answer(header, body):
    parts = [json.dumps(part).encode() for part in (header, body)]
    signed = b".".join(base64.urlsafe_b64encode(part).rstrip(b"=") for part in (*parts, b"x"))
    keys = parse_keys(SECRET) + parse_keys(public(RSA))
    wanted = Expected(template=TEMPLATE, issuer="https://c.example")
    assert not verify(signed.decode(), keys, wanted, now=NOW).is_valid


@settings(max_examples=500)
@given(
    st.dictionaries(
        st.sampled_from(["kty", "n", "e", "x", "y", "crv", "k", "alg", "use", "kid", "d"]),
        ODD | st.sampled_from(["RSA", "EC", "OKP", "oct", "P-256", "Ed25519", "AQAB", "sig"]),
    )
)
def test_whatever_a_set_holds_is_a_key_or_is_refused(jwk):
    try:
        found = parse_keys(json.dumps({"keys": [jwk]}))
    except UsageError:
        return
    assert all(one.algorithms <= ALGORITHMS for one in found)


def test_all_algorithms_are_those_that_pyjwt_has():
    assert set(jwt.algorithms.get_default_algorithms()) - ALGORITHMS == {"none", "ES521"}
