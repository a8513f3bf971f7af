import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from clerkform.jwt.standard import ALGORITHMS
from clerkform.secrets.signing_keys import check_signing_key

RSA = rsa.generate_private_key(65537, 2048)
EC = {curve.name: ec.generate_private_key(curve) for curve in (
    ec.SECP256R1(), ec.SECP384R1(), ec.SECP521R1(), ec.SECP256K1()
)}  # fmt: skip
ED = ed25519.Ed25519PrivateKey.generate()
P256 = EC["secp256r1"]


def pem(key, form=PrivateFormat.PKCS8, encryption=None):
    return key.private_bytes(Encoding.PEM, form, encryption or NoEncryption()).decode()


def public(key, encoding=Encoding.PEM, form=PublicFormat.SubjectPublicKeyInfo):
    return key.public_key().public_bytes(encoding, form).decode()


def fitting(algorithm):
    if algorithm.startswith("HS"):
        return "s" * (int(algorithm[2:]) // 8)
    if algorithm.startswith(("RS", "PS")):
        return pem(RSA)
    curve = {
        "ES256": "secp256r1", "ES256K": "secp256k1", "ES384": "secp384r1",
        "ES512": "secp521r1",
    }.get(algorithm)  # fmt: skip
    return pem(EC[curve] if curve else ED)


@pytest.mark.parametrize("algorithm", sorted(ALGORITHMS))
def test_a_fitting_key_is_accepted_and_does_sign(algorithm):
    key = fitting(algorithm)
    assert check_signing_key(key, algorithm) is None
    assert jwt.encode({}, key, algorithm)


@pytest.mark.parametrize("form", [PrivateFormat.PKCS8, PrivateFormat.TraditionalOpenSSL])
def test_both_usual_pem_forms_are_read(form):
    assert check_signing_key(pem(RSA, form), "RS256") is None
    assert check_signing_key(pem(P256, form), "ES256") is None


SMALL = rsa.generate_private_key(65537, 1024)
MISTAKES = {
    "a PEM as an HMAC secret": (pem(RSA), "HS256", "key-not-for-hmac", "signs with a shared secret"),
    "a public PEM as one": (public(RSA), "HS512", "key-not-for-hmac", "shared secret"),
    "a JWK as one": ('{"kty": "oct", "k": "' + "a" * 43 + '"}', "HS256", "key-not-for-hmac", "JWK"),
    "a short secret": ("s" * 31, "HS256", "key-too-short", "31 bytes"),
    "a short secret for a longer hash": ("s" * 63, "HS512", "key-too-short", "at least 64"),
    "an empty secret": ("", "HS256", "key-too-short", "0 bytes"),
    "a secret with its line break": ("s" * 40 + "\n", "HS256", "key-wrapped", "ends in a line break"),
    "a public key": (public(RSA), "RS256", "public-key", "a public key or a certificate"),
    "a certificate": (
        "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----", "RS256", "public-key",
        "certificate",
    ),
    "an SSH public key": (
        public(P256, Encoding.OpenSSH, PublicFormat.OpenSSH), "ES256", "public-key", "public key",
    ),
    "a secret for a pair": ("s" * 40, "RS256", "key-unreadable", "in PEM form"),
    "a damaged PEM": (pem(RSA).replace("M", "!", 9), "RS256", "key-unreadable", "damaged"),
    "an encrypted PEM": (
        pem(RSA, encryption=BestAvailableEncryption(b"x")), "RS256", "key-unreadable", "encrypted",
    ),
    "OpenSSH's form": (pem(ED, PrivateFormat.OpenSSH), "EdDSA", "key-unreadable", "OpenSSH"),
    "a PEM in one line": (pem(RSA).replace("\n", " "), "RS256", "key-unreadable", "line breaks"),
    "a PEM with escapes": (pem(RSA).replace("\n", "\\n"), "RS256", "key-unreadable", "line breaks"),
    "an EC key for RSA": (pem(P256), "RS256", "key-wrong-type", "an EC key on secp256r1"),
    "an RSA key for EC": (pem(RSA), "ES256", "key-wrong-type", "an RSA key"),
    "another curve": (pem(P256), "ES384", "key-wrong-type", "on secp384r1"),
    "an EC key for EdDSA": (pem(P256), "EdDSA", "key-wrong-type", "an Ed25519 key"),
    "an EdDSA key for PSS": (pem(ED), "PS256", "key-wrong-type", "an EdDSA key"),
    "a DSA key": (pem(dsa.generate_private_key(2048)), "ES256", "key-wrong-type", "another type"),
    "a short RSA key": (pem(SMALL), "RS256", "key-too-short", "1024 bits"),
    "no signature at all": ("", "none", "unknown-algorithm", "`none`"),
    "a mistyped algorithm": (pem(RSA), "RS265", "unknown-algorithm", "`RS265`"),
}  # fmt: skip


@pytest.mark.parametrize(("key", "algorithm", "code", "part"), MISTAKES.values(), ids=MISTAKES)
def test_each_mistake_has_its_code_and_is_not_quoted(key, algorithm, code, part):
    problem = check_signing_key(key, algorithm)
    assert problem is not None
    assert problem.code == code
    assert part in problem.message
    shown = problem.message + (problem.hint or "")
    assert not any(piece in shown for piece in key.split() if len(piece) > 20)


AROUND = {
    "a byte order mark": ("\ufeff{}", "begins with a byte order mark (U+FEFF)"),
    "a blank before": (" {}", "begins with a blank"),
    "a blank behind": ("{} ", "ends in a blank"),
    "a tab": ("{}\t", "ends in a tab"),
    "a line break before": ("\n{}", "begins with a line break"),
    "Windows' line break": ("{}\r\n", "ends in a line break"),
    "what is left of one": ("{}\r", "ends in a carriage return"),
    "a no-break space": ("\u00a0{}", "begins with a no-break space (U+00A0)"),
    "a narrow one": ("{}\u202f", "ends in the invisible character U+202F"),
    "a zero-width space": ("{}\u200b", "ends in a zero-width space (U+200B)"),
    "a joiner": ("{}\u2060", "ends in the invisible character U+2060"),
    "a mark of direction": ("{}", "has the invisible character U+200E in it"),
    "double quotes": ('"{}"', "stands between quotes"),
    "single quotes": ("'{}'", "stands between quotes"),
    "typographic quotes": ("“{}”", "stands between quotes"),
    "its name": ("SUPABASE_JWT_SECRET={}", "begins with `NAME=`"),
    "its name in small letters": ("jwt_secret = {}", "begins with `NAME=`"),
    "an export": ('export JWT_SECRET="{}"', "begins with `NAME=`"),
}


@pytest.mark.parametrize(("form", "what"), AROUND.values(), ids=AROUND)
@pytest.mark.parametrize("algorithm", ["HS256", "HS512"])
def test_what_stands_around_a_shared_secret_is_named(form, what, algorithm):
    bare = "Qx7" * 25
    secret = form.format(bare)
    if secret == bare:
        secret = bare[:9] + "\u200e" + bare[9:]
    problem = check_signing_key(secret, algorithm)
    assert problem is not None
    assert problem.code == "key-wrapped"
    assert problem.message == f"the {algorithm} secret {what}, as a part of it"
    assert problem.hint
    assert "Qx7" not in problem.message + problem.hint


@pytest.mark.parametrize(
    "secret",
    [
        "A" * 43 + "=",
        "AAA" * 20 + "==",
        "a'b\"c" * 10,
        '"' + "q" * 40,
        "p=x" * 12,
        "ü" * 20,
        "x y" * 12,
    ],
)
def test_what_a_secret_itself_may_hold_stays(secret):
    assert check_signing_key(secret, "HS256") is None


@pytest.mark.parametrize("name", [n for n in AROUND if "behind" not in n and "direction" not in n])
def test_what_stands_around_a_pem_is_named(name):
    form, _ = AROUND[name]
    text = pem(RSA).strip()
    problem = check_signing_key(form.format(text), "RS256")
    before, after = form.split("{}")
    if before.strip("\n") or after.strip("\t\r\n"):
        assert problem is not None
        assert problem.code == "key-wrapped"
        assert problem.hint
        assert "MII" not in problem.message + problem.hint
    else:  # no reader of PEM minds
        assert problem is None


def test_a_pem_may_stand_among_other_lines():
    text = "Bag Attributes\r\n    name: x\r\n" + pem(RSA).replace("\n", "\r\n") + "\n\n"
    assert check_signing_key(text, "RS256") is None
    indented = "".join(f"    {line}\n" for line in pem(RSA).splitlines())
    problem = check_signing_key(indented, "RS256")
    assert problem is not None
    assert problem.message == "the private key has a blank before `-----BEGIN`"


def test_the_hint_names_the_algorithm_that_the_key_fits():
    for key, algorithm in (
        (RSA, "RS256"),
        (P256, "ES256"),
        (EC["secp521r1"], "ES512"),
        (ED, "EdDSA"),
    ):
        other = "ES384" if algorithm != "ES384" else "RS256"
        problem = check_signing_key(pem(key), other)
        assert problem is not None
        assert f"`signing_algorithm: {algorithm}`" in (problem.hint or "")


def test_a_mistyped_algorithm_is_guessed():
    problem = check_signing_key("x", "rs256".upper() + " ")
    assert problem is not None
    assert problem.hint == "did you mean `RS256`?"
