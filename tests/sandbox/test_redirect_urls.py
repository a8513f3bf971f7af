import pytest
from clerk_backend_api import models


def test_a_url_lives_from_create_to_delete(api):
    made = api.clerk.redirect_urls.create(request={"url": "https://app.example.com/cb"})
    assert made.id.startswith("ru_")
    assert made.url == "https://app.example.com/cb"
    assert api.clerk.redirect_urls.get(id=made.id) == made
    assert api.clerk.redirect_urls.list() == [made]
    assert api.clerk.redirect_urls.delete(id=made.id).deleted is True
    with pytest.raises(models.ClerkErrors) as caught:
        api.clerk.redirect_urls.delete(id=made.id)
    assert caught.value.data.errors[0].long_message == (f"No RedirectURL exists with id: {made.id}")


def test_urls_are_compared_as_the_strings_they_are(api, tell):
    urls = ["https://a.example/cb", "https://a.example/cb/", "https://A.example/cb", "app://cb"]
    for url in urls:
        assert api.make("/redirect_urls", url=url)["url"] == url
    response = api.http.post("/redirect_urls", json={"url": urls[0]})
    assert response.status_code == 422
    assert tell.codes(response) == [("form_already_exists", "url")]


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("app.example.com/cb", "form_param_format_invalid"),
        ("https://*.example.com", "form_param_format_invalid"),
        ("https://a b.example", "form_param_format_invalid"),
        ("https://[::1", "form_param_format_invalid"),
        ("https:///cb", "form_param_format_invalid"),
        ("", "form_param_format_invalid"),
        ("http://app.example.com", "insecure_url"),
        ("javascript://x", "invalid_url_scheme"),
        (None, "form_param_nil"),
        (7, "form_param_type_invalid"),
    ],
)
def test_what_is_no_full_and_secure_url_is_refused(api, tell, url, code):
    response = api.http.post("/redirect_urls", json={"url": url})
    assert response.status_code == 422
    assert tell.codes(response) == [(code, "url")]


def test_http_is_for_loopback_in_development_only(open_api, tell):
    body = {"url": "http://localhost:3000/cb"}
    assert open_api().http.post("/redirect_urls", json=body).is_success
    response = open_api(instance="production").http.post("/redirect_urls", json=body)
    assert tell.codes(response) == [("insecure_url", "url")]


def test_there_is_no_update(api):
    made = api.make("/redirect_urls", url="https://a.example")
    response = api.http.patch(f"/redirect_urls/{made['id']}", json={"url": "https://b.example"})
    assert response.status_code == 404
