"""The hint that names what was meant, also where there is much to choose from."""

import difflib

import pytest

from clerkform.diagnostics import did_you_mean

MANY = [f"{first}-team-{number:04}" for number in range(2000) for first in ("acme", "umbrella")]


@pytest.mark.parametrize(
    ("word", "hint"),
    [
        ("lifetmie", "did you mean `lifetime`?"),
        ("liftime", "did you mean `lifetime`?"),
        ("time", "did you mean `lifetime`?"),
        ("tim", None),
        ("", None),
        ("lifetime" * 3, None),
    ],
)
def test_the_nearest_is_named_if_one_is_near(word, hint):
    assert did_you_mean(word, ["claims", "lifetime", "name"]) == hint


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        ("acme-taem-1234", "acme-team-1234"),
        ("acmee-team-1234", "acme-team-1234"),
        ("cme-team-1234", "acme-team-1234"),
        ("umbrela-team-0007", "umbrella-team-0007"),
    ],
)
def test_the_nearest_of_thousands_is_found(word, meant):
    assert did_you_mean(word, MANY) == f"did you mean `{meant}`?"


def test_few_of_thousands_are_compared(monkeypatch):
    compared = []
    real = difflib.get_close_matches

    def counted(word, names, **options):
        compared.append(len(names))
        return real(word, names, **options)

    monkeypatch.setattr(difflib, "get_close_matches", counted)
    did_you_mean("acme-taem-1234", MANY)
    did_you_mean("x" * 60, MANY)
    did_you_mean("x" * 101, ["x" * 100])
    assert compared == [50, 0]
