from __future__ import annotations

from collections.abc import Iterator

from clerkform.diagnostics import Diagnostic
from clerkform.lint.rule import Rule, Subject
from clerkform.lint.sinks import file_sinks
from clerkform.manifest.files import PROJECT_FILE


def check(subject: Subject) -> Iterator[Diagnostic]:
    for sink in file_sinks(subject.items):
        if sink.path == PROJECT_FILE or sink.path in subject.files:
            yield Diagnostic(
                RULE.code,
                f"the secret of {sink.item.address} would be written into `{sink.path}`, which"
                " declares things",
                sink.span,
                "deliver it to a file that git ignores, such as `.secrets/key`",
            )


RULE = Rule(
    code="sink-over-manifest",
    why="""\
A sink that names a manifest or the project file would replace it with a secret, or put a line into
it that the next run cannot read; and manifests are committed.""",
    bad="""\
api_keys:
  - name: billing-sync
    subject: user_2fKq8ZrVtY0bN4sXwLd6hJcPmG1
    secret_to: {file: clerkform.yaml}
""",
    good="""\
api_keys:
  - name: billing-sync
    subject: user_2fKq8ZrVtY0bN4sXwLd6hJcPmG1
    secret_to: {file: .secrets/billing-key}
""",
    check=check,
    severities=("error",),
)
