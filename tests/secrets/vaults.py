"""Vaults of a made-up project, and what a test asks of them."""

import os
import stat
import sys

from clerkform.diagnostics import Source, Span
from clerkform.errors import ManifestError
from clerkform.secrets.vault import Vault

SECRET = "ak_0123456789abcdef"
SPAN = Span(Source("clerk/keys.yaml"), 4, 7)
"""Where a reference or a sink stands, for findings about it."""


def vault(root, **options):
    env = {"PATH": os.defpath, "SET": SECRET, "EMPTY": "", "CLERK_SECRET_KEY": "sk_live_x"}
    options = {"env": env, "forbidden_env": frozenset({"CLERK_SECRET_KEY"})} | options
    return Vault(root, **options)


def python(code, *arguments):
    return (sys.executable, "-c", code, *arguments)


def refusal(attempt):
    """The one diagnostic that ``attempt`` raises or returns."""
    try:
        return attempt()
    except ManifestError as error:
        problems, context = error.diagnostics, error.__context__
    # What went wrong inside may hold the secret, so it must not hang on to the error.
    assert context is None
    (problem,) = problems
    return problem


def mode(path):
    return stat.S_IMODE(path.stat().st_mode)


def prepare_files(base, outside):
    (outside / "key").write_text("outside")
    (base / "empty").write_text("\n")
    (base / "binary").write_bytes(b"\xff" + SECRET.encode())
    (base / "link").symlink_to(outside / "key")
    (base / "ring").symlink_to(base / "ring")
    os.mkfifo(base / "pipe")
