"""The secrets of one run: finds what manifests refer to, delivers what the server makes.

Answers problems as diagnostics, never with a value. What it found or delivered goes into a net,
which takes it out of any text that leaves clerkform.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from clerkform.diagnostics import Diagnostic, Span
from clerkform.errors import ManifestError
from clerkform.ledger.fingerprint import fingerprint
from clerkform.model.secrets import SecretRef
from clerkform.model.sink import Sink
from clerkform.secrets.git_ignore import is_unignored
from clerkform.secrets.places import Places
from clerkform.secrets.programs import Programs
from clerkform.secrets.redaction import Net
from clerkform.secrets.refusals import Refused, refusal
from clerkform.secrets.sinks import Sinks
from clerkform.secrets.sources import Sources


class Vault:
    """Paths in references and sinks are relative to ``base``, the folder of the manifest that has
    them, and end up inside ``root`` or one of ``secret_dirs`` once every symbolic link is followed.
    Calls may come from several threads.
    """

    def __init__(
        self,
        root: Path,
        env: Mapping[str, str],
        *,
        allow_commands: bool = False,
        secret_dirs: Sequence[Path] = (),
        forbidden_env: frozenset[str] = frozenset(),
        ledgers: Collection[str] = (),
        timeout: float = 60.0,
        net: Net | None = None,
    ) -> None:
        """``forbidden_env`` are the variables that hold an environment's secret key: no manifest
        may read one, nor does a program see them. ``ledgers`` are paths from ``root``: no
        secret belongs there. ``timeout`` of a program is in seconds. ``net`` is told of every secret.
        """
        self.net = net or Net()
        self._places = Places.of(root, secret_dirs, ledgers)
        seen = {name: value for name, value in env.items() if name not in forbidden_env}
        self._programs = Programs(allow_commands, seen, timeout)
        self._sources = Sources(env, forbidden_env, self._places, self._programs)
        self._sinks = Sinks(self._places, self._programs)

    def __repr__(self) -> str:
        return f"Vault({str(self._places.folders[0])!r})"

    def resolve(self, ref: SecretRef, base: Path, span: Span | None = None) -> str:
        """The secret itself: of a variable as it is; of a file, or of what a program prints, less
        one line break at its end, which editors and ``echo`` add.

        Raises:
            ManifestError: it is not there, or may not be read.
        """
        try:
            secret = self._sources.find(ref, base)
        except Refused as refused:
            problem = replace(refused.at(span), severity="error")
        else:
            # What a file of the checkout holds is its author's to choose: were it taken out of
            # every text, it could hide what a plan does.
            is_own_file = self._sources.is_of_checkout(ref, base)
            self.net.remember_sent(secret) if is_own_file else self.net.remember(secret)
            return secret
        raise ManifestError([problem])

    def fingerprint(self, ref: SecretRef, base: Path, salt: bytes) -> str | None:
        """What tells whether the secret is another one than it was; None where there is none."""
        try:
            return fingerprint(salt, self.resolve(ref, base))
        except ManifestError:
            return None

    def check_ref(self, ref: SecretRef, base: Path, span: Span | None = None) -> Diagnostic | None:
        """Why ``resolve`` would fail, as far as that shows without running a program.

        A note where the secret is only not there; an error where it may not be read.
        """
        return refusal(span, lambda: self._sources.look_for(ref, base))

    def check_key(
        self, ref: SecretRef, base: Path, algorithm: str, span: Span | None = None
    ) -> Diagnostic | None:
        """Why the secret cannot sign with ``algorithm``; runs a program if the secret is one's."""
        from clerkform.secrets.signing_keys import check_signing_key  # imports cryptography

        try:
            problem = check_signing_key(self.resolve(ref, base, span), algorithm)
        except ManifestError as error:
            return error.diagnostics[0]
        return problem and Diagnostic(problem.code, problem.message, span, problem.hint)

    def check_sink(self, sink: Sink, base: Path, span: Span | None = None) -> Diagnostic | None:
        """Why a delivery would fail, as far as looking tells; makes and runs nothing.

        A note where another machine could deliver there, an error where none could.
        """
        problem = refusal(span, lambda: self._sinks.look_at(sink, base))
        is_elsewhere = problem and problem.code == "commands-not-allowed"
        return replace(problem, severity="note") if problem and is_elsewhere else problem

    def prepare_sink(self, sink: Sink, base: Path, span: Span | None = None) -> Diagnostic | None:
        """Make the sink's folder (mode 0700) and try to write there: to be asked before the
        server makes a secret that nobody could then keep. What the file holds is not touched.
        """
        problem = refusal(span, lambda: self._sinks.prepare(sink, base))
        return problem and replace(problem, severity="error")

    def sink_warnings(
        self, sink: Sink, base: Path, span: Span | None = None
    ) -> tuple[Diagnostic, ...]:
        """What may go wrong later: a file with a secret that git would commit."""
        if sink.path is None or self.check_sink(sink, base):
            return ()
        if not is_unignored(self._places.find(sink.path, base)):
            return ()
        message = f"{sink.path} will hold a secret, and git does not ignore it"
        hint = "add it, or its folder, to .gitignore"
        return (Diagnostic("sink-not-ignored", message, span, hint, "warning"),)

    def deliver(self, sink: Sink, base: Path, secret: str, span: Span | None = None) -> None:
        """Put the secret where the sink says; a file is replaced whole or stays as it was.

        Raises:
            ManifestError: it could not be delivered.
        """
        self.net.remember(secret)
        problem = refusal(span, lambda: self._sinks.deliver(sink, base, secret))
        if problem:
            raise ManifestError([replace(problem, severity="error")])

    def stop(self) -> None:
        """End the programs that still run, and with them the threads that wait for them."""
        self._programs.end()
