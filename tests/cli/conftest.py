"""A folder with a project whose default environment is the embedded sandbox."""

from pathlib import Path

import pytest

from tests.shell import Folder

PROJECT = """\
version: 1
environments:
  sandbox: {api: sandbox}
  protected: {api: sandbox, protected: true}
  poor: {api: {sandbox: {unentitled: [organizations]}}}
  production: {api: {sandbox: {instance: production}}}
  staging: {secret_key: {from_env: CLERK_SECRET_KEY_STAGING}}
default_environment: sandbox
"""
MANIFEST = """\
jwt_templates:
  - name: convex
    lifetime: 60
    claims: {aud: convex}
organizations:
  - slug: acme
    name: Acme GmbH
    private_metadata: {note: not to be seen}
api_keys:
  - name: billing-sync
    subject: {organization: acme}
    secret_to: none
"""


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    """Nothing of it is live yet."""
    (tmp_path / "clerkform.yaml").write_text(PROJECT)
    (tmp_path / "clerk.yaml").write_text(MANIFEST)
    return Folder(tmp_path)


@pytest.fixture
def applied(folder: Folder) -> Folder:
    """All of it is live."""
    folder.run("apply", "--auto-approve")
    return folder


@pytest.fixture
def edit(folder: Folder):
    """Replace text in the manifest."""

    def edit(old: str, new: str) -> None:
        path = folder.root / "clerk.yaml"
        assert old in path.read_text()
        path.write_text(path.read_text().replace(old, new))

    return edit
