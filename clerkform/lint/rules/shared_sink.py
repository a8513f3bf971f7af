from __future__ import annotations

from collections.abc import Iterator

from clerkform.diagnostics import Diagnostic
from clerkform.lint.rule import Rule, Subject
from clerkform.lint.sinks import FileSink, file_sinks


def check(subject: Subject) -> Iterator[Diagnostic]:
    in_file: dict[str, dict[str | None, FileSink]] = {}
    for sink in file_sinks(subject.items):
        others = in_file.setdefault(sink.path, {})
        # A whole file and any line of it overwrite each other.
        wholly = next(iter(others.values()), None) if sink.variable is None else others.get(None)
        other = wholly or others.get(sink.variable)
        others.setdefault(sink.variable, sink)
        if other:
            what = f"`{sink.variable}` of " if sink.variable and other.variable else ""
            yield Diagnostic(
                RULE.code,
                f"{sink.item.address} and {other.item.address} are delivered to the same place,"
                f" {what}`{sink.path}`, where only the last one stays",
                sink.span,
                "give each a file of its own, or an `env_file` with a name of its own",
                related=(("the other one is delivered here", other.span),),
            )


RULE = Rule(
    code="shared-sink",
    why="""\
A file that takes a secret as a whole holds one. When two keys are delivered to it, or to the same
variable of an env file, the first secret is lost, and Clerk may not show it again.""",
    bad="""\
api_keys:
  - name: billing-sync
    subject: user_2fKq8ZrVtY0bN4sXwLd6hJcPmG1
    secret_to: {file: .secrets/key}
  - name: reporting
    subject: user_2fKq8ZrVtY0bN4sXwLd6hJcPmG1
    secret_to: {file: .secrets/key}
""",
    good="""\
api_keys:
  - name: billing-sync
    subject: user_2fKq8ZrVtY0bN4sXwLd6hJcPmG1
    secret_to: {env_file: .secrets/keys.env, name: BILLING_KEY}
  - name: reporting
    subject: user_2fKq8ZrVtY0bN4sXwLd6hJcPmG1
    secret_to: {env_file: .secrets/keys.env, name: REPORTING_KEY}
""",
    check=check,
    severities=("error",),
)
