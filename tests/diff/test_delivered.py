"""What a plan says of secrets that somebody may be waiting for."""

from clerkform.diagnostics import Problems
from clerkform.diff.actions import diff
from clerkform.diff.match import match
from clerkform.diff.rules import Rules
from clerkform.kinds import KINDS
from clerkform.ledger.entries import Entry, Ledger
from tests.support import desired_from, live_from

USER = "user_" + "0" * 27
MANIFEST = f"""
api_keys: [{{subject: {USER}, name: key, secret_to: {{file: .secrets/key}}}}]
oauth_applications: [{{name: app, secret_to: {{file: .secrets/app}}}}]
"""
LIVE = {
    "api_keys": [{"id": "ak_1", "subject": USER, "name": "key"}],
    "oauth_applications": [{"id": "oa_1", "name": "app"}],
}
KEY, APP = f"api_keys/{USER}/key", "oauth_applications/app"


def noted(*entries):
    """The notes of a plan by address, where the ledger has these entries."""
    desired, live, problems = desired_from(MANIFEST), live_from(LIVE), Problems()
    ledger = Ledger("test", "ins_1", b"s" * 32, is_new=False)
    for address in desired.items if entries else ():
        ledger = ledger.with_(address, Entry(id=live.of(address.kind)[0].id, **entries[0]))
    matched = match(desired, live, KINDS, problems, ledger)
    found = diff(matched, live, KINDS, Rules(), problems, ledger=ledger)
    assert problems == []
    return {str(action.address): action.notes for action in found.actions}


def test_a_secret_is_asked_for_where_clerk_shows_it_again():
    said = "nothing records whether its {} was delivered: if nobody has it,"
    assert noted() == {
        KEY: (
            f"{said.format('secret')} --deliver {KEY} asks for it, --replace {KEY} makes a new one",
        ),
        APP: (f"{said.format('client_secret')} --replace {APP} makes a new one",),
    }


def test_what_nobody_has_the_secret_of_is_made_anew_where_the_secret_alone_cannot_be():
    (key,), (app,) = noted({"delivery": "owed"}).values()
    assert key.endswith("the live object is removed and made anew")
    assert app.endswith("another one is made in its place")
