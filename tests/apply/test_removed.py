"""What an object was, kept before it goes: whole, private, without secrets, the last hundred."""

import json

import pytest

from clerkform.apply.removed import FOLDER, KEPT, Removed, document_of
from clerkform.cli import exits
from clerkform.kinds import KINDS
from clerkform.live.state import LiveObject
from clerkform.model import Address
from tests.errors.conftest import cli

__all__ = ["cli"]

MADE = """\
organizations: [{slug: acme, name: Acme, private_metadata: {note: nobody-sees-this}}]
api_keys: [{name: sync, subject: {organization: acme}, secret_to: none, claims: {n: claimed-privately}}]
redirect_urls: ["myapp://cb"]
"""
GONE = """\
organizations: [{slug: acme, absent: true}]
api_keys: []
redirect_urls: [{url: "myapp://cb", absent: true}]
"""
ALLOWED = ("--allow-delete", "organizations/acme", "--max-delete-percent", "100")


def kept(root):
    return {
        document["address"]: document
        for document in (json.loads(path.read_text()) for path in (root / FOLDER).iterdir())
    }


@pytest.fixture
def removed(cli):
    cli.write(MADE)
    assert cli("apply", "--auto-approve").code == exits.DONE
    cli.write(GONE)
    return cli


def test_what_goes_is_kept_as_it_was(removed):
    before = {one["slug"]: one for one in removed.live("organizations")}
    assert removed("apply", "--auto-approve", *ALLOWED).code == exits.DONE
    found = kept(removed.root)
    assert sorted(found) == ["api_keys/acme/sync", "organizations/acme", "redirect_urls/myapp://cb"]
    acme = found["organizations/acme"]
    assert (acme["id"], acme["body"]["name"]) == (before["acme"]["id"], "Acme")
    assert acme["body"]["private_metadata"] == "(sensitive)"
    assert found["api_keys/acme/sync"]["body"]["claims"] == "(sensitive)"
    text = "".join(path.read_text() for path in (removed.root / FOLDER).iterdir())
    assert "nobody-sees-this" not in text
    assert "claimed-privately" not in text
    for path in (removed.root / FOLDER).iterdir():
        assert path.stat().st_mode & 0o777 == 0o600
    assert (removed.root / ".clerkform/.gitignore").read_text() == "*\n"


def test_it_is_kept_before_the_request_is_sent(removed):
    removed.fault("/redirect_urls/", "DELETE", status=500)
    assert removed("apply", "--auto-approve", *ALLOWED).code == exits.FAILED
    assert "redirect_urls/myapp://cb" in kept(removed.root)


def test_a_plan_keeps_nothing(removed):
    removed("plan")
    assert not (removed.root / FOLDER).exists()


def test_where_nothing_can_be_kept_the_apply_goes_on_and_says_so(removed, tmp_path):
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (removed.root / FOLDER).symlink_to(elsewhere)
    applied = removed("apply", "--auto-approve", *ALLOWED)
    assert applied.code == exits.DONE
    assert (
        "warning[removed-not-kept]: .clerkform/removed is outside the project folder" in applied.err
    )
    assert list(elsewhere.iterdir()) == []


def test_the_oldest_go(tmp_path):
    folder = Removed(tmp_path, "production")
    kind, live = KINDS["redirect_urls"], LiveObject("redirect_urls", "ru_1", {"url": "a://b"})
    for at in range(KEPT + 5):
        address = Address("redirect_urls", f"a://{at}")
        folder.keep(document_of(live, kind, address, "ins_1", 1_750_000_000_000 + at * 1000))
    left = kept(tmp_path)
    assert len(left) == KEPT
    assert "redirect_urls/a://4" not in left
    assert f"redirect_urls/a://{KEPT + 4}" in left
    assert folder.failure is None


@pytest.mark.parametrize("object_id", ["../../x", "a/b", "\x00", "x" * 500])
def test_an_id_of_any_form_is_a_file_in_the_folder(tmp_path, object_id):
    folder = Removed(tmp_path, "production")
    live = LiveObject("redirect_urls", object_id, {"url": "a://b"})
    folder.keep(document_of(live, KINDS["redirect_urls"], Address("redirect_urls", "a"), "i", 0))
    (path,) = (tmp_path / FOLDER).iterdir()
    assert json.loads(path.read_text())["id"] == object_id


def test_files_of_others_are_neither_counted_nor_dropped(tmp_path):
    folder = tmp_path / FOLDER
    folder.mkdir(parents=True)
    (folder / "0.json").mkdir()
    for at in range(KEPT + 1):
        (folder / f"99999999-{at}.json").write_text("{}")
        (folder / f"99999999T999999999Z-{at:03}.json").write_text("{}")
    removed = Removed(tmp_path, "production")
    live = LiveObject("redirect_urls", "ru_1", {"url": "a://b"})
    removed.keep(document_of(live, KINDS["redirect_urls"], Address("redirect_urls", "a"), "i", 0))
    assert removed.failure is None
    assert (folder / "19700101T000000000Z-production-redirect_urls-ru_1.json").exists()
    assert len(list(folder.glob("99999999-*.json"))) == KEPT + 1


def test_what_looks_like_a_key_is_masked_wherever_it_stands():
    values = {"slug": "a", "public_metadata": {"keys": ["sk_live_abcdefgh"], "tier": "free"}}
    live = LiveObject("organizations", "org_1", values)
    body = document_of(live, KINDS["organizations"], Address("organizations", "a"), "i", 0)["body"]
    assert body["public_metadata"] == {"keys": ["(sensitive)"], "tier": "free"}
