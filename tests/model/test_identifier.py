import pytest

from clerkform.kinds import KINDS
from clerkform.model.identifier import stored

SOLANA = "9xQeWvG816bUx9EPjHmaT23yvVM2ZWbrrpZb9PusVFin"


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("Jane@Example.COM", "jane@example.com"),
        ("*@EXAMPLE.com", "*@example.com"),
        ("0X" + "Ab" * 20, "0x" + "ab" * 20),
        ("+15555550100", "+15555550100"),
        (SOLANA, SOLANA),
        ("*@Bücher.example", "*@xn--bcher-kva.example"),
        ("*@*.日本。example", "*@*.xn--wgv71a.example"),
        ("bücher@faß.example", "bücher@xn--fa-hia.example"),
        ("x@" + "ü" * 300 + ".example", "x@" + "ü" * 300 + ".example"),
    ],
)
def test_an_identifier_is_kept_as_clerk_keeps_it(written, kept):
    assert stored(written) == kept
    assert stored(kept) == kept
    takers = ["allowlist_identifiers"] if not written.startswith("*@*.") else []
    for kind in (*takers, "blocklist_identifiers"):
        assert KINDS[kind].model.model_validate({"identifier": written}).identifier == written


@pytest.mark.parametrize(
    "text", ["", "example.com", "a b@x.example", "+0123", "0x12", "@", "a@", "a@b", "a@b..c"]
)
def test_what_is_no_identifier_is_refused(text):
    with pytest.raises(ValueError, match="pattern"):
        KINDS["allowlist_identifiers"].model.model_validate({"identifier": text})


def test_only_the_blocklist_takes_subdomains():
    every = {"identifier": "*@*.example.com"}
    assert KINDS["blocklist_identifiers"].model.model_validate(every)
    with pytest.raises(ValueError, match="only the blocklist takes"):
        KINDS["allowlist_identifiers"].model.model_validate(every)
