import pytest


@pytest.fixture
def root(tmp_path):
    (tmp_path / "root" / "clerk").mkdir(parents=True)
    return tmp_path / "root"


@pytest.fixture
def base(root):
    return root / "clerk"
