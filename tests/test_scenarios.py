"""Runs every file in ``scenarios/`` against a sandbox in process.

    why          what this shows, in a sentence
    live         kind to bodies that are POSTed first; `$organizations.0` is the id of the first
    calls        further requests: [method, path, body]
    later        seconds that pass after that
    manifest     clerk/manifest.yaml;  overlay: overlay/manifest.yaml;  files: other files
    prune, variables, environ, settings (of the sandbox), replace, targets, excludes, guards
    plan         the steps in order
    changes      address to field to [before, after];  notes: address to texts
    errors       codes that keep a plan from being made;  refused: codes of guards that refuse it
    requests     the writes in order, each id as {id}
    after        kind to objects: all that the server has then, as far as the fields are named

Whatever can be applied is: every step must succeed with one write, and a second plan be empty.
"""

import asyncio
import json
import re
from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from clerkform.apply.run import Done, Failed
from clerkform.errors import ManifestError
from clerkform.plan.limits import Guards
from clerkform.sandbox import Settings
from clerkform.workflows.request import Asked
from tests.support import Clock, bench

FOLDER = Path(__file__).parent / "scenarios"
FILES = sorted(FOLDER.glob("*/*.yaml"))
WORDS = set(re.findall(r"\w+", __doc__.partition("Whatever")[0])) | {"why"}
ID = re.compile(r"\b(?:ak_[0-9a-f]{32}|[a-z]+_[A-Za-z0-9]{27})\b")


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_a_scenario_turns_out_as_written(path, tmp_path):
    story = yaml.safe_load(path.read_text())
    assert story.get("why"), "a scenario says why it is there"
    assert story.keys() <= WORDS, "a word that the runner does not know: see the top of this file"
    asyncio.run(play(story, tmp_path))


async def play(story, root):
    clock = Clock()
    settings = Settings(**story.get("settings", {}))
    async with bench(root, settings, story.get("environ"), clock) as it:
        ids = await seed(it, story)
        clock.ms += story.get("later", 0) * 1000
        lay_out(it, story, ids)
        asked = Asked(
            targets=tuple(story.get("targets", ())),
            excludes=tuple(story.get("excludes", ())),
            replace=tuple(story.get("replace", ())),
            guards=Guards(
                **{
                    k: frozenset(v) if isinstance(v, list) else v
                    for k, v in story.get("guards", {}).items()
                }
            ),
        )
        before = len(it.writes)
        planned, errors = await attempt(it, asked)
        assert errors == story.get("errors", [])
        if planned:
            check_plan(planned, story, ids)
            refused = [found.code for found in planned.refusals]
            assert refused == story.get("refused", [])
            if not refused:
                await check_apply(it, planned, story, before)
        check_server(it, story, ids)


async def attempt(it, asked):
    """A plan, or else the codes of what speaks against one."""
    try:
        return await it.plan(asked), []
    except ManifestError as error:
        return None, [found.code for found in error.diagnostics if found.severity == "error"]


async def seed(it, story):
    """Create what is to be live; the ids by the names that a scenario uses for them."""
    ids = {}
    for kind, bodies in story.get("live", {}).items():
        for at, body in enumerate(bodies):
            made = await it.call("POST", f"/{kind}", filled(body, ids))
            ids[f"${kind}.{at}"] = made["id"]
    for method, path, *body in story.get("calls", []):
        await it.call(method, filled(path, ids), filled(body[0], ids) if body else None)
    ids["$instance"] = (await it.call("GET", "/instance"))["id"]
    return ids


def filled(value, ids):
    """``value`` with the ids of what is live in the place of its names."""
    text = json.dumps(value)
    return json.loads(re.sub(r"\$(\w+\.\d+|instance)\b", lambda name: ids[name[0]], text))


def lay_out(it, story, ids):
    project = {
        "version": 1,
        "manifests": ["clerk/"],
        "vars": story.get("variables", {}),
        "prune": story.get("prune", {}),
        "environments": {"test": {"manifests": ["overlay/"]} if "overlay" in story else {}},
        "default_environment": "test",
    }
    it.write("clerkform.yaml", yaml.safe_dump(project))
    it.write("clerk/manifest.yaml", filled(story["manifest"], ids))
    if "overlay" in story:
        it.write("overlay/manifest.yaml", filled(story["overlay"], ids))
    for name, text in story.get("files", {}).items():
        it.write(name, text)


def check_plan(planned, story, ids):
    names = {made: name for name, made in ids.items()}

    def shown(value):
        if not isinstance(value, str | int | float | bool | None | list | dict):
            value = str(value) or repr(value)
        return json.loads(ID.sub(lambda found: names.get(found[0], found[0]), json.dumps(value)))

    if "plan" in story:
        assert [str(step.id) for step in planned.plan.steps] == filled(story["plan"], ids)
    actions = {str(action.address): action for action in planned.plan.actions}
    for address, changes in story.get("changes", {}).items():
        found = actions[filled(address, ids)].changes
        assert {c.dotted: [shown(c.before), shown(c.after)] for c in found} == changes
    for address, notes in filled(story.get("notes", {}), ids).items():
        assert list(actions[address].notes) == notes


async def check_apply(it, planned, story, before):
    events = await it.apply(planned)
    failures = [e.error for e in events if isinstance(e, Failed)]
    assert failures == []
    assert sum(isinstance(e, Done) for e in events) == len(planned.plan.steps)
    requests = [
        f"{method} {ID.sub('{id}', path).removeprefix('/v1')}"
        for method, path in it.writes[before:]
    ]
    assert len(requests) == len(planned.plan.steps)
    if "requests" in story:
        assert requests == story["requests"]
    again = await it.plan(replace(planned.asked, replace=()))
    assert [(str(a.address), a.verb, a.changes) for a in again.plan.pending] == []


def check_server(it, story, ids):
    for kind, wanted in filled(story.get("after", {}), ids).items():
        found = it.stored(kind)
        named = [
            {k: v for k, v in one.items() if k in want}
            for one, want in zip(found, wanted, strict=False)
        ]
        assert len(found) == len(wanted), found
        assert named == wanted
