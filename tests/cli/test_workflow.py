"""The workflow that ``init --ci`` writes, read as text and run as GitHub would run it."""

import json
import re
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from clerkform.cli import workflow
from clerkform.cli.workflow import EXAMPLE, FILES, NOWHERE, Source, installed_from, rendered
from tests.runner import Event, Runner, load
from tests.shell import EXAMPLES, Folder, copied, serving

PATH, _ = FILES["github"]
TEXT = rendered("github", EXAMPLE, NOWHERE)
WORKFLOW = load(TEXT)
JOBS = WORKFLOW["jobs"]
KEY = {"CLERK_SECRET_KEY": "sk_live_anything"}
FORK = Event("pull_request", head="mallory/auth", actor="mallory")
OWN = Event("pull_request", secrets=KEY)
MERGED = Event("push", secrets=KEY)
HOURLY = Event("schedule", secrets=KEY)
BY_HAND = Event("workflow_dispatch", secrets=KEY)


def steps(job, word):
    return [step for step in JOBS[job]["steps"] if word in step.get("run", step.get("uses", ""))]


def test_there_is_one_workflow_and_the_example_has_it():
    assert (EXAMPLES / "github-actions" / PATH).read_text() == TEXT
    assert [path.name for path in (EXAMPLES / "github-actions" / ".github").rglob("*.y*ml")] == [
        "clerkform.yaml"
    ]


def test_every_action_is_a_commit_with_its_version_beside_it():
    used = re.findall(r"uses: (.*)", TEXT)
    assert len(used) == 9
    for action in used:
        assert re.fullmatch(r"actions/[a-z-]+@[0-9a-f]{40} # v[0-9]+\.[0-9]+\.[0-9]+", action)


def test_every_job_installs_one_commit_and_only_what_it_has_hashes_of():
    installs = {json.dumps(steps(name, "pip install")) for name in JOBS}
    (install,) = installs
    assert install.count("pip install") == 2
    assert "--require-hashes" in install
    assert "--no-deps --no-build-isolation" in install
    assert re.fullmatch("[0-9a-f]{40}", WORKFLOW["env"]["CLERKFORM_COMMIT"])


def test_no_variable_of_the_repository_is_asked_for():
    """GitHub passes none to a pull request from a fork."""
    assert "vars." not in TEXT
    assert "pull_request_target" not in WORKFLOW["on"]


def test_the_key_is_given_to_one_step_each_of_jobs_that_no_fork_runs():
    with_key = {
        name: [step for step in job["steps"] if "secrets." in json.dumps(step)]
        for name, job in JOBS.items()
    }
    assert {name: len(found) for name, found in with_key.items()} == {
        "validate": 0,
        "plan": 1,
        "apply": 1,
        "drift": 1,
    }
    assert "secrets." not in json.dumps({**WORKFLOW, "jobs": None})
    for name in ("plan", "apply", "drift"):
        assert not FORK.allows(JOBS[name]["if"])
        assert f"clerkform {name} -e production" in with_key[name][0]["run"]
    assert WORKFLOW["permissions"] == {"contents": "read"}
    assert "permissions" not in JOBS["validate"]
    for name in JOBS:
        (checkout,) = steps(name, "actions/checkout")
        assert checkout["with"] == {"persist-credentials": False}


def test_one_apply_runs_at_a_time_and_none_is_cut_off():
    group = {"group": "clerkform-production", "cancel-in-progress": False}
    assert JOBS["apply"]["concurrency"] == group
    (kept,) = steps("apply", "upload-artifact")
    assert (kept["if"], kept["with"]["path"]) == ("always()", ".clerkform/ledger.production.json")


def test_the_ledger_is_fetched_from_applies_alone():
    fetching = [step["run"] for name in JOBS for step in steps(name, "gh run download")]
    assert len(fetching) == 3
    assert all("for event in push workflow_dispatch" in script for script in fetching)
    assert all('--branch main --event "$event"' in script for script in fetching)


# --- run ----------------------------------------------------------------------------------------


@pytest.fixture
def origin(tmp_path):
    """A repository of clerkform's, as a job clones it."""
    folder = tmp_path / "origin"
    (folder / "requirements").mkdir(parents=True)
    (folder / "requirements" / "run.txt").write_text("click==8.3 --hash=sha256:0\n")
    git = ["git", "-C", str(folder), "-c", "user.name=a", "-c", "user.email=a@example.com"]
    for arguments in (["init", "-q"], ["add", "-A"], ["commit", "-qm", "one"]):
        subprocess.run([*git, *arguments], check=True)
    said = subprocess.run([*git, "rev-parse", "HEAD"], check=True, capture_output=True, text=True)
    return Source(str(folder), said.stdout.strip())


@pytest.fixture
def runner(tmp_path, origin):
    """Runs the example's workflow on the example; the API is a sandbox."""
    project = copied("github-actions", tmp_path)
    seed = tmp_path / "seed.json"
    seed.write_text('{"domains": [{"name": "example.com", "is_satellite": false}]}')
    production = ("--instance", "production", "--seed", str(seed))
    with serving(tmp_path / "state.sqlite", *production) as served:
        text = rendered("github", EXAMPLE, origin)
        environ = {"CLERK_API_URL": served.url}
        yield Runner(load(text), project.root, tmp_path / "machine", environ)


def test_a_pull_request_from_a_fork_is_validated_with_no_variable_and_no_secret(runner):
    assert runner.run(FORK) == {
        "validate": "success",
        "plan": "skipped",
        "apply": "skipped",
        "drift": "skipped",
    }
    hashed, own = runner.installed
    temp = runner.machine / "temp" / "clerkform"
    assert hashed == f"pip install --require-hashes --requirement {temp}/requirements/run.txt"
    assert own == f"pip install --no-deps --no-build-isolation {temp}"


def test_a_mistake_in_a_fork_fails_its_validation(runner):
    (runner.project / "clerk" / "redirect-urls.yaml").write_text(
        "redirect_urls: ['javascript:x']\n"
    )
    assert "error[bad-pattern]" in runner.run(FORK)["validate"]


def test_a_pull_request_of_dependabot_is_validated_and_not_planned(runner):
    outcomes = runner.run(replace(OWN, actor="dependabot[bot]", secrets={}))
    assert (outcomes["validate"], outcomes["plan"]) == ("success", "skipped")


def test_a_merge_applies_what_its_pull_request_planned_and_the_next_hour_sees_no_drift(
    runner, tmp_path
):
    planned = runner.run(OWN)
    assert (planned["validate"], planned["plan"], planned["apply"]) == (*["success"] * 2, "skipped")
    assert "Plan: 3 to create" in runner.summary.read_text()
    assert runner.run(MERGED) == {
        "validate": "skipped",
        "plan": "skipped",
        "apply": "success",
        "drift": "skipped",
    }
    assert [path.name for path in runner.kept.iterdir()] == ["ledger.production.json"]
    assert runner.run(HOURLY)["drift"] == "success"
    assert "No drift" in runner.summary.read_text()
    somebody = Folder(tmp_path / "elsewhere", {**runner.environ, **KEY})
    somebody.root.mkdir()
    gone = "redirect_urls: [{url: 'com.example.app://callback', absent: true}]\n"
    (somebody.root / "clerk.yaml").write_text(gone)
    somebody.run("apply", "--auto-approve", "--allow-production")
    assert runner.run(HOURLY)["drift"].startswith("2: ")


WEAKER = "instance_settings: {test_mode: true}\n"


def test_what_weakens_security_is_merged_in_vain_until_somebody_runs_it_by_hand(runner):
    assert runner.run(MERGED)["apply"] == "success"
    (runner.project / "clerk" / "settings.yaml").write_text(WEAKER)
    assert runner.run(OWN)["plan"].startswith("1: ")
    assert runner.run(MERGED)["apply"].startswith("1: ")
    assert runner.summary.read_text().count(r"--allow-weakening instance\_settings") == 2
    asked = {"apply": True, "allow_weakening": "instance_settings", "allow_lockout": ""}
    elsewhere = replace(BY_HAND, inputs=asked, ref="refs/heads/mine")
    assert runner.run(elsewhere)["apply"] == "skipped"
    assert runner.run(replace(BY_HAND, inputs=asked)) == {
        "validate": "skipped",
        "plan": "skipped",
        "apply": "success",
        "drift": "skipped",
    }
    assert runner.run(replace(BY_HAND, inputs={"apply": False}))["drift"] == "success"


EVERYDAY = {
    "redirect-urls.yaml": "redirect_urls: [https://app.example.com/sso-callback,"
    " com.example.app://callback, https://shop.example.com/back]\n",
    "allowlist.yaml": "allowlist_identifiers: [ada@example.org]\n",
    "jwt-templates.yaml": "jwt_templates: [{name: backend, lifetime: 60, claims: {aud: b, n: 1}}]\n",
}


def test_an_everyday_change_is_merged_with_no_approval_but_the_environments_own(runner):
    assert runner.run(MERGED)["apply"] == "success"
    for name, text in EVERYDAY.items():
        (runner.project / "clerk" / name).write_text(text)
    runner.summary.write_text("")
    assert runner.run(OWN)["plan"] == "success"
    assert "**lets more in**" in runner.summary.read_text()
    assert runner.run(MERGED)["apply"] == "success"


def test_a_branch_that_was_moved_installs_what_was_chosen(runner, origin):
    """The commit is asked for, not what the repository has at its top by now."""
    Path(origin.repository, "requirements", "run.txt").unlink()
    git = ["git", "-C", origin.repository, "-c", "user.name=a", "-c", "user.email=a@example.com"]
    subprocess.run([*git, "commit", "-qam", "two"], check=True)
    assert runner.run(FORK)["validate"] == "success"


# --- init ---------------------------------------------------------------------------------------

PROJECT = """\
version: 1
environments:
  local: {api: sandbox}
  live: {secret_key: {from_env: CLERK_LIVE}, production: true, ledger: infra/ledger.json}
  staging: {secret_key: {from_env: CLERK_STAGING}}
"""


@pytest.fixture
def project(tmp_path):
    (tmp_path / "clerkform.yaml").write_text(PROJECT)
    (tmp_path / "mine.yaml").write_text("redirect_urls: [https://app.example.com/cb]\n")
    return Folder(tmp_path)


def files(root):
    return sorted(p.relative_to(root).as_posix() for p in root.rglob("*") if p.is_file())


def test_in_a_project_that_exists_the_workflow_alone_is_written(project):
    result = project.run("init", "--ci", "github")
    assert result.stdout == f"wrote {PATH}\n"
    assert files(project.root) == [PATH, "clerkform.yaml", "mine.yaml"]
    assert (project.root / "clerkform.yaml").read_text() == PROJECT


def test_the_next_steps_are_of_that_project(project):
    said = project.run("init", "--ci", "github").stderr
    assert "set the secret CLERK_LIVE" in said
    assert "`live`" in said
    for other in ("sandbox", "staging", "main.yaml", "production"):
        assert other not in said


def test_the_workflow_is_of_that_project(project):
    project.run("init", "--ci", "github")
    text = (project.root / PATH).read_text()
    assert "clerkform plan -e live --format markdown" in text
    assert "--auto-approve --approve live" in text
    assert 'CLERK_LIVE: "${{ secrets.CLERK_LIVE }}"' in text
    assert "path: infra/ledger.json\n" in text
    assert text.count("--dir infra ") == 3
    assert "production" not in text
    assert "CLERK_SECRET_KEY" not in text


def test_another_environment_is_taken_by_its_name(project):
    project.run("init", "--ci", "github", "-e", "staging")
    text = (project.root / PATH).read_text()
    assert "clerkform apply -e staging" in text
    assert "path: .clerkform/ledger.staging.json\n" in text


@pytest.mark.parametrize(
    ("environments", "arguments", "says"),
    [
        ("a: {api: sandbox}", (), "every environment of this project is a sandbox"),
        ("a: {api: sandbox}", ("-e", "a"), "every environment of this project is a sandbox"),
        ("a: {}, b: {}", (), "name it with -e: `a`, `b`"),
        ("a: {}", ("-e", "c"), "no environment is named `c`"),
    ],
)
def test_where_it_is_not_clear_what_to_apply_to_nothing_is_written(
    tmp_path, environments, arguments, says
):
    (tmp_path / "clerkform.yaml").write_text(f"version: 1\nenvironments: {{{environments}}}\n")
    output = Folder(tmp_path).run("init", "--ci", "github", *arguments, exit_code=1).output
    assert says in output
    assert files(tmp_path) == ["clerkform.yaml"]


def test_a_new_project_has_no_environment_to_name(tmp_path):
    output = Folder(tmp_path).run("init", "--ci", "github", "-e", "live", exit_code=1).output
    assert "there is no project yet, so no environment `live` either" in output
    assert files(tmp_path) == []


def test_an_environment_is_for_a_workflow_alone(project):
    assert "it needs --ci" in project.run("init", "-e", "live", exit_code=1).output


def test_a_workflow_that_is_there_is_kept(project):
    (project.root / PATH).parent.mkdir(parents=True)
    (project.root / PATH).write_text("mine")
    result = project.run("init", "--ci", "github")
    assert result.stdout == f"kept {PATH}\n"
    assert (project.root / PATH).read_text() == "mine"


def test_a_new_project_with_a_workflow_says_that_its_example_would_be_applied(tmp_path):
    result = Folder(tmp_path).run("init", "--ci", "github")
    assert "wrote clerk/main.yaml" in result.stdout
    assert "make clerk/main.yaml yours" in result.stderr
    assert "`production`" in result.stderr
    assert (tmp_path / PATH).read_text() == rendered("github", EXAMPLE, installed_from() or NOWHERE)


@pytest.mark.parametrize(
    ("said", "source"),
    [
        (None, None),
        ({"url": "file:///work", "dir_info": {"editable": True}}, None),
        ({"url": "https://a.example/c", "vcs_info": {"vcs": "git", "commit_id": "main"}}, None),
        ({"url": "https://u:p@a.example/c", "vcs_info": {"commit_id": "a" * 40}}, None),
        ({"url": "https://a.example/$(x)", "vcs_info": {"commit_id": "a" * 40}}, None),
        (
            {"url": "https://a.example/c/clerkform.git", "vcs_info": {"commit_id": "a" * 40}},
            Source("https://a.example/c/clerkform.git", "a" * 40),
        ),
    ],
)
def test_the_workflow_installs_what_init_was_installed_from(monkeypatch, said, source):
    class Installed:
        def read_text(self, name):
            assert name == "direct_url.json"
            return said and json.dumps(said)

    monkeypatch.setattr(workflow.metadata, "distribution", lambda name: Installed())
    assert installed_from() == source


def test_where_clerkform_comes_from_is_asked_for_where_nobody_knows(project, monkeypatch):
    monkeypatch.setattr(workflow, "installed_from", lambda: None)
    said = project.run("init", "--ci", "github").stderr
    assert f"say in {PATH} which commit of which repository clerkform comes from" in said
    (project.root / PATH).unlink()
    source = Source("https://a.example/clerkform", "a" * 40)
    monkeypatch.setattr(workflow, "installed_from", lambda: source)
    assert "which commit" not in project.run("init", "--ci", "github").stderr
    env = load((project.root / PATH).read_text())["env"]
    assert env == {"CLERKFORM_REPOSITORY": source.repository, "CLERKFORM_COMMIT": source.commit}
