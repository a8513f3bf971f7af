"""What the API refuses, breaks or leaves unanswered, as the command line tells it."""

import json
import re

import pytest

DONE, WRONG, PENDING, NO_PLAN, FAILED = 0, 1, 2, 3, 4
TRACE = re.compile(r"trace [0-9a-f]{16,32}\b")


def clerks(code, message="No.", **meta):
    """The body of an error as Clerk writes it."""
    item = {"code": code, "message": message, "long_message": message, "meta": meta}
    return json.dumps({"errors": [item], "clerk_trace_id": "0123456789abcdef"})


HTML = {"body": "<html><body>Bad gateway</body></html>", "content_type": "text/html"}

MANIFEST = """\
organizations:
  - slug: acme
    name: Acme
    public_metadata: {tier: enterprise}
api_keys:
  - {subject: {organization: acme}, name: billing, secret_to: none}
redirect_urls: [app://cb]
"""

UNREADABLE = {
    "500": ({"status": 500}, "Clerk has trouble of its own", "internal_clerk_error"),
    "503 with HTML": ({"status": 503, **HTML}, "Clerk or a gateway before it has trouble", "503"),
    "200 with HTML": ({"status": 200, **HTML}, "Something other than Clerk", "HTML instead of"),
    "404 with HTML": ({"status": 404, **HTML}, "Something other than Clerk", "404"),
    "truncated JSON": (
        {"status": 200, "body": '{"data": [{"id": "ru_'},
        "Something other than Clerk may be answering",
        "a damaged text instead of JSON",
    ),
    "other JSON": ({"status": 200, "body": "7"}, "instead of a list", "GET /redirect_urls: 200"),
    "a list that is too short": (
        {"status": 200, "body": '{"data": [], "total_count": 3}'},
        "has 0 objects and a `total_count` of 3",
        "GET /redirect_urls",
    ),
    "an object without an id": (
        {"status": 200, "body": '{"data": [{}], "total_count": 1}'},
        "an entry without an id",
        "GET /redirect_urls: 200",
    ),
    "a redirect": (
        {"status": 302, "body": "", "headers": (("Location", "https://elsewhere.example/"),)},
        "pointed to https://elsewhere.example/",
        "The key is not sent there",
    ),
    "429 all along": (
        {"status": 429, "headers": (("Retry-After", "20"),)},
        "quota is used up for another 20 s",
        "too_many_requests",
    ),
    "403": (
        {"status": 403, "body": clerks("authorization_invalid", "Not authorized.")},
        "The secret key may not do this: Not authorized.",
        "403 authorization_invalid, trace 0123456789abcdef",
    ),
    "timeout": ({"broken": "timeout"}, "No answer from 127.0.0.1:9 in time", "no answer"),
    "no network": ({"broken": "connect"}, "127.0.0.1:9 refused", "Check the network"),
    "a connection that breaks": ({"broken": "read"}, "broke before the answer", "no answer"),
}


@pytest.mark.parametrize("name", UNREADABLE)
def test_a_read_that_fails_fails_the_plan(cli, name):
    rule, sentence, detail = UNREADABLE[name]
    cli.write(MANIFEST)
    cli.fault("/redirect_urls$", "GET", **rule)
    for command in (["plan"], ["apply", "--auto-approve"], ["drift"]):
        done = cli(*command)
        assert done.code == NO_PLAN, done.text
        assert done.err.startswith("error[api-error]: ")
        assert sentence in done.err
        assert detail in done.err
        assert "Plan:" not in done.out
    assert cli.writes == []


@pytest.mark.parametrize("name", UNREADABLE)
def test_the_first_read_of_all_may_fail_as_well(cli, name):
    rule, _, _ = UNREADABLE[name]
    if "total_count" in rule.get("body", ""):
        rule = {"drop": "environment_type"}
    cli.write(MANIFEST)
    cli.fault("/instance$", "GET", **rule)
    done = cli("plan")
    assert done.code == NO_PLAN, done.text
    assert "(GET /instance: " in done.err


def test_a_failure_is_one_document_for_machines(cli):
    cli.write(MANIFEST)
    cli.fault("/redirect_urls$", status=502, **HTML)
    done = cli("plan", "--format", "json")
    assert done.code == done.document["exit_code"] == NO_PLAN
    (error,) = done.document["errors"]
    assert error["code"] == "api-error"
    assert "plan" not in done.document
    assert done.err == ""


def test_a_wrong_key_is_told_as_such(cli):
    cli.reset(secret_key="sk_test_the_right_one")
    cli.write(MANIFEST)
    done = cli("plan")
    assert done.code == NO_PLAN
    assert "Clerk does not accept the secret key" in done.err
    assert "401 clerk_key_invalid" in done.err
    assert TRACE.search(done.err)


@pytest.mark.parametrize(
    ("settings", "code"),
    [
        ({"organizations": False}, "403 organization_not_enabled_in_instance"),
        ({"api_keys": False}, "422 api_keys_not_enabled"),
    ],
)
def test_a_feature_that_is_off_is_named(cli, settings, code):
    cli.reset(**settings)
    subject = f"user_{'0' * 27}"
    keys = f"api_keys: [{{subject: {subject}, name: billing, secret_to: none}}]\n"
    cli.write("organizations: [{slug: acme, name: Acme}]\n" if "org" in code else keys)
    done = cli("plan")
    assert done.code == NO_PLAN
    assert "switched off" in done.err
    assert "dashboard" in done.err
    assert code in done.err
    assert TRACE.search(done.err)


def test_a_subject_that_is_not_there_is_told_at_its_line(cli):
    subject = f"user_{'0' * 27}"
    cli.write(f"api_keys:\n  - name: billing\n    subject: {subject}\n    secret_to: none\n")
    done = cli("plan")
    assert done.code == WRONG
    assert done.err.startswith("clerk.yaml:3:5: error[subject-not-found]: ")
    assert subject in done.err
    assert "hint: correct its id" in done.err


def test_a_gateway_that_answers_404_says_nothing_about_a_subject(cli):
    cli.write(f"api_keys: [{{subject: user_{'0' * 27}, name: billing, secret_to: none}}]\n")
    cli.fault("/api_keys$", status=404, **HTML)
    done = cli("plan")
    assert done.code == NO_PLAN
    assert "HTML instead of JSON" in done.err


ORGANIZATIONS = f"organizations: [{', '.join(f'{{slug: o{n}, name: O}}' for n in range(5))}]\n"
"""As many as are read by their list, and not one by one."""


@pytest.mark.parametrize(
    ("manifest", "path", "field"),
    [
        ("domains: [{name: shop.example.net}]\n", "/domains", "is_satellite"),
        (MANIFEST, "/api_keys", "revoked"),
        (MANIFEST, "/api_keys", "expired"),
        (ORGANIZATIONS, "/organizations", "slug"),
    ],
)
def test_an_object_is_not_judged_by_what_its_answer_lacks(cli, manifest, path, field):
    cli.write(manifest)
    assert cli("apply", "--auto-approve").code == DONE
    cli.fault(f"{path}$", "GET", drop=f"data.{field}")
    done = cli("plan")
    assert done.code == NO_PLAN, done.text
    assert f"that lacks `{field}`" in done.err


@pytest.mark.parametrize("field", ["revoked", "expired"])
@pytest.mark.parametrize("odd", ["null", '"false"', "0"])
def test_an_object_is_not_judged_by_what_is_neither_true_nor_false(cli, field, odd):
    cli.write(MANIFEST)
    assert cli("apply", "--auto-approve").code == DONE
    body = {"data": cli.live("api_keys"), "total_count": 1}
    body["data"][0][field] = "ODD"
    text = json.dumps(body).replace('"ODD"', odd)
    cli.fault("/api_keys$", "GET", status=200, body=text)
    done = cli("plan")
    assert done.code == NO_PLAN, done.text
    assert f"that lacks `{field}`" in done.err


@pytest.mark.parametrize("odd", [None, "true", 1, "missing"])
def test_a_domain_that_does_not_say_that_it_is_a_satellite_is_never_removed(cli, odd):
    cli.write("version: 1\nprune: {domains: all}\n", "clerkform.yaml")
    cli.write("domains: []\n")
    body = {"id": f"dmn_{'0' * 27}", "name": "example.com", "is_satellite": odd}
    if odd == "missing":
        del body["is_satellite"]
    text = json.dumps({"data": [body], "total_count": 1})
    cli.fault("/domains$", "GET", status=200, body=text)
    done = cli("apply", "--auto-approve", "--max-delete-percent", "100")
    assert done.code == NO_PLAN, done.text
    assert cli.writes == []


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ('["production"]', "says that it is `['production']`, which may be production"),
        ('"Production"', "says that it is `Production`, which may be production"),
        ('"preview"', "says that it is `preview`, which may be production"),
        ('"production"', "is a production instance"),
    ],
)
def test_an_instance_that_does_not_say_development_is_production(cli, said, shown):
    cli.write("redirect_urls: [app://one]\n")
    body = f'{{"id": "ins_1", "environment_type": {said}}}'
    cli.fault("/instance$", "GET", status=200, body=body)
    planned = cli("plan")
    assert f"ins_1 {shown}" in planned.out
    done = cli("apply", "--auto-approve")
    assert done.code == WRONG
    assert "error[production]" in done.err
    assert cli.writes == []
    assert cli("apply", "--auto-approve", "--allow-production").code == DONE


def test_an_instance_with_a_live_key_is_production_whatever_it_says(cli):
    cli.write("redirect_urls: [app://one]\n")
    cli.fault(
        "/instance$", "GET", status=200, body='{"id": "i", "environment_type": "development"}'
    )
    cli.environ = {"CLERK_SECRET_KEY": "sk_live_0123456789abcdef0123456789"}
    done = cli("apply", "--auto-approve")
    assert (done.code, "error[production]" in done.err) == (WRONG, True)
    assert cli.writes == []


@pytest.mark.parametrize("said", ['{"id": ["i"]}', '{"id": 1}', '{"id": "", "x": 1}'])
def test_an_instance_without_a_name_is_none(cli, said):
    cli.write("redirect_urls: [app://one]\n")
    body = f'{said[:-1]}, "environment_type": "development"}}'
    cli.fault("/instance$", "GET", status=200, body=body)
    assert cli("plan").code == NO_PLAN


@pytest.mark.parametrize("said", ['""', '"  \\n"', "null", "1"])
def test_an_empty_or_blank_secret_is_none(cli, said):
    """Not delivered, not recorded as such; and what it belongs to is removed again."""
    cli.write(MANIFEST.replace("secret_to: none", "secret_to: {file: .secrets/k}"))
    body = f'{{"secret": {said}, "object": "api_key"}}'
    made = {"id": "ak_0123456789abcdef0123456789abcdef", "object": "api_key"}
    assert cli("apply", "--auto-approve", "-t", "organizations/*").code == DONE
    (organization,) = cli.live("organizations")
    made |= {"subject": organization["id"], "name": "billing", "type": "api_key", "secret": "SAID"}
    text = json.dumps(made).replace('"SAID"', said)
    cli.fault("/api_keys$", "POST", status=200, body=text)
    cli.fault("/secret$", "GET", status=200, body=body)
    cli.fault("/revoke$", "POST", status=200, body=json.dumps(made | {"secret": None}))
    done = cli("apply", "--auto-approve")
    assert done.code == FAILED, done.text
    assert "without Clerk showing its secret" in done.err
    assert not (cli.root / ".secrets/k").exists()
    ledger = json.loads((cli.root / ".clerkform/ledger.default.json").read_text())
    assert ledger["entries"].get("api_keys/acme/billing", {}).get("delivery") != "delivered"


@pytest.mark.parametrize("broken", [{"body": "{}"}, {"body": '{"data": [{}], "total_count": 1}'}])
def test_the_first_page_of_a_probe_is_checked_too(cli, broken):
    cli.write(f"organizations: [{', '.join(f'{{slug: org-{n}, name: O}}' for n in range(4))}]\n")
    cli.fault("/organizations$", "GET", status=200, **broken)
    done = cli("plan")
    assert done.code == NO_PLAN, done.text
    assert "(GET /organizations: 200" in done.err


def test_an_organization_that_is_looked_up_needs_an_id(cli):
    cli.write("organizations: [{slug: acme, name: Acme}]\n")
    cli.fault("/organizations/acme$", "GET", status=200, body='{"slug": "acme"}')
    done = cli("plan")
    assert done.code == NO_PLAN, done.text
    assert "(GET /organizations/acme: no usable answer)" in done.err


@pytest.mark.parametrize(
    ("rule", "least"),
    [
        ({"status": 429, "headers": (("Retry-After", "7"),), "times": 1}, 7),
        ({"status": 503, "headers": (("Retry-After", "9"),), "times": 1, **HTML}, 9),
        ({"status": 500, "times": 3}, 0),
        ({"broken": "timeout", "times": 3}, 0),
        ({"broken": "connect", "times": 3}, 0),
    ],
)
def test_what_passes_is_waited_for(cli, rule, least):
    cli.write(MANIFEST)
    cli.fault("/redirect_urls$", "GET", **rule)
    done = cli("plan")
    assert (done.code, done.err) == (DONE, "")
    assert cli.waited >= least
    assert sum(cli.app.state.faults.fired) == rule["times"]


def test_a_write_waits_as_long_as_it_is_told(cli):
    cli.write(MANIFEST)
    cli.fault("/redirect_urls$", "POST", status=429, times=2, headers=(("Retry-After", "7"),))
    assert cli("apply", "--auto-approve").code == DONE
    assert cli.waited >= 14
    assert len(cli.live("redirect_urls")) == 1


REFUSED = {
    # what a create of the organization meets: the rule, the code, the sentence, Clerk's words
    "402": (
        {
            "status": 402,
            "body": clerks(
                "unsupported_subscription_plan_features",
                unsupported_features=["organizations", "custom_roles"],
            ),
        },
        "step-failed",
        "The instance's Clerk plan lacks organizations, custom_roles.",
        "402 unsupported_subscription_plan_features, trace 0123456789abcdef",
    ),
    "403 feature off": (
        {"status": 403, "body": clerks("organization_slugs_disabled", "Slugs are disabled.")},
        "step-failed",
        "A feature that this needs is switched off: Slugs are disabled.",
        "403 organization_slugs_disabled",
    ),
    "403 quota": (
        {"status": 403, "body": clerks("organization_quota_exceeded", "There are 50 already.")},
        "step-failed",
        "The instance may not have more of these: There are 50 already.",
        "403 organization_quota_exceeded",
    ),
    "409": (
        {"status": 409, "body": clerks("conflict", "There is one.")},
        "step-failed",
        "It conflicts with what is there: There is one.",
        "409 conflict, trace 0123456789abcdef",
    ),
    "409 locked": (
        {"status": 409, "body": clerks("resource_locked", "Locked.")},
        "step-failed",
        "Another request was changing the same object",
        "409 resource_locked",
    ),
    "429 all along": (
        {"status": 429, "headers": (("Retry-After", "20"),)},
        "step-failed",
        "quota is used up",
        "429 too_many_requests",
    ),
    "no network": (
        {"broken": "connect"},
        "step-failed",
        "127.0.0.1:9 refused the connection or is not reachable. Check the network",
        "POST /organizations: no answer",
    ),
    "500": (
        {"status": 500},
        "step-unknown",
        "Nobody knows whether it was done: run `clerkform plan` to see.",
        "POST /organizations: 500 internal_clerk_error, trace ",
    ),
    "502 with HTML": (
        {"status": 502, **HTML},
        "step-unknown",
        "Nobody knows whether it was done",
        "POST /organizations: 502",
    ),
    "200 with HTML": (
        {"status": 200, **HTML},
        "step-unknown",
        "Nobody knows whether it was done",
        "POST /organizations: 200",
    ),
    "truncated JSON": (
        {"status": 200, "body": '{"id": "org_'},
        "step-unknown",
        "Nobody knows whether it was done",
        "POST /organizations: 200",
    ),
    "timeout": (
        {"broken": "timeout"},
        "step-unknown",
        "No answer from 127.0.0.1:9 in time.",
        "POST /organizations: no answer",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_write_that_fails_stops_what_needs_it_and_nothing_else(cli, name):
    rule, code, sentence, detail = REFUSED[name]
    cli.write(MANIFEST)
    cli.fault("/organizations$", "POST", **rule)
    done = cli("apply", "--auto-approve")
    assert done.code == FAILED, done.text
    assert f"clerk.yaml:2:5: error[{code}]: create organizations/acme failed: " in done.err
    assert sentence in done.err
    assert detail in done.err
    assert "failed to create organizations/acme" in done.out
    assert "not run: create api_keys/acme/billing" in done.out
    assert "created redirect_urls/app://cb" in done.out
    assert "Applied: 1 done, 1 failed, 1 not run." in done.out
    assert (cli.live("organizations"), cli.live("api_keys")) == ([], [])
    cli.heal()
    assert cli("apply", "--auto-approve").code == DONE
    assert cli("plan", "--detailed-exitcode").code == DONE
    assert len(cli.live("organizations")) == len(cli.live("api_keys")) == 1


def test_a_failed_apply_is_one_document_for_machines(cli):
    cli.write(MANIFEST)
    cli.fault("/organizations$", "POST", status=409, body=clerks("conflict", "There is one."))
    done = cli("apply", "--auto-approve", "--format", "json")
    assert done.code == done.document["exit_code"] == FAILED
    assert done.document["summary"] == {"done": 1, "failed": 1, "not_run": 1, "cut_off": 0}
    (error,) = [event["error"] for event in done.document["events"] if event.get("error")]
    assert "409 conflict, trace 0123456789abcdef" in error["message"]
    assert error["place"] == {"path": "clerk.yaml", "line": 2, "column": 5}


def test_a_plan_that_lacks_a_feature_is_told_by_its_name(cli):
    cli.reset(unentitled=frozenset({"organizations"}))
    cli.write(MANIFEST)
    done = cli("apply", "--auto-approve")
    assert done.code == FAILED
    assert "The instance's Clerk plan lacks organizations." in done.err
    assert TRACE.search(done.err)


def test_a_value_that_clerk_refuses_is_shown_at_its_line(cli):
    cli.write("organizations:\n  - slug: acme\n    name: Acme\n    max_allowed_memberships: 50\n")
    body = clerks("form_param_exceeds", "It is too many.", param_name="max_allowed_memberships")
    cli.fault("/organizations$", "POST", status=422, body=body)
    done = cli("apply", "--auto-approve")
    assert done.code == FAILED
    assert done.err.startswith(
        "clerk.yaml:4:5: error[step-failed]: create organizations/acme failed: "
        "Clerk does not accept the values: `max_allowed_memberships`: It is too many."
    )
    assert "422 form_param_exceeds" in done.err
    assert "    4 |     max_allowed_memberships: 50\n" in done.err


@pytest.mark.parametrize(
    ("param", "place"), [("public_metadata.tier", "4:5"), ("slug", "2:5"), ("logo", "2:5")]
)
def test_the_line_is_that_of_the_parameter_or_the_item(cli, param, place):
    cli.write(MANIFEST)
    body = clerks("form_param_value_invalid", "It is wrong.", param_name=param)
    cli.fault("/organizations$", "POST", status=422, body=body)
    done = cli("apply", "--auto-approve")
    assert done.code == FAILED
    assert f"clerk.yaml:{place}: error[step-failed]: create organizations/acme" in done.err
    assert f"`{param}`: It is wrong." in done.err


@pytest.mark.parametrize(
    ("before", "after", "request_"),
    [
        ("organizations: [{slug: acme, name: A}]", "name: B", "PATCH /organizations/org_"),
        ("jwt_templates: [{name: convex, claims: {}}]", "lifetime: 90", "GET /jwt_templates/jtmp_"),
    ],
)
def test_an_object_that_went_away_before_its_update_is_told(cli, before, after, request_):
    cli.write(f"{before}\n")
    assert cli("apply", "--auto-approve").code == DONE
    changed = before.replace("name: A", after).replace("claims: {}", after)
    cli.write(f"{changed}\nredirect_urls: [app://cb]\n")
    method, path = request_.split()
    cli.fault(path, method, status=404, body=clerks("resource_not_found", "It was not found."))
    done = cli("apply", "--auto-approve")
    assert done.code == FAILED
    kind = before.partition(":")[0]
    assert done.err.startswith(f"clerk.yaml:1:17: error[step-failed]: update {kind}/")
    assert "What was asked for is not there: It was not found." in done.err
    assert "404 resource_not_found, trace 0123456789abcdef" in done.err
    assert "Applied: 1 done, 1 failed, 0 not run." in done.out


def test_a_claim_that_clerk_reserves_is_shown_at_the_claims(cli):
    """The linter finds it before; who ignores that hears it from Clerk."""
    claims = "claims: {sub: me} # clerkform: ignore[reserved-claim]"
    cli.write(f"jwt_templates:\n  - name: convex\n    {claims}\n")
    done = cli("apply", "--auto-approve")
    assert done.code == FAILED
    assert "clerk.yaml:3:5: error[step-failed]: create jwt_templates/convex failed: " in done.err
    assert "You can't use the reserved claim: 'sub'" in done.err
    assert "400 jwt_template_reserved_claim" in done.err


def test_what_a_list_did_not_show_yet_is_refused_as_a_duplicate_and_taken_over(cli):
    cli.write("allowlist_identifiers: [ann@example.com]\n")
    assert cli("apply", "--auto-approve").code == DONE
    nothing = '{"data": [], "total_count": 0}'
    cli.fault("/allowlist_identifiers$", "GET", times=1, status=200, body=nothing)
    done = cli("apply", "--auto-approve")
    assert done.code == DONE
    assert "(taken over, as somebody else has made it meanwhile)" in done.out
    assert len(cli.live("allowlist_identifiers")) == 1
    assert cli("plan", "--detailed-exitcode").code == DONE


def test_a_duplicate_that_does_not_show_for_some_seconds_is_waited_for(cli):
    """As where a run was cut off a moment ago, and reads lag behind what it has made."""
    cli.write("allowlist_identifiers: [ann@example.com]\n")
    assert cli("apply", "--auto-approve").code == DONE
    nothing = '{"data": [], "total_count": 0}'
    cli.fault("/allowlist_identifiers$", "GET", times=3, status=200, body=nothing)
    done = cli("apply", "--auto-approve")
    assert done.code == DONE
    assert "(taken over, as somebody else has made it meanwhile)" in done.out
    assert cli.waited < 10
    assert len(cli.live("allowlist_identifiers")) == 1


def test_a_duplicate_is_waited_for_while_what_was_switched_on_for_it_does_not_show(cli):
    cli.write("organization_settings: {enabled: true}\norganizations: [{slug: acme, name: Acme}]\n")
    assert cli("apply", "--auto-approve").code == DONE
    off = clerks("organization_not_enabled_in_instance", "They are off.")
    cli.fault("/organizations/acme$", "GET", times=3, status=403, body=off)
    done = cli("apply", "--auto-approve")
    assert done.code == DONE
    assert "(taken over, as somebody else has made it meanwhile)" in done.out
    assert cli.waited < 10


def test_a_duplicate_that_is_not_as_declared_is_not_taken_over(cli):
    cli.write("jwt_templates: [{name: convex, claims: {aud: convex}}]\n")
    assert cli("apply", "--auto-approve").code == DONE
    nothing = '{"data": [], "total_count": 0}'
    cli.fault("/jwt_templates$", "GET", times=1, status=200, body=nothing)
    cli.write("jwt_templates: [{name: convex, claims: {aud: another}}]\n")
    done = cli("apply", "--auto-approve")
    assert done.code == FAILED
    assert "clerk.yaml:1:18: error[step-failed]: " in done.err
    assert "422 form_identifier_exists" in done.err
    assert cli("apply", "--auto-approve").code == DONE
    assert cli.live("jwt_templates")[0]["claims"] == {"aud": "another"}


@pytest.mark.parametrize(
    ("rule", "code"),
    [
        ({"status": 404, "body": clerks("resource_not_found", "None.")}, DONE),
        ({"status": 404, **HTML}, FAILED),
    ],
)
def test_only_clerk_itself_can_say_that_an_object_is_gone(cli, rule, code):
    cli.write("redirect_urls: [app://cb]\n")
    assert cli("apply", "--auto-approve").code == DONE
    cli.write("redirect_urls: [{url: app://cb, absent: true}]\n")
    cli.fault("/redirect_urls/ru_", "DELETE", times=1, **rule)
    done = cli("apply", "--auto-approve")
    assert done.code == code, done.text
    assert ("it was gone already" in done.out) is (code == DONE)


@pytest.mark.parametrize("rule", [{"broken": "read"}, {"status": 500}, {"status": 502, **HTML}])
def test_what_was_made_though_the_answer_was_lost_is_taken_over(cli, rule):
    cli.write(MANIFEST)
    for path in ("/organizations$", "/redirect_urls$", "/api_keys$"):
        cli.fault(path, "POST", times=1, after=True, **rule)
    done = cli("apply", "--auto-approve")
    assert done.code == DONE, done.text
    assert done.out.count("its answer was lost") == 3
    assert [len(cli.live(kind)) for kind in ("organizations", "redirect_urls", "api_keys")] == [
        1,
        1,
        1,
    ]
    assert cli("plan", "--detailed-exitcode").code == DONE


def test_what_no_read_shows_is_told_after_ten_seconds_and_is_no_failure(cli):
    cli.write("redirect_urls: [app://cb]\n")
    nothing = '{"data": [], "total_count": 0}'
    cli.fault("/redirect_urls$", "GET", status=200, body=nothing)
    done = cli("apply", "--auto-approve")
    assert (done.code, done.err) == (DONE, "")
    assert "Applied: 1 done, 0 failed, 0 not run." in done.out
    assert done.out.endswith("not yet visible: redirect_urls/app://cb\n")
    assert 10 <= cli.waited < 15


def test_a_field_that_clerk_drops_fails_its_step_and_nothing_else(cli):
    cli.write(MANIFEST)
    cli.fault("/organizations$", "POST", drop="public_metadata")
    done = cli("apply", "--auto-approve")
    assert done.code == FAILED
    assert "clerk.yaml:4:5: error[dropped-fields]: " in done.err
    assert "did not apply public_metadata" in done.err
    assert "created api_keys/acme/billing" in done.out
    assert "Applied: 2 done, 1 failed, 0 not run." in done.out


def test_a_key_that_may_not_share_its_name_is_replaced_by_revoking_first(cli):
    cli.write(MANIFEST)
    assert cli("apply", "--auto-approve").code == DONE
    cli.fault("/api_keys$", "POST", status=409, body=clerks("conflict", "The name is taken."))
    done = cli("apply", "--auto-approve", "--replace", "api_keys/acme/billing")
    assert done.code == FAILED
    assert "The name is taken." in done.err
    assert "--revoke-first" in done.err
    assert "not run: delete api_keys/acme/billing" in done.out
    assert [key["revoked"] for key in cli.live("api_keys")] == [False]


@pytest.mark.parametrize("how", ["undelivered", "unshown"])
def test_an_old_key_stays_until_the_secret_of_the_new_one_is_delivered(cli, how):
    cli.write(MANIFEST)
    assert cli("apply", "--auto-approve").code == DONE
    (old,) = cli.live("api_keys")
    if how == "undelivered":
        cli.environ["CLERKFORM_ALLOW_COMMANDS"] = "1"
        cli.write(MANIFEST.replace("secret_to: none", 'secret_to: {command: ["false"]}'))
    else:
        cli.write(MANIFEST.replace("secret_to: none", "secret_to: {file: .secrets/k}"))
        cli.fault("/api_keys$", "POST", drop="secret")
        cli.fault("/secret$", "GET", status=403, body=clerks("forbidden"))
    done = cli("apply", "--auto-approve", "--replace", "api_keys/acme/billing")
    assert done.code == FAILED
    assert "not run: delete api_keys/acme/billing" in done.out
    revoked = {key["id"]: key["revoked"] for key in cli.live("api_keys")}
    assert revoked[old["id"]] is False


def test_a_secret_that_cannot_be_delivered_is_not_lost_in_silence(cli):
    cli.environ["CLERKFORM_ALLOW_COMMANDS"] = "1"
    cli.write(MANIFEST.replace("secret_to: none", 'secret_to: {command: ["false"]}'))
    done = cli("apply", "--auto-approve")
    assert done.code == FAILED
    assert "clerk.yaml:6:" in done.err
    live = [key for key in cli.live("api_keys") if not key["revoked"]]
    if live:  # it is there, and somebody has to be told that nobody holds it
        assert "secret" in done.err
        assert "--replace" in done.err
    else:
        assert cli("plan", "--detailed-exitcode").code == PENDING


def test_a_retry_that_is_over_says_what_is_known_of_the_write(cli):
    """A 429 after a try whose answer was lost does not undo that try."""
    cli.write("organizations: [{slug: acme, name: Acme}]\n")
    assert cli("apply", "--auto-approve").code == DONE
    cli.write("organizations: [{slug: acme, name: Acme Inc}]\n")
    cli.fault("/organizations/org_", "PATCH", times=1, broken="read", after=True)
    cli.fault("/organizations/org_", "PATCH", status=429, headers=(("Retry-After", "30"),))
    done = cli("apply", "--auto-approve")
    assert done.code == FAILED
    assert "error[step-unknown]: update organizations/acme failed: " in done.err
    assert "Nobody knows whether it was done" in done.err


def test_verbose_logs_requests_and_neither_key_nor_body(cli):
    cli.write(MANIFEST)
    done = cli("apply", "--auto-approve", "-vv")
    assert done.code == DONE
    assert "POST /organizations" in done.err
    assert "enterprise" not in done.err
    assert "Bearer" not in done.err


def test_what_the_server_says_is_printed_as_plain_text(cli):
    cli.write("redirect_urls: [app://cb]\n")
    said = "no\x1b[31m\u202e\r\nway " + "x" * 10_000
    cli.fault("/redirect_urls$", "GET", status=409, body=clerks("conflict", said))
    done = cli("plan")
    assert done.code == NO_PLAN
    assert "\x1b" not in done.err
    assert "\u202e" not in done.err
    assert len(done.err) < 1000


def test_a_secret_that_the_server_repeats_is_not_printed(cli):
    cli.environ["JWT_KEY"] = secret = "a-secret-of-the-test-that-is-long-enough-for-HS256"
    cli.write(
        "jwt_templates:\n  - name: t\n    claims: {}\n    signing_algorithm: HS256\n"
        "    signing_key: {from_env: JWT_KEY}\n"
    )
    body = clerks("form_param_value_invalid", f"{secret} is no key.", param_name="signing_key")
    cli.fault("/jwt_templates$", "POST", status=422, body=body)
    for output in ("text", "json", "markdown"):
        done = cli("apply", "--auto-approve", "-vv", "--format", output)
        assert done.code == FAILED
        assert secret not in done.text
        assert "is no key." in done.text


@pytest.mark.parametrize(
    ("variable", "value", "sentence"),
    [
        ("CLERK_API_URL", "not an address", "address"),
        ("CLERK_API_URL", "ftp://api.clerk.com", "address"),
        ("CLERK_SECRET_KEY", "sk_test_with a blank", "blank"),
        ("CLERK_SECRET_KEY", "sk_test_with_a_line_break\n", "line break"),
    ],
)
def test_an_address_or_a_key_that_cannot_be_is_a_mistake_of_usage(cli, variable, value, sentence):
    cli.environ[variable] = value
    cli.write("redirect_urls: [app://cb]\n")
    done = cli("plan")
    assert done.code == WRONG
    assert done.err.startswith("error[usage]: ")
    assert sentence in done.err
    assert "sk_test_with" not in done.text
    assert cli.received == []


@pytest.mark.parametrize("output", ["text", "json", "markdown"])
def test_a_server_that_echoes_what_it_was_sent_is_not_quoted(cli, output):
    """Redacted before it is shortened or escaped, whatever the value looks like."""
    key = "sk_test_of_this_test"
    cli.environ["CLERK_SECRET_KEY"] = key
    note = "private *note* with  two blanks _and_ more"
    cli.write(f'organizations: [{{slug: acme, name: A, private_metadata: {{note: "{note}"}}}}]\n')
    said = f"bad key {key} and {note} and {'x' * 600}"
    cli.fault("/organizations$", "POST", status=422, body=clerks("form_param_unknown", said))
    done = cli("apply", "--auto-approve", "--format", output)
    assert done.code == FAILED
    assert "two blanks" not in done.text
    assert key not in done.text.replace("\\", "")


@pytest.mark.parametrize("drop", ["id", "secret"])
def test_a_key_whose_answer_is_of_no_use_is_found_and_its_secret_delivered(cli, drop):
    cli.write(MANIFEST.replace("secret_to: none", "secret_to: {file: key.txt}"))
    cli.fault("/api_keys$", "POST", drop=drop, times=1)
    assert cli("apply", "--auto-approve").code == DONE
    (key,) = cli.live("api_keys")
    assert (cli.root / "key.txt").read_text() == cli.app.state.store.secret("api_keys", key["id"])


def test_a_list_without_keys_is_a_failed_read_and_prunes_nothing(cli):
    cli.write("redirect_urls: [https://a.example/cb]\n")
    assert cli("apply", "--auto-approve").code == DONE
    cli.write("version: 1\nprune: {redirect_urls: all}\n", "clerkform.yaml")
    cli.fault("/redirect_urls$", "GET", drop="data.url")
    assert cli("apply", "--auto-approve").code == NO_PLAN
    assert len(cli.live("redirect_urls")) == 1
