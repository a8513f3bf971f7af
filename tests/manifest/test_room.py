"""What all files of a project may add up to."""

from clerkform.errors import ManifestError
from clerkform.kinds import KINDS
from clerkform.manifest import room
from clerkform.workflows import load
from tests.errors.findings import write

MEGABYTE = "#" * 1_000_000


def findings(root, files, environment=None):
    write(root, files)
    try:
        load.validate(root, environment, KINDS, {})
    except ManifestError as error:
        return [(one.code, one.span and str(one.span), one.message) for one in error.diagnostics]
    return []


def test_manifests_add_up(tmp_path):
    files = {f"{number:02}.yaml": MEGABYTE for number in range(11)}
    assert findings(tmp_path, files) == [
        (
            "too-large",
            "10.yaml:1:1",
            "with this, the manifests and data files of an environment hold more than"
            " 10,000,000 bytes",
        )
    ]


def test_data_files_add_up_with_them(tmp_path, monkeypatch):
    monkeypatch.setitem(room.BOUNDS, "bytes", 1_000)
    claims = "jwt_templates:\n- name: a\n  claims: {from_file: claims.json}\n"
    assert findings(tmp_path, {"a.yaml": claims, "claims.json": '{"a": 1}'}) == []
    found = findings(tmp_path, {"claims.json": '{"a": "' + "x" * 1_000 + '"}'})
    assert [one[:2] for one in found] == [("too-large", "a.yaml:3:23")]


def test_there_are_so_many_files(tmp_path, monkeypatch):
    monkeypatch.setitem(room.BOUNDS, "files", 2)
    files = {f"{name}.yaml": f"redirect_urls: ['https://{name}.example.com']\n" for name in "ab"}
    assert findings(tmp_path, files) == []
    assert findings(tmp_path, {"c.yaml": "redirect_urls: []"})[0][:2] == ("too-large", "c.yaml:1:1")


def test_there_are_so_many_items(tmp_path, monkeypatch):
    monkeypatch.setitem(room.BOUNDS, "items", 3)
    assert findings(tmp_path, {"a.yaml": "redirect_urls: ['a://a', 'a://b']\n"}) == []
    found = findings(tmp_path, {"b.yaml": "# more\nblocklist_identifiers: [a@b.cc, c@d.ee]\n"})
    assert [one[:2] for one in found] == [("too-large", "b.yaml:2:1")]
    assert "more than 3 items" in found[0][2]


def test_environments_add_up(tmp_path, monkeypatch):
    monkeypatch.setitem(room.BOUNDS, "items", 2)
    names = [f"e{number}" for number in range(6)]
    environments = "".join(f"  {name}: {{api: sandbox}}\n" for name in names)
    files = {
        "clerkform.yaml": f"version: 1\nenvironments:\n{environments}",
        "a.yaml": "redirect_urls: ['a://a', 'a://b']\n",
    }
    found = findings(tmp_path, files)
    assert [one[:2] for one in found] == [("too-large", "a.yaml:1:1")]
    assert "all environments together have more than 10 items" in found[0][2]
    assert findings(tmp_path, {}, "e0") == []


def test_ten_environments_may_have_a_hundred_thousand_items_of_forty_bytes_each():
    run = room.Room(environments=room.FULL_ENVIRONMENTS)
    for _ in range(10):
        one = room.Room(run)
        one.take("items", 100_000, None, [])
        one.take("bytes", 4_000_000, None, [])
