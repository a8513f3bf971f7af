import yaml

from tests.shell import Folder


def test_what_init_writes_validates_and_applies(tmp_path):
    folder = Folder(tmp_path)
    out = folder.run("init").stdout
    assert out.splitlines() == [
        "wrote clerkform.yaml",
        "wrote clerk/main.yaml",
        "wrote .gitignore",
    ]
    assert folder.run("validate").stdout.startswith("Valid: sandbox (2 resources), staging (2")
    folder.run("apply", "--auto-approve")
    folder.run("plan", "--detailed-exitcode")
    assert (tmp_path / ".gitignore").read_text() == ".clerkform/\n.secrets/\n"


def test_what_exists_is_kept(tmp_path):
    folder = Folder(tmp_path)
    (tmp_path / "clerkform.yaml").write_text("version: 1\n")
    (tmp_path / ".gitignore").write_text(".secrets/\nbuild")
    result = folder.run("init")
    assert "kept clerkform.yaml" in result.stdout
    assert (tmp_path / "clerkform.yaml").read_text() == "version: 1\n"
    assert (tmp_path / ".gitignore").read_text() == ".secrets/\nbuild\n.clerkform/\n"
    assert folder.run("init").stdout.splitlines() == [
        "kept clerkform.yaml",
        "kept clerk/main.yaml",
        "kept .gitignore",
    ]


def test_the_workflow_plans_applies_one_at_a_time_and_watches(tmp_path):
    Folder(tmp_path).run("init", "--ci", "github")
    text = (tmp_path / ".github" / "workflows" / "clerkform.yaml").read_text()
    workflow = yaml.safe_load(text)
    jobs = workflow["jobs"]
    assert set(jobs) == {"plan", "apply", "drift"}
    assert jobs["apply"]["concurrency"]["cancel-in-progress"] is False
    assert workflow["permissions"] == {"contents": "read"}
    ran = [step["run"] for job in jobs.values() for step in job["steps"] if "run" in step]
    assert "clerkform apply -e production --auto-approve --approve production" in ran


def test_next_steps_are_told_to_people_alone(tmp_path):
    assert "clerkform pull -e staging" in Folder(tmp_path).run("init").stderr
    assert Folder(tmp_path).run("init", "--format", "json").stderr == ""
