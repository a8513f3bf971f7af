import asyncio

import httpx
import pytest

from clerkform.sandbox import Fault, SandboxTransport, create_app


def urls(api):
    return [item["url"] for item in api.http.get("/redirect_urls?limit=500").json()]


def post(api, url="https://a.example"):
    return api.http.post("/redirect_urls", json={"url": url})


def test_a_status_takes_the_answers_place_so_many_times(open_api):
    rule = Fault(
        "/redirect_urls$",
        method="post",
        times=2,
        status=502,
        body="<html>Bad gateway</html>",
        content_type="text/html",
        headers=(("Retry-After", "3"),),
    )
    api = open_api(faults=(rule,))
    for _ in range(2):
        response = post(api)
        assert (response.status_code, response.text) == (502, "<html>Bad gateway</html>")
        assert response.headers["Content-Type"] == "text/html"
        assert response.headers["Retry-After"] == "3"
    assert urls(api) == []
    assert post(api).is_success
    assert api.app.state.faults.fired == (2,)


def test_a_status_without_a_body_is_an_error_as_clerk_writes_it(api, tell):
    api.app.state.faults.add(Fault(times=1, status=429, headers=(("Retry-After", "7"),)))
    api.app.state.faults.add(Fault(times=1, status=503))
    first, second = api.http.get("/instance"), api.http.get("/instance")
    assert (first.status_code, first.headers["Retry-After"]) == (429, "7")
    assert tell.codes(first) == [("too_many_requests", None)]
    assert (second.status_code, tell.codes(second)) == (503, [("internal_clerk_error", None)])


def test_a_fault_afterwards_loses_the_answer_of_what_was_done(api):
    api.app.state.faults.add(Fault(method="POST", times=1, status=504, after=True))
    assert post(api).status_code == 504
    assert urls(api) == ["https://a.example"]


def test_a_dropped_field_is_stored_and_not_answered(open_api):
    api = open_api(faults=(Fault(drop="data.claims"), Fault("never", status=500)))
    api.judge = api.http._transport.judge = None  # the answer is meant to be wrong
    made = api.make("/jwt_templates", name="t", claims={"a": 1})
    assert made["claims"] == {"a": 1}
    listed = api.http.get("/jwt_templates?paginated=true").json()
    assert listed["total_count"] == 1
    assert "claims" not in listed["data"][0]
    api.app.state.faults.clear()
    api.app.state.faults.add(Fault(drop="claims", method="GET"))
    assert "claims" not in api.http.get("/jwt_templates").json()[0]
    assert api.app.state.faults.fired == (1,)


def test_a_delay_is_waited_for_and_the_request_then_served(api, monkeypatch):
    waited = []

    async def sleep(seconds):
        waited.append(seconds)

    monkeypatch.setattr("clerkform.sandbox.app.sleep", sleep)
    api.app.state.faults.add(Fault("/instance$", delay=2.5))
    assert api.http.get("/instance").is_success
    assert api.http.get("/domains").is_success
    assert waited == [2.5]


@pytest.mark.parametrize(
    ("broken", "error"),
    [("connect", httpx.ConnectError), ("read", httpx.ReadError), ("timeout", httpx.ReadTimeout)],
)
def test_a_broken_connection_raises_and_does_nothing(api, broken, error):
    api.app.state.faults.add(Fault(times=1, broken=broken))
    with pytest.raises(error) as caught:
        post(api)
    assert caught.value.request.method == "POST"
    assert urls(api) == []


@pytest.mark.parametrize("broken", ["read", "timeout"])
def test_a_connection_that_breaks_afterwards_hides_what_was_done(api, broken):
    api.app.state.faults.add(Fault(method="POST", times=1, broken=broken, after=True))
    with pytest.raises(httpx.TransportError):
        post(api)
    assert urls(api) == ["https://a.example"]


def test_a_rule_that_makes_no_sense_is_refused():
    with pytest.raises(ValueError, match="broken is"):
        Fault(broken="slow")
    with pytest.raises(ValueError, match="comes before"):
        Fault(broken="connect", after=True)
    with pytest.raises(ValueError, match="path is not"):
        Fault("(")
    with pytest.raises(ValueError, match="status is"):
        Fault(status=99)


def test_an_async_client_gets_through_concurrently():
    app = create_app()

    async def create(client, n):
        return await client.post("/redirect_urls", json={"url": f"app://{n % 10}"})

    async def run():
        transport = SandboxTransport(app)
        headers = {"Authorization": "Bearer sk_test_sandbox"}
        async with httpx.AsyncClient(
            transport=transport, base_url="http://sandbox.test/v1", headers=headers
        ) as client:
            return await asyncio.gather(*(create(client, n) for n in range(40)))

    statuses = [response.status_code for response in asyncio.run(run())]
    assert (statuses.count(200), statuses.count(422)) == (10, 30)
