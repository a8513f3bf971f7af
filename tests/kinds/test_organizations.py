import pytest

from clerkform.kinds.organizations import KIND, METADATA_BYTES, instant


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("2012-10-20T07:15:20.902Z", "2012-10-20T07:15:20.902Z"),
        ("2012-10-20T09:15:20.902+02:00", "2012-10-20T07:15:20.902Z"),
        ("2012-10-20T07:15:20Z", "2012-10-20T07:15:20.000Z"),
        ("2012-10-20t07:15:20z", "2012-10-20T07:15:20.000Z"),
    ],
)
def test_a_time_is_one_instant_however_it_is_written(text, kept):
    assert instant(text) == kept
    assert instant(kept) == kept


@pytest.mark.parametrize(
    "text", ["2012-10-20", "yesterday", "2012-10-20T07:15:20", "2012-02-31T00:00:00Z"]
)
def test_what_is_no_instant_is_refused(text):
    with pytest.raises(ValueError, match="created_at"):
        KIND.model.model_validate({"slug": "a", "created_at": text})


def test_an_answer_has_milliseconds_where_a_manifest_has_text():
    assert KIND.from_api({"created_at": 1350717320902}) == {
        "created_at": "2012-10-20T07:15:20.902Z"
    }
    assert KIND.from_api({"name": "A"}) == {"name": "A"}


def test_metadata_has_a_size_that_is_measured_in_bytes():
    fits = {"a": "x" * (METADATA_BYTES - len('{"a":""}'))}
    assert KIND.model.model_validate({"slug": "a", "public_metadata": fits})
    for too_large in ({"a": fits["a"] + "x"}, {"a": "é" * (METADATA_BYTES // 2)}):
        with pytest.raises(ValueError, match="at most 8192 bytes"):
            KIND.model.model_validate({"slug": "a", "public_metadata": too_large})


@pytest.mark.parametrize(
    "name", ["see https://a.example", "HTTP://a", "www.a.example", "<b>A</b>", "A <!-- -->", " "]
)
def test_a_name_is_plain_text(name):
    with pytest.raises(ValueError, match="must"):
        KIND.model.model_validate({"slug": "a", "name": name})
    for plain in ("A < B", "wwwest", "Ünï & Co. <3"):
        assert KIND.model.model_validate({"slug": "a", "name": plain}).name == plain


@pytest.mark.parametrize("created", [10**17, -(10**17), 10**999, 1e300, True, None, "x", []])
def test_a_creation_at_no_time_counts_as_not_answered(created):
    assert KIND.from_api({"id": "org_1", "created_at": created}) == {"id": "org_1"}
