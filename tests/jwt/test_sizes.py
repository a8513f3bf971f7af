import json

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from clerkform.jwt.context import SAMPLE_USER, context
from clerkform.jwt.render import render
from clerkform.jwt.sizes import METADATA_LIMIT, largest_bytes, token_bytes
from clerkform.jwt.standard import SAMPLE_ISSUER, minted
from clerkform.model.canonical import json_bytes

KEYS = {
    "RS256": rsa.generate_private_key(public_exponent=65537, key_size=2048),
    "HS512": "k" * 64,
    "ES384": ec.generate_private_key(ec.SECP384R1()),
}


@pytest.mark.parametrize("algorithm", KEYS)
@pytest.mark.parametrize("claims", [{}, {"role": "é" * 7}, {"a": {"b": [1, None, True]}}])
def test_the_size_is_that_of_a_token_that_is_signed(algorithm, claims):
    payload = minted(
        claims,
        user_id=f"user_{'1' * 27}",
        issuer=SAMPLE_ISSUER,
        now=1_750_000_000,
        jti="f" * 20,
    )
    made = jwt.api_jws.encode(
        json.dumps(payload, separators=(",", ":"), ensure_ascii=False).encode(),
        KEYS[algorithm],
        algorithm,
        headers={"kid": f"ins_{'2' * 27}"},
    )
    assert token_bytes(claims, algorithm) == len(made)


def test_rendering_says_the_tokens_size():
    claims = {"email": "{{user.primary_email_address}}"}
    made = render(claims, context(SAMPLE_USER), algorithm="HS256")
    assert made.bytes == token_bytes({"email": "ada@example.com"}, "HS256")


def test_claims_are_measured_as_compact_json():
    assert json_bytes({"a": "é"}) == len('{"a":"é"}'.encode())


def test_whole_metadata_may_be_as_large_as_metadata_may_be():
    path = largest_bytes({"role": "{{user.public_metadata.role}}"})
    one = largest_bytes({"all": "{{user.public_metadata}}"})
    two = largest_bytes({"all": "{{user.public_metadata}}", "org": "{{org.public_metadata || 1}}"})
    assert path < METADATA_LIMIT < one < 2 * METADATA_LIMIT < two
