"""The project file: what it may say, where its mistakes are, and which environment it means."""

from textwrap import dedent

import pytest

from clerkform.diagnostics import Problems
from clerkform.errors import UsageError
from clerkform.plan.limits import Limits
from clerkform.project import (
    Environment,
    ProjectFile,
    load_project,
    resolve,
    variables,
)

FULL = """\
version: 1
manifests: [clerk/]
vars: {app_url: http://localhost:3000, tier: 1}
protect: ["organizations/*"]
prune: {redirect_urls: all, jwt_templates: none}
limits: {max_deletes: 5}
environments:
  sandbox:    {api: sandbox}
  tuned:      {api: {sandbox: {latency: 2}}}
  staging:    {secret_key: {from_env: CLERK_STAGING}, instance: ins_2abc, max_quota: 0.2}
  production:
    secret_key: {from_env: CLERK_SECRET_KEY}
    api_url: https://api.example.com/v1
    production: true
    protected: true
    vars: {app_url: https://app.example.com}
    protect: [jwt_templates/session, "organizations/*"]
    prune: {redirect_urls: none}
    limits: {max_delete_percent: 12.5}
    manifests: [envs/production/]
default_environment: sandbox
"""


def load(root, text):
    (root / "clerkform.yaml").write_text(dedent(text))
    problems = Problems()
    return load_project(root, problems), problems


def environment(root, name=None, text=FULL) -> Environment:
    project, problems = load(root, text)
    assert problems == []
    return resolve(project, name, root)


def found(root, text):
    _, problems = load(root, text)
    return [(p.code, f"{p.span.line}:{p.span.column}") for p in problems.in_order()]


def test_without_a_project_file_there_is_one_real_instance(tmp_path):
    problems = Problems()
    assert (load_project(tmp_path, problems), problems) == (None, [])
    chosen = resolve(None, None, tmp_path)
    assert chosen == Environment("default", tmp_path)
    assert (chosen.secret_key_env, chosen.sandbox, chosen.manifests) == (
        "CLERK_SECRET_KEY", False, None,
    )  # fmt: skip
    assert resolve(None, "default", tmp_path).by_default is False
    with pytest.raises(UsageError, match="no project file"):
        resolve(None, "staging", tmp_path)


def test_an_environment_with_everything(tmp_path):
    chosen = environment(tmp_path, "production")
    assert chosen.secret_key_env == "CLERK_SECRET_KEY"
    assert chosen.api_url == "https://api.example.com/v1"
    assert (chosen.production, chosen.protected, chosen.sandbox) == (True, True, False)
    assert chosen.vars == {"app_url": "https://app.example.com", "tier": 1}
    assert chosen.protect == ("organizations/*", "jwt_templates/session")
    assert chosen.prune == {"redirect_urls": "none", "jwt_templates": "none"}
    assert chosen.limits == Limits(max_deletes=5, max_delete_percent=12.5)
    assert (chosen.manifests, chosen.overlays) == (("clerk/",), ("envs/production/",))
    assert chosen.exclude == ("envs/production/",)
    assert {place: span.line for place, span in chosen.named_at.items()} == {
        "clerk/": 2, "envs/production/": 20,
    }  # fmt: skip
    assert {kind: span.line for kind, span in chosen.prune_spans.items()} == {
        "redirect_urls": 18, "jwt_templates": 5,
    }  # fmt: skip


def test_what_is_left_out_has_defaults(tmp_path):
    chosen = environment(tmp_path, "one", "version: 1\nenvironments: {one: {}}")
    ledger = ".clerkform/ledger.one.json"
    expected = Environment("one", tmp_path, by_default=False, ledger=ledger, ledgers=(ledger,))
    assert chosen == expected
    assert chosen.limits == Limits(10, 30)


def test_the_sandbox_and_its_settings(tmp_path):
    assert environment(tmp_path, "sandbox").sandbox_settings == {}
    tuned = environment(tmp_path, "tuned")
    assert (tuned.sandbox, tuned.sandbox_settings) == (True, {"latency": 2})


def test_a_fault_of_a_project_may_be_an_expression_that_repeats_nothing(tmp_path):
    paths = ["/organizations$", "^/v1/jwt_templates/", "domains|redirect_urls", "/user[_s]", r"\."]
    text = f"version: 1\nenvironments: {{a: {{api: {{sandbox: {{faults: [{{path: '{paths[0]}'}}]}}}}}}}}"
    for path in paths:
        assert found(tmp_path, text.replace(paths[0], path)) == []


def test_which_environment_is_meant(tmp_path):
    chosen = environment(tmp_path)
    assert (chosen.name, chosen.by_default) == ("sandbox", True)
    assert environment(tmp_path, "sandbox").by_default is False
    assert environment(tmp_path, None, "version: 1\nenvironments: {only: {}}").name == "only"
    bare = environment(tmp_path, None, "version: 1\nprune: {x: all}")
    assert (bare.name, bare.prune) == ("default", {"x": "all"})
    with pytest.raises(UsageError) as caught:
        environment(tmp_path, "prodction")
    assert caught.value.hint == "did you mean `production`?"
    with pytest.raises(UsageError) as caught:
        environment(tmp_path, None, "version: 1\nenvironments: {b: {}, a: {}}")
    assert caught.value.hint == "name one with `-e`: `a`, `b`"


def test_no_environments_key_may_be_read_by_anything_else(tmp_path):
    expected = {"CLERK_SECRET_KEY", "CLERK_STAGING"}
    assert load(tmp_path, FULL)[0].secret_key_variables == expected
    assert environment(tmp_path, "sandbox").secret_key_variables == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("manifests: [a]", [("missing-field", "1:1")]),
        ("version: 2", [("wrong-value", "1:10")]),
        ("version: 1\nenviroments: {}", [("unknown-field", "2:1")]),
        ("version: 1\nmanifests: clerk/", [("wrong-type", "2:12")]),
        ("version: 1\nmanifests: []", [("out-of-bounds", "2:12")]),
        ("version: 1\nvars: {a-b: 1}", [("bad-pattern", "2:8")]),
        ("version: 1\nprune: {redirect_urls: some}", [("wrong-value", "2:24")]),
        ("version: 1\nlimits: {max_deletes: -1}", [("out-of-bounds", "2:23")]),
        ("version: 1\nlimits: {max_delete_percent: 101}", [("out-of-bounds", "2:30")]),
        ("version: 1\nlimits: {max_deletes: null}", [("null-here", "2:23")]),
        ("version: 1\nledger: x", [("unknown-field", "2:1")]),
        ("version: 1\nenvironments: {a b: {}}", [("bad-pattern", "2:16")]),
        ("version: 1\nenvironments: {a: }", [("null-here", "2:19")]),
        ("version: 1\nenvironments: {a: {ledger: x}}", [("bad-pattern", "2:28")]),
        ("version: 1\nenvironments: {a: {api: real}}", [("wrong-value", "2:25")]),
        ("version: 1\nenvironments: {a: {api: {sandbx: {}}}}", [("unknown-field", "2:26")]),
        ("version: 1\nenvironments: {a: {instance: x}}", [("bad-pattern", "2:30")]),
        ("version: 1\nenvironments: {a: {production: yes}}", [("wrong-type", "2:32")]),
        ("version: 1\nenvironments: {a: {max_quota: 0}}", [("out-of-bounds", "2:31")]),
        ("version: 1\nenvironments: {a: {max_quota: 1.1}}", [("out-of-bounds", "2:31")]),
        ("version: 1\nenvironments: {a: {api_url: 'ftp://x'}}", [("bad-pattern", "2:29")]),
        ("version: 1\nenvironments: {a: {api_url: 'https://u:p@x'}}", [("bad-pattern", "2:29")]),
        ("version: 1\ndefault_environment: a", [("unknown-environment", "2:22")]),
        (
            "version: 1\nenvironments: {a: {api: sandbox, api_url: 'https://x'}}",
            [("api-and-api-url", "2:34")],
        ),
        (
            "version: 1\nenvironments: {a: {api: {sandbox: {faults: [{path: '^((.|.)+)+!'}]}}}}",
            [("bad-pattern", "2:52")],
        ),
        (
            f"version: 1\nenvironments: {{a: {{api: {{sandbox: {{faults: [{{path: {'a' * 201}}}]}}}}}}}}",
            [("bad-pattern", "2:52")],
        ),
        (
            f"version: 1\nenvironments: {{a: {{api: {{sandbox: {{faults: [{'{path: a}, ' * 101}]}}}}}}}}",
            [("out-of-bounds", "2:44")],
        ),
        ("just text", [("wrong-type", "1:1")]),
        ("- a", [("wrong-type", "1:1")]),
        ("", [("empty-file", "1:1")]),
        ("version: 1\nversion: 1", [("duplicate-key", "2:1")]),
    ],
)
def test_each_mistake_is_found_at_its_place(tmp_path, text, expected):
    assert found(tmp_path, text) == expected


def test_mistakes_are_found_together(tmp_path):
    text = """\
        version: 1
        prune: {a: mine}
        environments:
          a: {secret_key: abc, max_quota: 3}
          b: {secret_key: {from_env: HOME}, productoin: true}
        """
    assert found(tmp_path, text) == [
        ("wrong-value", "2:12"), ("literal-secret", "4:19"), ("out-of-bounds", "4:35"),
        ("secret-key-variable", "5:30"), ("unknown-field", "5:37"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "key",
    ["sk_live_x", "{from_env: sk_live_x}", "{value: sk_live_x}", "[sk_live_x]", "{from_env: [x]}",
     "{from_env: CLERK_A, or: sk_live_x}", "{from_file: key}", "3", "{from_env: clerk_x}", "{}"],
)  # fmt: skip
def test_a_secret_key_comes_from_a_variable_for_it_and_is_never_shown(tmp_path, key):
    text = f"version: 1\nenvironments: {{a: {{secret_key: {key}}}}}"
    project, (problem,) = load(tmp_path, text)
    assert problem.code in ("literal-secret", "secret-key-variable")
    assert problem.quotes_line is False
    assert "sk_live" not in f"{problem.message}{problem.hint}{project!r}"


def test_a_project_file_that_leads_outside_is_refused(tmp_path):
    root = tmp_path / "root"
    root.mkdir()
    (tmp_path / "other.yaml").write_text("version: 1")
    (root / "clerkform.yaml").symlink_to(tmp_path / "other.yaml")
    problems = Problems()
    assert load_project(root, problems) is None
    assert [p.code for p in problems] == ["outside-folder"]


def test_a_project_file_that_cannot_be_read_is_an_error(tmp_path):
    (tmp_path / "clerkform.yaml").symlink_to(tmp_path / "nothing")
    problems = Problems()
    assert load_project(tmp_path, problems) is None
    assert [p.code for p in problems] == ["unreadable-file"]


def given(root, environ=(), flags=()):
    problems = Problems()
    values = variables(environment(root, "production"), dict(environ), flags, problems)
    return values, [p.code for p in problems]


def test_flags_beat_the_process_which_beats_the_file(tmp_path):
    environ = {"CLERKFORM_VAR_tier": "2", "CLERKFORM_VAR_app_url": "b", "CLERKFORM_VAR": "x=1"}
    assert given(tmp_path, environ, ["tier=3"]) == ({"app_url": "b", "tier": 3}, [])


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("8080", 8080), ("true", True), ("null", None), ("", ""), ("no", "no"), ('"12"', "12"),
        ("'it''s'", "it's"), ("+15555550100", "+15555550100"), ("a: b", "a: b"), ("'a' b 'c'", "'a' b 'c'"),
        ("{{user.id}}", "{{user.id}}"), ("[a]", "[a]"), ("x=y", "x=y"), ("'", "'"), ("# x", "# x"),
    ],
)  # fmt: skip
def test_a_variable_given_is_a_yaml_scalar(tmp_path, text, value):
    for values, codes in (
        given(tmp_path, {"CLERKFORM_VAR_x": text}),
        given(tmp_path, flags=[f"x={text}"]),
    ):
        assert (values["x"], type(values["x"]), codes) == (value, type(value), [])


@pytest.mark.parametrize("flag", ["x", "=1", "a-b=1", "x=.inf", "x=\udcff", "x=" + "9" * 2000])
def test_a_variable_that_cannot_be_is_an_error_without_its_value(tmp_path, flag):
    values, codes = given(tmp_path, flags=[flag])
    assert (codes, "x" in values) == (["bad-variable"], False)


def test_a_variable_is_not_shown(tmp_path):
    assert "localhost" not in repr(environment(tmp_path, "sandbox"))


def test_every_field_explains_itself():
    schema = ProjectFile.model_json_schema()
    models = [schema, *schema["$defs"].values()]
    assert len(models) == 6
    for model in models:
        assert len(model["description"]) > 20
        for name, field in model["properties"].items():
            assert len(field.get("description", "")) > 30, name


def test_a_project_has_no_thousands_of_environments(tmp_path):
    """Each of them reads every manifest."""
    many = "version: 1\nenvironments:\n" + "".join(f"  e{n}: {{}}\n" for n in range(101))
    assert found(tmp_path, many) == [("out-of-bounds", "3:3")]
    assert found(tmp_path, many.removesuffix("  e100: {}\n")) == []
