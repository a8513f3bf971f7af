"""What answers in Clerk's place can make a run fail, and neither last, nor grow, nor crash."""

import json
import subprocess
import sys

import pytest

from clerkform.cli import exits
from tests import virtual
from tests.hostile import (
    Answer,
    Scripted,
    bomb,
    endless_pages,
    instance_and,
    numbered,
    raw,
    said,
    serving,
    without_end,
)
from tests.shell import Folder, clean_environ
from tests.virtual import QuickLoop, elapsed

MANIFEST = "redirect_urls: [app://one]\n"
EVERYTHING = """\
redirect_urls: [app://one]
jwt_templates: [{name: a, claims: {}}]
allowlist_identifiers: [a@example.com]
blocklist_identifiers: [b@example.com]
domains: [{name: c.example}]
organizations: [{slug: acme, name: Acme}]
api_keys: [{name: key, subject: {organization: acme}, secret_to: none}]
"""
READING = ("plan", "drift", "list", "apply --auto-approve")
KEY = "sk_test_hostile"


@pytest.fixture
def against(tmp_path, monkeypatch):
    """Runs a command against a script, in virtual time."""

    def against(script, args, manifest=MANIFEST, key=KEY):
        (tmp_path / "clerk.yaml").write_text(manifest)
        transport = Scripted(script)
        virtual.substitute(monkeypatch, lambda: transport)
        QuickLoop.waited = 0.0
        environ = {"CLERK_SECRET_KEY": key, "CLERK_API_URL": "http://127.0.0.1:9"}
        return virtual.run(tmp_path, environ, *args.split()), transport

    return against


@pytest.mark.parametrize("args", ["plan", "drift", "list", "pull -o -", "apply --auto-approve"])
@pytest.mark.parametrize("manifest", [MANIFEST, EVERYTHING])
def test_a_list_without_end_ends_after_so_many_pages(against, args, manifest):
    done, server = against(instance_and(endless), args, manifest)
    assert done.code == exits.NO_PLAN, done.text
    assert "more than 400 pages" in done.text
    assert "`--max-pages` allows more" in done.text
    settings = [path for path in server.asked if path.startswith("/instance")]
    assert len(server.asked) - len(settings) <= 402 + 1  # the domains, for the Frontend API's host
    assert elapsed() < 45


def endless(path, query):
    """Where there is no paging there is no end of pages either."""
    if path.count("/") > 1:
        return said({"id": "org_1", "slug": "acme", "name": "Acme"})
    return endless_pages(query) if "offset" in query else said({"data": [], "total_count": 0})


@pytest.mark.parametrize("total", [10**12, 10**299])
def test_a_count_of_objects_that_nobody_can_read_is_not_believed(against, total):
    def script(path, query):
        return said({"data": numbered(0, 500), "total_count": total})

    done, server = against(instance_and(script), "plan")
    assert done.code == exits.NO_PLAN
    assert "more than 400 pages" in done.err
    assert server.asked == ["/instance", "/redirect_urls"]


def test_a_list_that_never_holds_still_ends_as_well(against):
    totals = iter(range(150_000, 10**9, 500))

    def script(path, query):
        return said({"data": numbered(int(query["offset"]), 500), "total_count": next(totals)})

    done, server = against(instance_and(script), "plan")
    assert done.code == exits.NO_PLAN
    assert len(server.asked) < 402
    assert elapsed() < 45


def test_more_pages_may_be_asked_for(against):
    def script(path, query):
        left = max(0, 250_000 - int(query["offset"]))
        return said(numbered(int(query["offset"]), min(500, left)))

    done, _ = against(instance_and(script), "plan", key="sk_live_hostile")
    assert done.code == exits.NO_PLAN
    done, server = against(
        instance_and(script), "plan --max-pages 501 --max-quota 1", key="sk_live_hostile"
    )
    assert done.code == exits.DONE, done.text
    assert len(server.asked) == 502


@pytest.mark.parametrize("args", READING)
@pytest.mark.parametrize("first", ["/instance", "/redirect_urls"])
def test_a_trickle_is_given_up_with_all_its_tries(against, args, first):
    def script(path, query):
        return Answer(without_end(b" ", b" "), every=0.5)

    done, server = against(script if first == "/instance" else instance_and(script), args)
    assert done.code == exits.NO_PLAN, done.text
    assert "no whole answer from 127.0.0.1:9 within 30 s" in done.text.lower()
    assert server.asked.count(first) >= 2
    assert elapsed() < 120


def test_pages_that_each_take_long_are_given_up_as_well(against):
    def script(path, query):
        page = json.dumps(numbered(int(query["offset"]), 500)).encode()
        return Answer(iter([page]), every=29)

    done, _ = against(instance_and(script), "plan")
    assert done.code == exits.NO_PLAN
    assert "`--max-answer-seconds` allows more" in done.err
    assert elapsed() < 700


def test_an_answer_may_be_given_more_time(against):
    def script(path, query):
        return said([], every=100)

    assert against(instance_and(script), "plan")[0].code == exits.NO_PLAN
    done, _ = against(instance_and(script), "plan --max-answer-seconds 101")
    assert done.code == exits.DONE, done.text


@pytest.mark.parametrize("args", READING)
def test_a_body_without_end_is_given_up_at_its_bound_and_not_asked_for_again(against, args):
    done, server = against(instance_and(lambda *_: Answer(without_end())), args)
    assert done.code == exits.NO_PLAN, done.text
    assert "sent more than 50 MB" in done.text
    assert "`--max-answer-mb` allows more" in done.text
    assert server.asked == ["/instance", "/redirect_urls"]
    assert server.sent <= 50_000_000 + 2 * (1 << 16)


def test_a_larger_body_may_be_asked_for(against):
    def script(path, query):
        return Answer(iter([b" " * 60_000_000, b"[]"]))

    assert against(instance_and(script), "plan")[0].code == exits.NO_PLAN
    done, _ = against(instance_and(script), "plan --max-answer-mb 61")
    assert done.code == exits.DONE, done.text


def test_several_bodies_at_once_are_bounded_together(against):
    script = instance_and(lambda *_: Answer(without_end()))
    done, server = against(script, "plan", EVERYTHING)
    assert done.code == exits.NO_PLAN
    assert server.sent <= 50_000_000 + len(server.asked) * 2 * (1 << 16)


def test_a_body_is_unpacked_no_further_than_it_may_be(against):
    done, server = against(instance_and(lambda *_: bomb()), "plan")
    assert done.code == exits.NO_PLAN
    assert "sent more than 50 MB" in done.err
    assert server.sent < 100_000


def test_what_is_packed_in_a_way_that_nobody_asked_for_is_not_unpacked(against):
    done, _ = against(instance_and(lambda *_: bomb(times=2)), "plan")
    assert done.code == exits.NO_PLAN
    assert "damaged encoding" in done.err
    assert elapsed() < 25


def test_a_packing_that_goes_on_and_says_nothing_is_bounded(against):
    nothing = b"\x00\x00\x00\xff\xff" * 10_000  # empty blocks of deflate
    start = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff"
    answer = Answer(without_end(nothing, start), {"Content-Encoding": "gzip"})
    done, server = against(instance_and(lambda *_: answer), "plan")
    assert done.code == exits.NO_PLAN
    assert server.sent <= 50_100_000


ODD = ["NaN", "Infinity", "-Infinity", "1e400", "-1e999", "9" * 1001, "9" * 5000]
OBJECTS = {
    "jwt_templates": '{{"id": "jtmp_1", "name": "a", "claims": {{"x": {}}}, "lifetime": 60}}',
    "organizations": '{{"id": "org_1", "name": "Acme", "slug": "acme", "public_metadata": {{"x": {}}}}}',
}
DECLARED = {
    "jwt_templates": "jwt_templates: [{name: a, claims: {x: 1}}]\n",
    "organizations": "organizations: [{slug: acme, name: Acme, public_metadata: {x: 1}}]\n"
    "api_keys: []\n",
}


@pytest.mark.parametrize("args", ["plan --format json", "drift", "list", "pull -o -"])
@pytest.mark.parametrize(
    "number", ODD, ids=lambda text: text if len(text) < 9 else f"{len(text)} digits"
)
@pytest.mark.parametrize("kind", OBJECTS)
def test_a_number_that_is_none_is_no_answer(against, kind, number, args):
    body = OBJECTS[kind].format(number)
    is_one = kind == "organizations"
    if is_one and args.startswith("pull"):
        args += " --with organizations,metadata"

    def script(path, query):
        if kind not in path:
            return said([])
        return raw(body if path.count("/") == 2 else f"[{body}]")

    done, _ = against(instance_and(script), args, DECLARED[kind])
    assert done.code == exits.NO_PLAN, done.text
    assert "api-error" in done.text


@pytest.mark.parametrize("args", ["plan", "drift", "list", "show organizations/acme"])
@pytest.mark.parametrize(
    "created", [10**17, -(10**17), 10**200, -1, 1e300, True, None, "x", 253402300800000]
)
def test_a_time_that_there_is_not_does_no_harm(against, created, args):
    body = {"id": "org_1", "name": "Acme", "slug": "acme", "created_at": created}
    manifest = "organizations: [{slug: acme, name: Acme, created_at: '2012-10-20T07:15:20Z'}]\n"

    def script(path, query):
        return said(body if path == "/organizations/acme" else {"data": [body], "total_count": 1})

    done, _ = against(instance_and(script), args, manifest)
    assert done.code in (exits.DONE, exits.PENDING), done.text


def nested(levels, inner=1):
    """JSON of so many objects within each other."""
    return '{"a":' * levels + json.dumps(inner) + "}" * levels


@pytest.mark.parametrize("args", ["plan", "drift", "list", "show jwt_templates/a", "pull -o -"])
@pytest.mark.parametrize("levels", [100, 150, 800, 5000])
def test_what_is_nested_deeply_is_shown_or_refused(against, args, levels):
    def script(path, query):
        if path != "/jwt_templates":
            return said([])
        text = f'{{"id": "jtmp_1", "name": "a", "lifetime": 60, "claims": {nested(levels)}}}'
        return raw(f"[{text}]")

    done, _ = against(instance_and(script), args, "jwt_templates: [{name: a, claims: {x: 1}}]\n")
    if levels == 100:
        assert done.code in (exits.DONE, exits.PENDING), done.text
    else:
        assert done.code == exits.NO_PLAN, done.text
        assert "nested more than 110 levels deep" in done.text
    if levels in (150, 800):
        assert "an object, jtmp_1, that is nested" in done.text


@pytest.mark.parametrize("levels", [90, 96, 97, 98, 106, 107, 108, 150])
@pytest.mark.parametrize("declared", ["{x: 1}", "{a: {a: 1}}", "{from_file: deep.json}"])
def test_a_plan_that_was_saved_can_be_read_back(against, tmp_path, levels, declared):
    (tmp_path / "deep.json").write_text(nested(min(levels, 100), 2))

    def script(path, query):
        if path != "/jwt_templates":
            return said([])
        text = f'{{"id": "jtmp_1", "name": "a", "lifetime": 60, "claims": {nested(levels)}}}'
        return raw(f"[{text}]")

    manifest = f"jwt_templates: [{{name: a, claims: {declared}}}]\n"
    plan = str(tmp_path / "plan.json")
    done, _ = against(instance_and(script), f"plan -o {plan}", manifest)
    if done.code == exits.NO_PLAN:
        assert levels > 107
        return
    assert done.code == exits.DONE, done.text
    shown, _ = against(instance_and(script), f"show --plan {plan}", manifest)
    assert shown.code == exits.DONE, shown.text


SCRIPTS = {
    "body": lambda *_: Answer(without_end()),
    "text": lambda *_: Answer(without_end("é😀".encode() * 10_000, b'["')),
    "inflated": lambda *_: bomb(),
    "inflated twice": lambda *_: bomb(times=2),
    "objects": lambda *_: Answer(iter([b'[{"":0}', b',{"":0}' * 7_000_000, b"]"])),
    "lists": lambda *_: Answer(iter([b"[[]", b",[]" * 16_000_000, b"]"])),
    "pages": lambda _, query: endless_pages(query),
    "large pages": lambda _, query: said(
        [{**one, "x": "x" * 900} for one in numbered(int(query["offset"]), 500)]
    ),
}


MEASURED = """
import resource, subprocess, sys
quiet = dict(stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
code = subprocess.call([sys.executable, "-m", "clerkform", *sys.argv[1:]], **quiet)
print(code, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
"""
"""Prints a command's exit code and its peak. Started by a small process, as Linux counts among a
child's memory what its parent had when it was forked, and a test run may have a gigabyte."""


@pytest.mark.parametrize("name", SCRIPTS)
def test_no_answer_takes_a_gigabyte(tmp_path, name):
    (tmp_path / "clerk.yaml").write_text(MANIFEST)
    with serving(instance_and(SCRIPTS[name])) as url:
        environ = {"CLERK_SECRET_KEY": "sk_live_hostile", "CLERK_API_URL": url}
        done = subprocess.run(
            [sys.executable, "-c", MEASURED, "plan", "--max-quota", "1"],
            cwd=tmp_path,
            env={**clean_environ(), **environ},
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
    code, most = map(int, done.stdout.split())
    assert code == exits.NO_PLAN
    assert most * (1 if sys.platform == "darwin" else 1024) < 1e9


def test_it_can_be_said_how_large_an_answer_may_be(tmp_path):
    folder = Folder(tmp_path)
    for option, value in [
        ("--max-answer-mb", "nan"),
        ("--max-answer-mb", "inf"),
        ("--max-answer-mb", "0"),
        ("--max-answer-seconds", "nan"),
        ("--max-answer-seconds", "-1"),
        ("--max-pages", "0"),
        ("--max-pages", "nan"),
        ("--max-quota", "nan"),
        ("--max-quota", "inf"),
        ("--max-delete-percent", "nan"),
        ("--max-delete-percent", "-nan"),
    ]:
        result = folder.run("plan", option, value, exit_code=exits.WRONG)
        assert f"Invalid value for '{option}'" in result.stderr
        folder.environ = {f"CLERKFORM_{option[2:].replace('-', '_').upper()}": value}
        folder.run("plan", exit_code=exits.WRONG)
        folder.environ = {}


LONG_KEY = "sk_test_hostile0123456789"
PRUNING = """\
version: 1
prune: {redirect_urls: all}
limits: {max_deletes: 50, max_delete_percent: 100}
"""
OTHER = {"id": "ru_2", "object": "redirect_url", "url": "app://one"}
HOLDING = {
    "a value": {"id": "ru_1", "object": "redirect_url", "url": f"https://x.example/{LONG_KEY}"},
    "a value, encoded": {
        "id": "ru_1",
        "object": "redirect_url",
        "url": f"https://x.example/{LONG_KEY.encode().hex()}",
    },
    "an id": {"id": LONG_KEY, "object": "redirect_url", "url": "https://x.example/a"},
}


def with_key(tmp_path, holding):
    (tmp_path / "clerkform.yaml").write_text(PRUNING)

    def script(path, query):
        return said([holding, OTHER] if path == "/redirect_urls" else [])

    return instance_and(script)


@pytest.mark.parametrize("holding", HOLDING.values(), ids=HOLDING)
@pytest.mark.parametrize(
    "args", ["plan -o plan.json", "plan -o -", "pull -o out", "pull -o -", "pull"]
)
def test_a_key_that_a_server_puts_into_an_answer_is_in_no_file(against, tmp_path, holding, args):
    done, _ = against(with_key(tmp_path, holding), args, key=LONG_KEY)
    assert done.code == exits.NO_PLAN, done.text
    assert "answered with a secret that this run knows; nothing was written" in done.err
    assert "GET /redirect_urls" in done.err
    files = {path.name for path in tmp_path.rglob("*") if path.is_file()}
    assert files <= {"clerk.yaml", "clerkform.yaml"}
    assert LONG_KEY not in done.text
    assert "format_version" not in done.out


@pytest.mark.parametrize("name", ["id", "environment_type"])
def test_no_instance_is_called_what_a_key_is(against, tmp_path, name):
    def script(path, query):
        instance = {"object": "instance", "id": "ins_1", "environment_type": "development"}
        return said(instance | {name: LONG_KEY} if path == "/instance" else [])

    done, _ = against(script, "plan -o plan.json", key=LONG_KEY)
    assert done.code == exits.NO_PLAN
    assert not (tmp_path / "plan.json").exists()


@pytest.mark.parametrize("holding", ["an id", "a value"])
def test_no_ledger_holds_a_key_that_a_server_puts_into_an_answer(against, tmp_path, holding):
    """What was made is told of, and found by its key when a plan is made."""

    def script(path, query):
        if path == "/redirect_urls" and not query:  # the create
            return said({**HOLDING[holding], "url": "app://one"} if holding == "an id" else OTHER)
        return said([])

    done, _ = against(instance_and(script), "apply --auto-approve", key=LONG_KEY)
    assert LONG_KEY not in done.text
    ledgers = list(tmp_path.glob(".clerkform/ledger.*.json"))
    assert all(LONG_KEY not in ledger.read_text() for ledger in ledgers)
    if holding == "an id":
        assert done.code == exits.FAILED
        assert "answered with an id that is a secret which this run knows" in done.text
        assert "Nobody knows whether it was done" in done.text
    else:
        assert done.code == exits.DONE, done.text
        assert any("ru_2" in ledger.read_text() for ledger in ledgers)


def test_a_variable_that_holds_a_key_is_sent_and_kept_nowhere(against, tmp_path):
    manifest = "redirect_urls: ['https://x.example/${var.x}']\n"
    script = instance_and(lambda path, query: said([]))
    var = f"--var x={LONG_KEY}"
    done, _ = against(script, f"apply --auto-approve {var}", manifest, key=LONG_KEY)
    assert done.code == exits.WRONG
    assert "clerk.yaml:1:17: error[secret-as-value]" in done.err
    assert LONG_KEY not in done.text
    assert not list(tmp_path.glob(".clerkform/ledger.*.json"))
    done, _ = against(script, f"plan -o plan.json {var}", manifest, key=LONG_KEY)
    assert done.code == exits.WRONG
    assert "holds a secret that this run knows; nothing was written" in done.err
    assert not (tmp_path / "plan.json").exists()
    done, _ = against(script, f"plan -o - {var}", manifest, key=LONG_KEY)
    assert done.code == exits.WRONG
    assert done.out == ""
