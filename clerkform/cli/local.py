"""What a command needs of the disk and the process environment: no network, and no httpx."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from clerkform.cli import standard
from clerkform.cli.choices import Online, Where
from clerkform.diagnostics import collecting
from clerkform.errors import UsageError
from clerkform.kinds import KINDS
from clerkform.project import Environment, load_project, resolve
from clerkform.secrets.redaction import Net
from clerkform.secrets.vault import Vault
from clerkform.workflows.load import Loaded, load


def working_folder() -> Path:
    """The folder that the command works in.

    Raises:
        UsageError: it was removed.
    """
    try:
        return Path.cwd()
    except FileNotFoundError:
        raise UsageError(
            "the folder that this runs in is gone", hint="change to another, or name one: -C DIR"
        ) from None


def loaded(where: Where | Online) -> Loaded:
    """The manifests of the environment that was asked for."""
    return load(working_folder(), where.environment, KINDS, os.environ, where.var)


def environment(name: str | None) -> Environment:
    """The environment called ``name``, for what needs no manifest."""
    root = working_folder()
    with collecting() as problems:
        project = load_project(root, problems)
    return resolve(project, name, root=root)


def vault(environment: Environment, net: Net) -> Vault:
    """The secrets that the manifests of an environment may use; what is found goes into ``net``."""
    folders = os.environ.get("CLERKFORM_SECRET_DIRS", "").split(os.pathsep)
    return Vault(
        environment.root,
        os.environ,
        allow_commands=os.environ.get("CLERKFORM_ALLOW_COMMANDS") == "1",
        secret_dirs=[Path(folder).expanduser() for folder in folders if folder],
        forbidden_env=environment.secret_key_variables,
        ledgers=environment.ledgers,
        net=net,
    )


def is_terminal() -> bool:
    """Whether somebody sees a question and can answer it."""
    return sys.stdin.isatty() and sys.stderr.isatty()


def answer(question: str) -> str:
    """What a person answers on the terminal; empty if that is nothing."""
    sys.stderr.write(question)
    sys.stderr.flush()
    return standard.read_line()
