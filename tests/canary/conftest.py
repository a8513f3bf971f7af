"""A world for each test, in a folder of its own."""

from pathlib import Path

import pytest

from tests.canary.world import World


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    root = tmp_path / "project"
    root.mkdir()
    return World(root, tmp_path / "outside", monkeypatch)
