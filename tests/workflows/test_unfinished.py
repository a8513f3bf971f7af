"""What is said of creates that an apply was cut off in."""

from clerkform.diagnostics import Problems
from clerkform.diff.match import match
from clerkform.diff.rules import Rules
from clerkform.kinds import KINDS
from clerkform.ledger.entries import Entry, Intent, Ledger
from clerkform.workflows.observe import Seen
from clerkform.workflows.unfinished import unsettled
from tests.support import desired_from, live_from

USER = "user_" + "0" * 27
MANIFEST = f"""
api_keys: [{{subject: {USER}, name: key, secret_to: none}}]
oauth_applications: [{{name: app, secret_to: none}}]
"""


def test_what_may_have_been_made_is_delivered_where_clerk_shows_its_secret_again():
    desired, problems = desired_from(MANIFEST), Problems()
    live = live_from(
        {"api_keys": [{"subject": USER, "name": "key"}], "oauth_applications": [{"name": "app"}]}
    )
    ledger = Ledger("test", "ins_1", b"s" * 32, is_new=False)
    for item in desired.items.values():
        ledger = ledger.with_(item.address, Entry(intent=Intent(0, item.parts)))
    seen = Seen(match(desired, live, KINDS, problems, ledger), live, ledger, problems)
    key, app = unsettled(seen, desired.items, desired, KINDS, Rules(), lambda one: True)
    at = f"api_keys/{USER}/key"
    assert key.hint == f"--deliver {at} delivers it, --replace {at} makes a new one"
    assert app.hint == "--replace oauth_applications/app makes a new one"
