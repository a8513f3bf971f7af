"""What becomes of steps whose writes fail, drop fields, crash or come too early."""

import asyncio
from dataclasses import dataclass, field

from clerkform.apply.run import (
    AT_ONCE,
    VISIBLE_WITHIN,
    Done,
    DroppedFields,
    Failed,
    NotRun,
    Started,
    StepCrashed,
    Written,
    run,
)
from clerkform.errors import ApiError, BadAnswer, ClerkErrorItem, UsageError
from clerkform.model import Address
from clerkform.model.step import Step, StepId


def create(key, *needs, kind="organizations"):
    return Step(StepId(Address(kind, key), "create"), frozenset(need.id for need in needs))


NOT_FOUND = ApiError("POST", "/x", status=404, items=[ClerkErrorItem("resource_not_found", "")])


@dataclass
class Script:
    """Answers each step as told: an error, several in turn, or what was written."""

    answers: dict[str, object] = field(default_factory=dict)
    seen: list[tuple[str, dict[Address, str]]] = field(default_factory=list)
    most: int = 0
    now: int = 0
    waited: list[float] = field(default_factory=list)

    async def write(self, step, ids):
        self.now += 1
        self.most = max(self.most, self.now)
        await asyncio.sleep(0)
        self.now -= 1
        self.seen.append((step.address.key, dict(ids)))
        answer = self.answers.get(step.address.key)
        if isinstance(answer, list):
            answer = answer.pop(0) if answer else None
        if isinstance(answer, Exception):
            raise answer
        return answer or Written(f"id_{step.address.key}")

    async def sleep(self, seconds):
        self.waited.append(seconds)

    def run(self, steps, stopped=lambda: False, ids=None):
        async def collect():
            return [e async for e in run(steps, ids or {}, self, stopped=stopped, sleep=self.sleep)]

        return asyncio.run(collect())


def ends(events):
    """Key to how its step ended; each ends exactly once."""
    found = [(e.step.address.key, type(e).__name__) for e in events if not isinstance(e, Started)]
    assert len(found) == len(dict(found))
    return dict(found)


def test_a_dependent_starts_after_its_need_and_is_told_the_new_id():
    a = create("a")
    script = Script()
    events = script.run([a, create("b", a)], ids={Address("x", "live"): "x_1"})
    assert [type(e) for e in events] == [Started, Done, Started, Done]
    assert script.seen[1] == ("b", {Address("x", "live"): "x_1", a.address: "id_a"})


def test_only_a_create_makes_an_id():
    gone = Step(StepId(Address("organizations", "old"), "delete"), object_id="org_1")
    script = Script()
    events = script.run([gone, create("new", gone)])
    assert ends(events) == {"old": "Done", "new": "Done"}
    assert script.seen == [("old", {}), ("new", {})]


def test_a_need_that_is_no_step_of_the_plan_is_met():
    assert ends(Script().run([create("b", create("elsewhere"))])) == {"b": "Done"}


def test_a_failure_stops_what_depends_on_it_and_nothing_else():
    a = create("a")
    b = create("b", a)
    c = create("c", b, create("z"))
    error = ApiError("POST", "/a", status=422)
    events = Script({"a": error}).run([a, b, c, create("z"), create("other")])
    assert ends(events) == {
        "a": "Failed",
        "b": "NotRun",
        "c": "NotRun",
        "z": "Done",
        "other": "Done",
    }
    assert {e.because for e in events if isinstance(e, NotRun)} == {a.id}
    assert next(e for e in events if isinstance(e, Failed)).error is error


def test_a_step_with_two_failed_needs_is_given_up_once():
    a, b = create("a"), create("b")
    events = Script({"a": UsageError("no"), "b": UsageError("no")}).run([a, b, create("c", a, b)])
    assert ends(events) == {"a": "Failed", "b": "Failed", "c": "NotRun"}


def test_a_dropped_field_fails_the_step_and_its_dependents_still_run():
    a = create("a")
    events = Script({"a": Written("id_a", None, ("x", "y.z"))}).run([a, create("b", a)])
    assert ends(events) == {"a": "Failed", "b": "Done"}
    failed = next(e for e in events if isinstance(e, Failed))
    assert isinstance(failed.error, DroppedFields)
    assert failed.error.fields == ("x", "y.z")
    assert str(failed.error).endswith("organizations/a but did not apply x, y.z")
    assert failed.written.object_id == "id_a"


def test_a_fault_of_our_own_is_kept_to_its_step():
    events = Script({"a": KeyError("secret value")}).run([create("a"), create("b")])
    assert ends(events) == {"a": "Failed", "b": "Done"}
    error = next(e.error for e in events if isinstance(e, Failed))
    assert isinstance(error, StepCrashed)
    assert str(error) == "KeyError in create organizations/a"


def test_nothing_new_is_started_once_it_is_stopped():
    script = Script()
    steps = [create("a"), create("b"), create("c", create("a"))]
    events = script.run(steps, stopped=lambda: len(script.seen) > 0 or script.now > 0)
    assert ends(events) == {"a": "Done", "b": "Done", "c": "NotRun"}
    events = Script().run([create("a"), create("b")], stopped=lambda: True)
    assert ends(events) == {"a": "NotRun", "b": "NotRun"}
    assert {e.because for e in events} == {None}


def test_only_so_many_steps_are_under_way_at_once():
    script = Script()
    events = script.run([create(f"{at:03}") for at in range(3 * AT_ONCE)])
    assert set(ends(events).values()) == {"Done"}
    assert script.most == AT_ONCE


def test_what_is_not_visible_yet_is_asked_for_again():
    a = create("a")
    script = Script({"b": [NOT_FOUND, NOT_FOUND]})
    assert ends(script.run([a, create("b", a)])) == {"a": "Done", "b": "Done"}
    assert script.waited == [0.25, 0.5]


def test_a_code_that_says_not_found_counts_whatever_the_status():
    a = create("a")
    refusal = ApiError(
        "POST", "/b", status=422, items=[ClerkErrorItem("form_resource_not_found", "")]
    )
    script = Script({"b": [refusal]})
    assert ends(script.run([a, create("b", a)])) == {"a": "Done", "b": "Done"}
    assert len(script.waited) == 1


def test_it_is_not_asked_for_longer_than_new_objects_take():
    a = create("a")
    script = Script({"b": NOT_FOUND})
    assert ends(script.run([a, create("b", a)])) == {"a": "Done", "b": "Failed"}
    assert VISIBLE_WITHIN <= sum(script.waited) < VISIBLE_WITHIN + 2
    assert max(script.waited) == 2.0


def test_what_is_not_found_without_anything_new_is_a_failure_at_once():
    script = Script({"b": NOT_FOUND})
    assert ends(script.run([create("b")])) == {"b": "Failed"}
    assert script.waited == []


def test_another_refusal_is_a_failure_at_once():
    a = create("a")
    for error in (ApiError("POST", "/b", status=422), BadAnswer("POST", "/b", status=404)):
        script = Script({"b": error})
        assert ends(script.run([a, create("b", a)])) == {"a": "Done", "b": "Failed"}
        assert script.waited == []


def test_a_step_waits_for_all_that_it_needs():
    a, b = create("a"), create("b")
    script = Script()
    assert ends(script.run([a, b, create("c", a, b)])) == {"a": "Done", "b": "Done", "c": "Done"}
    assert [key for key, _ in script.seen] == ["a", "b", "c"]


def test_whoever_stops_listening_ends_what_is_under_way():
    script = Script()

    async def listen():
        events = run([create("a"), create("b")], {}, script)
        await anext(events)
        await anext(events)
        await events.aclose()
        await asyncio.sleep(0)

    asyncio.run(listen())
    assert script.seen == []
