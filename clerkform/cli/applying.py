"""Makes a plan to be applied, asks whether to, and says what was done, however it ends."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from clerkform.apply.run import Failed, NotRun, Started
from clerkform.cli import asking, connect, exits, local, planfile
from clerkform.cli.choices import Approval, Online, Wanted
from clerkform.cli.connect import Session
from clerkform.cli.invocation import Invocation
from clerkform.cli.log import Log
from clerkform.client.explain import explain
from clerkform.diagnostics import Diagnostic
from clerkform.errors import ClerkformError, PlanError, UsageError
from clerkform.kinds import KINDS
from clerkform.ledger.journal import Journal
from clerkform.ledger.store import StoreFailed, StoreLocked
from clerkform.plan.impact import sentence
from clerkform.plan.review import Review
from clerkform.report.failures import diagnose, not_kept
from clerkform.report.summary import Tally
from clerkform.workflows import apply, load, plan, saved_plan
from clerkform.workflows.planned import Planned


def plan_and_apply(
    invocation: Invocation,
    where: Online,
    wanted: Wanted,
    approval: Approval,
    *,
    delete_first: bool = False,
    destroys: bool = False,
    plan_file: Path | None = None,
) -> int:
    """Show a plan, ask, and carry it out; answers the exit code.

    A saved plan stands for having been seen: nobody is asked, and it must still be the plan.

    Raises:
        PlanError: a guard or a person refused it; nothing was written.
    """
    saved = planfile.read(plan_file) if plan_file else None
    if saved:
        saved_plan.check_environment(saved, local.environment(where.environment))
    loaded = local.loaded(where)
    invocation.view.findings(loaded.findings)
    name = loaded.environment.name
    is_named = approval.approve is not None
    if is_named and approval.approve != name:
        raise UsageError(f"--approve names `{approval.approve}`, but this is `{name}`")
    # Only text shows the plan before the question.
    asks = local.is_terminal() and not approval.auto_approve and invocation.format == "text"
    asked = asking.writing(
        loaded.environment,
        wanted,
        interactive=asks or saved is not None,
        approved=asks or is_named or saved is not None,
        delete_first=delete_first,
        destroys=destroys,
    )
    if saved:
        typed = planfile.applying(saved.shown, loaded.environment)
        asked = saved_plan.asked_again(saved, asked, typed)
    with (
        connect.session(invocation, loaded.environment, where) as session,
        locked(session, invocation),
    ):
        planned = session.run(plan.make_plan(loaded, KINDS, session.ends, asked))
        if saved:
            saved_plan.confirm(planned, saved, load.digest(loaded))
        invocation.view.findings(planned.remarks.warnings)
        # What refuses it is told below, and not twice.
        review = planned.review(tells_writing=False)
        invocation.view.plan(review, session.allowed)
        if planned.refusals:
            raise PlanError(planned.refusals)
        if not planned.plan.steps:
            record(planned, session, invocation)
            invocation.view.say("Nothing to do.")
            return exits.DONE
        if not saved:
            ask(planned, review, asks=asks, auto_approve=approval.auto_approve, is_named=is_named)
        return carry_out(planned, session, invocation)


def ask(
    planned: Planned, review: Review, *, asks: bool, auto_approve: bool, is_named: bool
) -> None:
    """Let a person decide.

    Raises:
        PlanError: nobody can be asked, or the answer was no.
    """
    name = planned.loaded.environment.name
    if auto_approve:
        return
    if not asks:
        raise _refusal(
            "no-terminal",
            "there is no terminal to ask on, so nothing was written",
            "to write without being asked: --auto-approve",
        )
    wanted = name if planned.asked.guards.protected and not is_named else "yes"
    what = "its name" if wanted == name else "'yes'"
    said = [f"Apply these changes to {name}?", sentence(review.pending)]
    question = " ".join([*filter(None, said), f"Only {what} is accepted: "])
    if local.answer(f"\n{question}") != wanted:
        raise _refusal("declined", "declined, so nothing was written", None)


def _refusal(code: str, message: str, hint: str | None) -> PlanError:
    return PlanError([Diagnostic(code, message, hint=hint)])


@contextmanager
def locked(session: Session, invocation: Invocation) -> Iterator[None]:
    """Nobody else on this machine applies to the environment until the end of the block.

    Raises:
        PlanError: somebody does already.
    """
    with ExitStack() as stack:
        try:
            if session.ends.ledger:
                stack.enter_context(session.ends.ledger.lock())
        except StoreLocked as locked:
            raise _refusal("ledger-locked", str(locked), "wait until it is done") from None
        except StoreFailed as failure:
            message = f"{failure}; another apply may run at the same time"
            found = Diagnostic("ledger-unwritable", message, severity="warning")
            invocation.view.findings([found])
        yield


def record(planned: Planned, session: Session, invocation: Invocation) -> None:
    """Write down what was found as it is declared, where there is nothing to apply."""
    assert not planned.plan.steps

    async def walk() -> None:
        async for _ in apply.apply(planned, KINDS, session.ends, lambda: False, journal):
            pass

    journal = Journal(planned.opened, planned.ledger, session.ends.ledger)
    session.run(walk())
    _report_ledger(journal, session, invocation)


def _report_ledger(journal: Journal, session: Session, invocation: Invocation) -> None:
    if journal.failure:
        message = f"{journal.failure}; what is applied is not recorded"
        invocation.view.findings([Diagnostic("ledger-unwritable", message, severity="warning")])
    if session.ends.removed and (why := session.ends.removed.failure):
        message = f"{why}; what is removed is kept nowhere"
        invocation.view.findings([Diagnostic("removed-not-kept", message, severity="warning")])
    if journal.set_aside:
        invocation.note(f"the ledger that could not be used is {journal.set_aside} now")


def carry_out(planned: Planned, session: Session, invocation: Invocation) -> int:
    """Apply, and answer the exit code. The first interrupt lets what is under way finish."""
    tally = Tally(planned.plan.steps)
    log = Log(invocation)
    journal = Journal(planned.opened, planned.ledger, session.ends.ledger)

    async def walk(stopped: Callable[[], bool]) -> None:
        async for event in apply.apply(planned, KINDS, session.ends, stopped, journal):
            tally.add(event)
            invocation.has_written |= tally.has_started
            if isinstance(event, Started):
                log.step(event.step)
                continue
            if not isinstance(event, NotRun):
                session.progress.step()
            # Machines are told of each step.
            if invocation.format == "json" or tally.is_worth_a_line(event):
                error = diagnose(event, planned) if isinstance(event, Failed) else None
                with session.progress.hidden():
                    invocation.view.event(event, error)
                    invocation.view.findings([*not_kept(event, planned)])

    with _stoppable(session, invocation) as stopped:
        try:
            session.run(walk(stopped), "applying", len(planned.plan.steps))
        except ClerkformError:
            # Ctrl-C ends a program, too, that was to print a secret.
            if stopped() and not tally.has_started:
                raise KeyboardInterrupt from None
            raise
        finally:
            # The counts are told whoever interrupts once more; ``_stoppable`` undoes this. Not
            # SIG_IGN: where Ctrl-C is ignored, SIGTERM raises.
            signal.signal(signal.SIGINT, lambda *_: None)
            if tally.has_started:
                invocation.view.applied(tally)
            _report_ledger(journal, session, invocation)
        if stopped():
            raise KeyboardInterrupt
    _wait_until_visible(planned, tally, session, invocation, journal)
    return exits.FAILED if tally.failed else exits.DONE


def _wait_until_visible(
    planned: Planned,
    tally: Tally,
    session: Session,
    invocation: Invocation,
    journal: Journal,
) -> None:
    done = tally.finished()
    waiting = apply.not_yet_visible(planned, done, KINDS, session.ends, journal.ledger)
    unseen = session.run(waiting, "waiting until reads show it")
    if unseen.error:
        invocation.note(f"not read back: {explain(unseen.error)}")
    elif unseen.addresses:
        names = [str(address) for address in unseen.addresses]
        invocation.view.say(f"not yet visible: {', '.join(names)}", not_yet_visible=names)
    if not unseen.error:
        journal.settle(done - set(unseen.addresses))


@contextmanager
def _stoppable(session: Session, invocation: Invocation) -> Iterator[Callable[[], bool]]:
    """The first signal asks to stop; the next interrupts at once."""
    said = (
        "\nInterrupted: finishing what is under way and starting nothing new."
        " Once more stops at once.\n"
    )
    before = signal.getsignal(signal.SIGINT)
    was_asked = False

    def stop(*_: Any) -> None:
        nonlocal was_asked
        was_asked = True
        signal.signal(signal.SIGINT, before)
        # Not here: the signal may have come in the middle of another write.
        session.soon(lambda: invocation.screen.err.write(said))

    signal.signal(signal.SIGINT, stop)
    try:
        yield lambda: was_asked
    finally:
        signal.signal(signal.SIGINT, before)
