"""What an apply that was cut off has left, and what a ledger that cannot be used does."""

import json
import os
import shlex
from pathlib import Path

import pytest

from clerkform.ledger.store import open_store
from tests.errors.test_api import DONE, FAILED, PENDING, WRONG, clerks
from tests.support import Clock

MANIFEST = """\
organizations:
  - {slug: acme, name: Acme}
api_keys:
  - name: billing
    subject: {organization: acme}
    secret_to: {file: .secrets/billing}
redirect_urls: [app://one, app://two]
"""
KEY = "api_keys/acme/billing"
LEDGER = ".clerkform/ledger.default.json"


class Record:
    """The ledger on disk, to look into and to change."""

    def __init__(self, root: Path) -> None:
        self.path = root / LEDGER

    def read(self):
        return json.loads(self.path.read_text())

    def entry(self, address):
        return self.read()["entries"].get(address)

    def edit(self, address, **changes):
        document = self.read()
        entry = document["entries"].setdefault(address, {})
        entry |= changes
        for name in [name for name, value in changes.items() if value is None]:
            entry.pop(name, None)
        self.path.write_text(json.dumps(document))


@pytest.fixture
def applied(cli):
    cli.write(MANIFEST)
    assert cli("apply", "--auto-approve").code == DONE
    cli.app.state.requests.clear()
    return cli


@pytest.fixture
def record(applied):
    return Record(applied.root)


def holds(cli, at=".secrets/billing"):
    """The sink has the secret of the only key that works."""
    working = [key for key in cli.live("api_keys") if not key["revoked"]]
    assert len(working) == 1
    kept = (cli.root / at).read_text()
    return kept == cli.app.state.store.secret("api_keys", working[0]["id"])


def begun(cli, record, **changes):
    """As if the run had been killed after the create, before its answer was recorded."""
    (key,) = cli.live("api_keys")
    intent = {"at": Clock().ms, "key": [key["subject"], "billing", "api_key"], **changes}
    record.edit(KEY, id=None, delivery=None, intent=intent)
    (cli.root / ".secrets/billing").unlink()


def test_nothing_is_planned_right_after_an_apply(applied, record):
    assert applied("plan", "--detailed-exitcode").code == DONE
    assert record.entry(KEY)["delivery"] == "delivered"
    before = record.path.read_bytes()
    assert applied("apply", "--auto-approve").code == DONE
    assert record.path.read_bytes() == before


def test_a_key_whose_creation_was_not_recorded_is_found_and_delivered(applied, record):
    begun(applied, record)
    planned = applied("plan", "--detailed-exitcode")
    assert planned.code == PENDING
    assert f"~ {KEY}" in planned.out
    assert "secret_to + (the secret of the live object)" in planned.out
    assert applied("apply", "--auto-approve").code == DONE
    assert applied.writes == []
    assert holds(applied)
    assert applied("plan", "--detailed-exitcode").code == DONE


def test_what_was_recorded_but_not_delivered_is_delivered(applied, record):
    record.edit(KEY, delivery="owed")
    (applied.root / ".secrets/billing").unlink()
    assert applied("apply", "--auto-approve").code == DONE
    assert applied.writes == []
    assert holds(applied)
    assert record.entry(KEY)["delivery"] == "delivered"


def test_a_key_whose_secret_is_not_shown_again_is_made_anew(applied, record):
    begun(applied, record)
    applied.fault("/secret$", "GET", status=403, body=clerks("forbidden"))
    assert applied("apply", "--auto-approve").code == DONE
    assert [line.rpartition("/")[2] for line in applied.writes] == ["revoke", "api_keys"]
    assert holds(applied)
    assert applied("plan", "--detailed-exitcode").code == DONE


def test_a_create_that_was_never_sent_is_sent_after_a_long_look(applied, record):
    begun(applied, record)
    applied.app.state.store.delete("api_keys", applied.live("api_keys")[0]["id"])
    assert applied("apply", "--auto-approve").code == DONE
    assert applied.waited >= 30
    assert applied.writes == ["POST /v1/api_keys"]
    assert holds(applied)


def test_an_old_intent_costs_one_look_only(applied, record):
    begun(applied, record, at=Clock().ms - 3_600_000)
    applied.app.state.store.delete("api_keys", applied.live("api_keys")[0]["id"])
    assert applied("apply", "--auto-approve").code == DONE
    assert applied.waited < 10
    assert holds(applied)


def test_a_key_that_was_there_before_is_nobodys_to_deliver(applied, record):
    key = applied.live("api_keys")[0]["id"]
    begun(applied, record, seen=[key])
    planned = applied("plan", "--detailed-exitcode")
    assert planned.code == DONE
    assert f"about to make {KEY}, and nothing shows that it did" in planned.out
    assert applied("apply", "--auto-approve").code == DONE
    assert applied.writes == []
    assert not (applied.root / ".secrets/billing").exists()
    assert record.entry(KEY)["id"] == key
    assert "intent" not in record.entry(KEY)
    assert "cut off" not in applied("plan").text


HOUR = 3_600_000
ODD_TIMES = pytest.mark.parametrize("off", [HOUR, -HOUR, 24 * HOUR, -24 * HOUR])
"""Milliseconds between what a runner's clock said and the server's, where no ``Date`` told."""


def cut_off(off):
    return {"at": Clock().ms + off}


@ODD_TIMES
def test_an_open_intent_is_warned_of_until_it_is_settled_whatever_the_clocks_say(
    applied, record, off
):
    key = applied.live("api_keys")[0]["id"]
    begun(applied, record, **cut_off(off))
    for command in ("plan", "apply --auto-approve", "plan", "apply --auto-approve", "drift"):
        done = applied(*command.split())
        assert done.code == DONE
        said = f"an apply was cut off while it made {KEY}, and {key}, which was not there before"
        assert said in done.text, command
        assert f"--deliver {KEY}" in done.text
    assert applied.writes == []
    assert applied.waited < 10, "what shows is not waited for"
    assert record.entry(KEY)["intent"]
    assert applied("apply", "--auto-approve", "--deliver", KEY).code == DONE
    assert holds(applied)
    assert "intent" not in record.entry(KEY)
    assert "cut off" not in applied("plan").text


@ODD_TIMES
def test_an_open_intent_is_settled_by_making_the_key_anew(applied, record, off):
    begun(applied, record, **cut_off(off))
    assert applied("apply", "--auto-approve", "--replace", KEY).code == DONE
    assert holds(applied)
    assert "intent" not in record.entry(KEY)
    assert "cut off" not in applied("plan").text


def test_an_edit_of_the_key_settles_no_intent(applied, record):
    begun(applied, record, **cut_off(HOUR))
    applied.write(MANIFEST.replace("name: billing", "name: billing\n    description: edited"))
    assert applied("apply", "--auto-approve").code == DONE
    assert record.entry(KEY)["intent"]
    assert "an apply was cut off" in applied("plan").out


NO_KEYS = "organizations: [{slug: acme}]\n"


@pytest.mark.parametrize("sections", ["api_keys: []\n", ""])
@pytest.mark.parametrize("off", [0, HOUR])
def test_a_dropped_item_takes_no_open_intent_with_it(applied, record, off, sections):
    begun(applied, record, **cut_off(off))
    applied.write(NO_KEYS + sections)
    for _ in range(2):
        done = applied("apply", "--auto-approve")
        assert done.code == DONE
        assert f"while it made {KEY}, which no manifest declares any more" in done.text
        assert ("is live, and nobody may have" if sections else "nobody looked") in done.text
    (key,) = applied.live("api_keys")
    applied.app.state.store.replace("api_keys", {**key, "revoked": True})
    applied.write(NO_KEYS + "api_keys: []\n")
    assert applied("apply", "--auto-approve").code == DONE
    assert record.entry(KEY) is None
    assert "cut off" not in applied("plan").text


def test_a_target_that_is_something_else_says_nothing_of_an_open_intent(applied, record):
    begun(applied, record, **cut_off(HOUR))
    done = applied("apply", "--auto-approve", "-t", "redirect_urls/*")
    assert (done.code, "cut off" in done.text) == (DONE, False)
    assert record.entry(KEY)["intent"]


def test_without_the_ledger_nothing_is_delivered_and_the_plan_says_so(applied, record):
    begun(applied, record)
    record.path.unlink()
    planned = applied("plan", "--detailed-exitcode")
    assert planned.code == DONE
    assert f"--deliver {KEY}" in planned.out
    assert f"--replace {KEY}" in planned.out
    assert applied("apply", "--auto-approve", "--deliver", KEY).code == DONE
    assert holds(applied)


def test_what_others_may_hold_is_not_made_anew_to_deliver_it(applied, record):
    applied.fault("/secret$", "GET", status=403, body=clerks("forbidden"))
    done = applied("apply", "--auto-approve", "--deliver", KEY)
    assert done.code == FAILED
    assert f"does not show the secret of {KEY} again" in done.err
    assert f"--replace {KEY}" in done.err
    assert applied.writes == []


def test_deliver_and_resend_want_something_that_they_are_for(applied):
    for option, pattern, why in (
        ("--deliver", "redirect_urls/*", "nothing there has a secret that is delivered"),
        ("--resend", "redirect_urls/*", "nothing there is sent that Clerk never returns"),
        ("--deliver", "api_keys/acme/none", "no manifest declares that"),
    ):
        done = applied("plan", option, pattern)
        assert done.code == WRONG
        assert why in done.err


def test_what_was_made_a_moment_ago_and_does_not_show_yet_is_waited_for(applied, record):
    """As where a run was killed once the key was made and delivered, and before it showed."""
    record.edit(KEY, made=Clock().ms)
    nothing = '{"data": [], "total_count": 0}'
    applied.fault("/api_keys$", "GET", times=2, status=200, body=nothing)
    assert applied("plan", "--detailed-exitcode").code == DONE
    assert 0 < applied.waited < 30
    applied.fault("/api_keys$", "GET", times=2, status=200, body=nothing)
    assert "Nothing to do." in applied("apply", "--auto-approve").out
    assert len(applied.live("api_keys")) == 1
    assert "made" not in record.entry(KEY)
    applied.fault("/api_keys$", "GET", status=200, body=nothing)
    assert applied("plan", "--detailed-exitcode").code == PENDING
    assert applied.waited == 0


def test_a_rotation_that_was_cut_off_is_finished(applied, record):
    """Both keys are live: the new one is nobody's yet, the old one has to go."""
    old = applied.live("api_keys")[0]["id"]
    was = record.path.read_text()
    # The old one cannot be revoked, as if the run had been killed before that.
    applied.fault("/revoke$", "POST", status=503)
    assert applied("apply", "--auto-approve", "--replace", KEY).code == FAILED
    applied.heal()
    new = next(key["id"] for key in applied.live("api_keys") if key["id"] != old)
    kept = {"id": new, "superseded": [old], "made": Clock().ms}
    assert record.entry(KEY) == json.loads(was)["entries"][KEY] | kept
    planned = applied("plan")
    assert f"- api_keys/{old}" in planned.out
    assert f"replaced by {KEY}" in planned.out
    assert "1 to delete" in planned.out
    # The same again, but killed even before the new id was recorded.
    key = applied.live("api_keys")[0]
    intent = {"at": Clock().ms, "key": [key["subject"], "billing", "api_key"], "seen": [old]}
    record.edit(KEY, id=old, superseded=[old], intent=intent)
    (applied.root / ".secrets/billing").unlink()
    assert applied("apply", "--auto-approve").code == DONE
    assert holds(applied)
    assert record.entry(KEY)["id"] == new
    assert "superseded" not in record.entry(KEY)
    assert applied("plan", "--detailed-exitcode").code == DONE


def test_a_rename_that_was_cut_off_is_finished(applied, record):
    applied.fault("/redirect_urls/", "DELETE", status=503)
    renamed = "{url: app://three, lifecycle: {renamed_from: app://two}}"
    applied.write(MANIFEST.replace("app://two", renamed))
    assert applied("apply", "--auto-approve").code == FAILED
    applied.heal()
    assert len(applied.live("redirect_urls")) == 3
    assert applied("apply", "--auto-approve").code == DONE
    assert {one["url"] for one in applied.live("redirect_urls")} == {"app://one", "app://three"}
    assert applied("plan", "--detailed-exitcode").code == DONE


def damaged(record, cli):
    record.path.write_bytes(record.path.read_bytes()[:100])


def foreign(record, cli):
    record.path.write_text(json.dumps({**record.read(), "instance": "ins_other"}))


def newer(record, cli):
    record.path.write_text(json.dumps({**record.read(), "format_version": 2}))


def something_else(record, cli):
    record.path.write_text('{"name": "a-package"}')


def missing(record, cli):
    record.path.unlink()


USELESS = [
    (missing, None),
    (damaged, "ledger-unusable"),
    (foreign, "ledger-foreign"),
    (newer, "ledger-unusable"),
    (something_else, "ledger-unusable"),
]


@pytest.mark.parametrize(
    ("spoil", "code"), USELESS, ids=lambda value: getattr(value, "__name__", "")
)
def test_a_ledger_that_cannot_be_used_changes_no_plan(applied, record, spoil, code):
    applied.write("version: 1\nprune: {redirect_urls: owned}\n", "clerkform.yaml")
    applied.write(MANIFEST.replace(", app://two", ""))
    assert "1 to delete" in applied("plan").out
    spoil(record, applied)
    kept = record.path.read_bytes() if code else None
    planned = applied("plan", "--detailed-exitcode", "--format", "json")
    assert planned.code == DONE
    warned = [n["code"] for n in planned.document["plan"]["notes"] if n["severity"] == "warning"]
    assert warned == ([code] if code else [])
    done = applied("apply", "--auto-approve")
    assert done.code == DONE
    assert applied.writes == []
    assert len(applied.live("redirect_urls")) == 2
    assert set(record.read()["entries"]) >= {KEY, "organizations/acme", "redirect_urls/app://one"}
    if kept:
        aside = record.path.with_name(f"{record.path.name}.unusable-1")
        assert aside.read_bytes() == kept
        assert str(aside.relative_to(applied.root)) in done.err


def test_a_ledger_that_cannot_be_written_stops_what_would_make_a_secret(cli):
    (cli.root / ".clerkform").write_text("in the way")
    cli.write(MANIFEST)
    done = cli("apply", "--auto-approve")
    assert done.code == WRONG
    assert "error[ledger-unwritable]" in done.err
    assert cli.writes == []
    cli.write("redirect_urls: [app://one]")
    done = cli("apply", "--auto-approve")
    assert done.code == DONE
    assert "what is applied is not recorded" in done.err
    assert len(cli.live("redirect_urls")) == 1


def test_two_applies_on_one_machine_do_not_meet(applied):
    applied.write(MANIFEST.replace("app://two", "app://three"))
    with open_store(LEDGER, applied.root).lock():
        done = applied("apply", "--auto-approve")
        assert done.code == WRONG
        assert "error[ledger-locked]" in done.err
        assert f"process {os.getpid()}" in done.err
        assert applied("plan").code == DONE
    assert applied.writes == []
    assert applied("apply", "--auto-approve").code == DONE


def test_an_organization_that_was_renamed_in_the_dashboard_is_recognised(applied, record):
    (organization,) = applied.live("organizations")
    applied.app.state.store.replace("organizations", {**organization, "slug": "acme-two"})
    planned = applied("plan", "--format", "json")
    (action,) = planned.document["plan"]["actions"]
    assert (action["address"], action["action"]) == ("organizations/acme", "update")
    assert [(c["field"], c["before"], c["after"], c["made_by"]) for c in action["changes"]] == [
        ("slug", "acme-two", "acme", "drifted")
    ]
    assert applied("apply", "--auto-approve").code == DONE
    assert [one["slug"] for one in applied.live("organizations")] == ["acme"]
    assert holds(applied)


SIGNED = """\
jwt_templates:
  - name: supabase
    signing_algorithm: HS256
    signing_key: {from_env: TEMPLATE_KEY}
    claims: {a: 1}
"""
ONE, OTHER = "the-first-signing-key-0123456789ab", "another-signing-key-0123456789abc"


@pytest.fixture
def signed(cli):
    cli.write(SIGNED)
    cli.environ = {"TEMPLATE_KEY": ONE}
    assert cli("apply", "--auto-approve").code == DONE
    cli.app.state.requests.clear()
    return cli


def sent_keys(cli):
    bodies = [r.body for r in cli.app.state.requests if r.method != "GET"]
    return [body.get("signing_key") for body in bodies]


def test_a_signing_key_that_did_not_change_is_not_sent(signed):
    planned = signed("plan", "--detailed-exitcode")
    assert planned.code == DONE
    assert "cannot be compared" not in planned.out
    assert signed("apply", "--auto-approve").code == DONE
    assert sent_keys(signed) == []


def test_a_signing_key_that_changed_is_sent_once(signed):
    signed.environ = {"TEMPLATE_KEY": OTHER}
    planned = signed("plan", "--detailed-exitcode")
    assert planned.code == PENDING
    assert "signing_key  (secret) → (another secret)   edited" in planned.out
    assert signed("drift").code == DONE, "nobody changed anything in Clerk"
    for _ in range(2):
        done = signed("apply", "--auto-approve")
        assert done.code == DONE
        assert not {ONE, OTHER} & set(done.text.split())
    assert sent_keys(signed) == [OTHER]


def test_a_signing_key_is_sent_again_on_request(signed):
    assert signed("apply", "--auto-approve", "--resend", "jwt_templates/*").code == DONE
    assert sent_keys(signed) == [ONE]


def test_a_signing_key_that_is_not_there_now_cannot_be_compared(signed):
    signed.environ = {}
    planned = signed("plan", "--detailed-exitcode")
    assert planned.code == DONE
    assert "signing_key cannot be compared" in planned.out
    assert signed("apply", "--auto-approve").code == DONE
    signed.environ = {"TEMPLATE_KEY": ONE}
    planned = signed("plan", "--detailed-exitcode")
    assert planned.code == DONE
    assert "cannot be compared" not in planned.out, "what was recorded is not forgotten"


def test_without_a_ledger_a_signing_key_cannot_be_compared_and_adopting_records_it(signed):
    (signed.root / LEDGER).unlink()
    planned = signed("plan", "--detailed-exitcode")
    assert planned.code == DONE
    assert "signing_key cannot be compared" in planned.out
    assert signed("apply", "--auto-approve").code == DONE
    assert sent_keys(signed) == []
    signed.environ = {"TEMPLATE_KEY": OTHER}
    assert signed("plan", "--detailed-exitcode").code == PENDING


PRUNED = "version: 1\nprune: {redirect_urls: owned, organizations: owned, api_keys: owned}\n"


def test_what_clerkform_made_and_nobody_declares_any_more_is_pruned(applied, record):
    """An undeclared organization of somebody else's, its key and another URL stay."""
    applied.write(PRUNED, "clerkform.yaml")
    (url,) = [one for one in applied.live("redirect_urls") if one["url"] == "app://one"]
    store = applied.app.state.store
    other = {**url, "id": f"ru_{'0' * 27}", "url": "app://other"}
    store.insert("redirect_urls", other, created_at=url["created_at"])
    applied.write("organizations: []\napi_keys: []\nredirect_urls: [app://one]\n")
    allow = ("--auto-approve", "--allow-delete", "organizations/acme")
    done = applied("apply", *allow)
    assert done.code == DONE, done.text
    assert {one["url"] for one in applied.live("redirect_urls")} == {"app://one", "app://other"}
    assert applied.live("organizations") == []
    assert [key["revoked"] for key in applied.live("api_keys")] == [True]
    assert set(record.read()["entries"]) == {"redirect_urls/app://one"}
    assert applied("plan", "--detailed-exitcode").code == DONE


def test_a_key_that_is_no_longer_declared_is_found_under_its_subject(applied, record):
    applied.write(PRUNED, "clerkform.yaml")
    applied.write("organizations: [{slug: acme}]\napi_keys: []\n")
    assert "1 to delete" in applied("plan").out
    assert applied("apply", "--auto-approve").code == DONE
    assert applied.writes[-1].endswith("/revoke")
    assert record.entry(KEY) is None


def test_what_was_dropped_without_pruning_is_forgotten(applied, record):
    """Pruning that is switched on later does not reach back."""
    applied.write(MANIFEST.replace(", app://two", ""))
    assert applied("apply", "--auto-approve").code == DONE
    assert record.entry("redirect_urls/app://two") is None
    applied.write(PRUNED, "clerkform.yaml")
    assert applied("plan", "--detailed-exitcode").code == DONE


def test_a_section_that_is_gone_is_not_pruned_and_not_forgotten(applied, record):
    applied.write(PRUNED, "clerkform.yaml")
    applied.write(MANIFEST.replace("redirect_urls: [app://one, app://two]", ""))
    assert applied("apply", "--auto-approve").code == DONE
    assert record.entry("redirect_urls/app://two")
    applied.write(MANIFEST.replace(", app://two", ""))
    assert "1 to delete" in applied("plan").out


def test_what_protected_an_item_still_does_once_it_is_no_longer_declared(applied):
    applied.write(PRUNED, "clerkform.yaml")
    kept = "{url: app://two, lifecycle: {prevent_destroy: true}}"
    applied.write(MANIFEST.replace("app://two", kept))
    assert applied("apply", "--auto-approve").code == DONE
    applied.write(MANIFEST.replace(", app://two", ""))
    done = applied("apply", "--auto-approve")
    assert done.code == WRONG
    assert "error[prevent-destroy]" in done.err


def test_how_a_key_is_removed_is_remembered(applied):
    applied.write(PRUNED, "clerkform.yaml")
    applied.write(MANIFEST.replace("secret_to:", "lifecycle: {deletion: delete}\n    secret_to:"))
    assert applied("apply", "--auto-approve").code == DONE
    applied.write("organizations: [{slug: acme}]\napi_keys: []\n")
    assert applied("apply", "--auto-approve").code == DONE
    assert applied.writes[-1].startswith("DELETE /v1/api_keys/")


def test_a_target_records_and_forgets_nothing_else(applied, record):
    before = record.read()["entries"]
    applied.write(MANIFEST.replace(", app://two", ", app://three"))
    assert applied("apply", "--auto-approve", "-t", "redirect_urls/app://three").code == DONE
    after = record.read()["entries"]
    assert {a: e for a, e in after.items() if not a.endswith("three")} == before
    assert "redirect_urls/app://three" in after


def test_what_is_destroyed_is_forgotten(applied, record):
    allow = ("--auto-approve", "--allow-delete", "organizations/acme")
    assert applied("destroy", *allow).code == DONE
    assert record.read()["entries"] == {}
    planned = applied("plan", "--format", "json").document["plan"]["actions"]
    assert {action["made_by"] for action in planned} == {"edited"}


# --- what must not be mistaken for what the ledger has ------------------------------------------


def changed(cli, kind, key, **fields):
    """Somebody edits an object in the dashboard."""
    (one,) = [one for one in cli.live(kind) if key in (one.get("slug"), one.get("name"))]
    cli.app.state.store.replace(kind, {**one, **fields})


def made_again(cli, kind, name, prefix, **fields):
    """Somebody deletes an object in the dashboard, and makes one like it."""
    (one,) = [one for one in cli.live(kind) if name in (one.get("slug"), one.get("name"))]
    cli.app.state.store.delete(kind, one["id"])
    other = {**one, "id": f"{prefix}_{'9' * 27}", **fields}
    cli.app.state.store.insert(kind, other, created_at=one["created_at"])
    return other["id"]


def plan_of(cli, *args):
    done = cli("plan", "--format", "json", *args)
    assert done.code == DONE, done.text
    return done.document["plan"]


def test_an_intent_says_nothing_of_what_is_made_much_later(applied, record):
    begun(applied, record, at=Clock().ms - 3_600_000)
    assert plan_of(applied)["actions"] == []
    assert applied("apply", "--auto-approve").code == DONE
    assert applied.writes == []
    assert not (applied.root / ".secrets/billing").exists()


def test_the_clock_of_a_runner_may_be_minutes_ahead(applied, record):
    begun(applied, record, at=Clock().ms + 300_000)
    assert applied("apply", "--auto-approve").code == DONE
    assert holds(applied)


def test_a_delivery_is_owed_for_one_object_and_no_other(applied, record):
    (key,) = applied.live("api_keys")
    record.edit(KEY, delivery="owed", id="ak_" + "0" * 32)
    applied.fault("/secret$", "GET", status=403, body=clerks("forbidden"))
    assert applied("apply", "--auto-approve").code == DONE
    assert applied.writes == []
    assert [one["revoked"] for one in applied.live("api_keys")] == [False]
    assert record.entry(KEY)["id"] == key["id"]


def test_a_delivery_is_owed_under_another_address_of_the_same_object(applied, record):
    record.edit(KEY, delivery="owed")
    (applied.root / ".secrets/billing").unlink()
    renamed = MANIFEST.replace("slug: acme,", "slug: beta, lifecycle: {renamed_from: acme},")
    applied.write(renamed.replace("organization: acme", "organization: beta"))
    assert applied("apply", "--auto-approve").code == DONE
    assert holds(applied)
    entries = record.read()["entries"]
    assert "organizations/acme" not in entries
    assert KEY not in entries
    assert entries["api_keys/beta/billing"]["delivery"] == "delivered"


def test_a_rename_in_git_and_one_in_the_dashboard_are_one_update(applied, record):
    applied.write(PRUNED, "clerkform.yaml")
    changed(applied, "organizations", "acme", slug="acme-two")
    renamed = MANIFEST.replace("slug: acme,", "slug: beta, lifecycle: {renamed_from: acme},")
    applied.write(renamed.replace("organization: acme", "organization: beta"))
    assert [(a["address"], a["action"]) for a in plan_of(applied)["actions"]] == [
        ("organizations/beta", "update")
    ]
    assert applied("apply", "--auto-approve").code == DONE
    assert [one["slug"] for one in applied.live("organizations")] == ["beta"]


def test_what_became_external_is_no_longer_owned(applied, record):
    applied.write(PRUNED, "clerkform.yaml")
    applied.write(MANIFEST.replace("app://two", "{url: app://two, external: true}"))
    assert applied("apply", "--auto-approve").code == DONE
    assert record.entry("redirect_urls/app://two") is None
    applied.write(MANIFEST.replace(", app://two", ""))
    assert plan_of(applied)["actions"] == []


TEMPLATES = "jwt_templates: [{name: %s, claims: {}%s}]\n"


def test_an_object_is_recorded_at_one_address_alone(cli):
    """Else its former name would still own it, without what protects it now."""
    cli.write("version: 1\nprune: {jwt_templates: owned}\n", "clerkform.yaml")
    cli.write(TEMPLATES % ("zeta", ""))
    assert cli("apply", "--auto-approve").code == DONE
    renamed = ", lifecycle: {renamed_from: zeta, prevent_destroy: true}"
    cli.write(TEMPLATES % ("beta", renamed))
    assert cli("apply", "--auto-approve").code == DONE
    assert set(Record(cli.root).read()["entries"]) == {"jwt_templates/beta"}
    cli.write("jwt_templates: []\n")
    done = cli("apply", "--auto-approve")
    assert (done.code, "error[prevent-destroy]" in done.err) == (WRONG, True)
    cli.write(TEMPLATES % ("zeta", ""))
    actions = cli("plan", "--format", "json").document["plan"]["actions"]
    assert {(a["address"], a["action"]) for a in actions} == {
        ("jwt_templates/zeta", "create"),
        ("jwt_templates/beta", "delete"),
    }


def test_what_is_protected_stays_so_under_another_name(applied):
    applied.write(f"{PRUNED}protect: [organizations/acme]\n", "clerkform.yaml")
    changed(applied, "organizations", "acme", slug="acme-two")
    applied.write("organizations: []\napi_keys: []\n")
    done = applied("apply", "--auto-approve", "--allow-production")
    assert done.code == WRONG
    assert "error[protected-object]" in done.err


def test_what_is_declared_again_has_not_to_go_any_more(applied, record):
    applied.fault("/redirect_urls/", "DELETE", status=503)
    renamed = "{url: app://three, lifecycle: {renamed_from: app://two}}"
    applied.write(MANIFEST.replace("app://two", renamed))
    assert applied("apply", "--auto-approve").code == FAILED
    applied.heal()
    applied.write(MANIFEST.replace("app://two", "app://two, app://three"))
    assert applied("apply", "--auto-approve").code == DONE
    applied.write(MANIFEST.replace("app://two", "app://three"))
    assert plan_of(applied)["actions"] == []


def test_what_somebody_made_anew_has_drifted(signed):
    made_again(signed, "jwt_templates", "supabase", "jtmp", claims={"a": 2})
    (action,) = plan_of(signed)["actions"]
    assert [change["made_by"] for change in action["changes"]] == ["drifted"]
    assert signed("drift").code == PENDING
    signed.write(SIGNED.replace("{a: 1}", "{a: 3}"))
    (action,) = plan_of(signed)["actions"]
    assert [change["made_by"] for change in action["changes"]] == ["both"]


def test_the_signing_key_of_what_somebody_made_anew_cannot_be_compared(signed):
    made = made_again(signed, "jwt_templates", "supabase", "jtmp")
    notes = [note["message"] for note in plan_of(signed)["notes"]]
    assert any("signing_key cannot be compared" in note for note in notes)
    assert signed("apply", "--auto-approve").code == DONE
    assert Record(signed.root).entry("jwt_templates/supabase")["id"] == made


def test_what_was_never_applied_is_attributed_to_nobody(cli):
    cli.write("redirect_urls: [app://one]\n")
    cli.write(TEMPLATES % ("convex", ""), "templates.yaml")
    assert cli("apply", "--auto-approve").code == DONE
    (cli.root / LEDGER).unlink()
    assert cli("apply", "--auto-approve", "-t", "redirect_urls/*").code == DONE
    changed(cli, "jwt_templates", "convex", claims={"a": 1})
    (action,) = plan_of(cli)["actions"]
    assert [change["made_by"] for change in action["changes"]] == ["unattributed"]
    assert cli("drift").code == PENDING


def test_what_a_dropped_item_was_to_replace_goes_with_it(applied, record):
    applied.write(PRUNED, "clerkform.yaml")
    applied.fault("/revoke$", "POST", status=503)
    assert applied("apply", "--auto-approve", "--replace", KEY).code == FAILED
    applied.heal()
    applied.write("organizations: [{slug: acme}]\napi_keys: []\n")
    assert applied("apply", "--auto-approve").code == DONE
    assert [key["revoked"] for key in applied.live("api_keys")] == [True, True]
    assert record.entry(KEY) is None


def test_a_dropped_item_of_which_nothing_but_an_intent_is_known_is_pruned_too(applied, record):
    applied.write(PRUNED, "clerkform.yaml")
    begun(applied, record)
    applied.write("organizations: [{slug: acme}]\napi_keys: []\n")
    assert applied("apply", "--auto-approve").code == DONE
    assert [key["revoked"] for key in applied.live("api_keys")] == [True]


def test_a_ledger_that_cannot_be_read_is_not_overwritten(applied, record, monkeypatch):
    from clerkform.ledger.backends.file import FileStore
    from clerkform.ledger.store import StoreFailed

    kept = record.path.read_bytes()

    def refuse(store):
        raise StoreFailed(f"the ledger {store.place} cannot be read: Permission denied")

    monkeypatch.setattr(FileStore, "read", refuse)
    applied.write(MANIFEST.replace(", app://two", ""))
    done = applied("apply", "--auto-approve")
    assert done.code == DONE
    assert "Permission denied" in done.out
    aside = record.path.with_name(f"{record.path.name}.unusable-1")
    assert aside.read_bytes() == kept


def test_a_key_that_is_ignored_and_goes_along_is_noted(signed):
    ignoring = SIGNED + "    lifecycle: {ignore_changes: [signing_key]}\n"
    signed.write(ignoring)
    signed.environ = {"TEMPLATE_KEY": OTHER}
    plan = plan_of(signed)
    assert plan["actions"] == []
    assert any("another one goes along" in note["message"] for note in plan["notes"])


def test_a_step_is_recorded_also_where_the_next_one_fails(applied):
    two_parts = MANIFEST.replace("name: Acme", "name: ACME, public_metadata: {a: 1}")
    applied.write(two_parts)
    applied.fault("/metadata$", "PATCH", status=503)
    assert applied("apply", "--auto-approve").code == FAILED
    applied.heal()
    applied.write(MANIFEST)
    (action,) = plan_of(applied)["actions"]
    assert [(c["field"], c["made_by"]) for c in action["changes"]] == [("name", "edited")]


def test_a_renamed_organization_is_destroyed_as_well(applied):
    changed(applied, "organizations", "acme", slug="acme-two")
    allow = ("--allow-delete", "organizations/acme", "--allow-delete", "organizations/acme-two")
    assert applied("destroy", "--auto-approve", *allow).code == DONE
    assert applied.live("organizations") == []


def test_environments_do_not_share_a_ledger(cli):
    shared = "    ledger: state/one.json\n"
    cli.write(f"version: 1\nenvironments:\n  a:\n{shared}  b:\n{shared}", "clerkform.yaml")
    cli.write("redirect_urls: []\n")
    done = cli("validate")
    assert done.code == WRONG
    assert "clerkform.yaml:6:13: error[shared-ledger]" in done.err


@pytest.mark.parametrize("output", ["text", "json"])
def test_drift_says_that_no_ledger_could_be_used(applied, record, output):
    damaged(record, applied)
    changed(applied, "organizations", "acme", name="Somebody's")
    done = applied("drift", "--format", output)
    assert done.code == PENDING
    if output == "json":
        assert [found["code"] for found in done.document["findings"]] == ["ledger-unusable"]
    else:
        assert "warning[ledger-unusable]" in done.err


def test_drift_that_was_not_asked_about_is_not_denied(applied):
    changed(applied, "organizations", "acme", name="Somebody's")
    done = applied("drift", "--fail-on", "edited")
    assert done.code == DONE
    assert "Nothing edited in default (" in done.out
    assert "No drift" not in done.out


def test_of_two_live_keys_the_one_that_was_applied_from_here_is_named(applied, record):
    (key,) = applied.live("api_keys")
    for twin in ("0" * 32, "f" * 32):
        made = {"created_at": key["created_at"], "secret": f"ak_secret_{twin}"}
        applied.app.state.store.insert("api_keys", {**key, "id": f"ak_{twin}"}, **made)
    done = applied("plan")
    assert done.code == WRONG
    assert "error[two-live]" in done.err
    assert f"`id: {key['id']}` is the one that was applied from here" in done.err


def test_a_secret_that_is_owed_reads_as_such_in_drift(applied, record):
    record.edit(KEY, delivery="owed")
    assert "its secret was not delivered" in applied("drift").out


def test_what_is_told_to_be_typed_is_one_word_whatever_a_key_is_called(applied, record):
    name = "x'; touch PWNED; '"
    applied.write(MANIFEST.replace("name: billing", f'name: "{name}"'))
    assert applied("apply", "--auto-approve").code == DONE
    record.path.unlink()
    said = applied("plan").out
    for option in ("--deliver", "--replace"):
        told = said.partition(f"{option} ")[2].splitlines()[0]
        words = shlex.split(told.partition(" asks for it")[0].partition(" makes")[0])
        assert words == [f"api_keys/acme/{name}"]
