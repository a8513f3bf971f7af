"""A test that should be judged by Clerk's own documents does not pass without them in silence."""

import pytest

from tests import documents


@pytest.fixture(autouse=True)
def nowhere(tmp_path, monkeypatch):
    monkeypatch.setattr(documents, "FOLDER", tmp_path / "shared" / "spec")
    return monkeypatch


def test_a_document_that_is_not_there_skips_a_test(nowhere):
    nowhere.delenv("CLERKFORM_NEEDS_DOCUMENTS", raising=False)
    assert documents.find() is None
    with pytest.raises(pytest.skip.Exception):
        documents.need()


@pytest.mark.parametrize("ask", [documents.find, documents.need])
def test_where_it_is_needed_it_fails_one(nowhere, ask):
    nowhere.setenv("CLERKFORM_NEEDS_DOCUMENTS", "1")
    with pytest.raises(pytest.fail.Exception, match=r"bapi-2025-11-10\.yml is not in shared/spec"):
        ask("2025-11-10")
