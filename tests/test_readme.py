"""What the README and the reference say is so: outputs, commands, options, codes and fields."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import click
import pytest
import yaml

from clerkform.cli import exits, main
from clerkform.kinds import KINDS
from clerkform.schema.reference import build_meaning, build_plan_file, build_reference, written
from tests.shell import REPO, Folder, clean_environ, copied, serving

README = (REPO / "README.md").read_text()
MANIFESTS = (REPO / "docs" / "manifests.md").read_text()


def section(title: str) -> str:
    """The text below a heading of the README; the empty title is what comes first."""
    parts = re.split(r"^## (.*)\n", README, flags=re.MULTILINE)
    return dict(zip(["", *parts[1::2]], parts[::2], strict=True))[title]


def blocks(text: str, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", text, flags=re.MULTILINE | re.DOTALL)


def edited(text: str, diff: str) -> str:
    """``text`` with the hunks of a diff, between ``@@`` lines, each of which fits once."""
    for hunk in diff.split("@@\n"):
        lines = hunk.splitlines(keepends=True)
        before = "".join(line[1:] for line in lines if line[0] != "+")
        assert text.count(before) == 1, before
        text = text.replace(before, "".join(line[1:] for line in lines if line[0] != "-"))
    return text


def without_ids(text: str) -> str:
    return re.sub(r"\bins_\w+", "ins_...", text)


def test_the_plan_in_the_readme_is_what_the_edit_above_it_plans(tmp_path):
    (diff,), (shown,) = blocks(section(""), "diff"), blocks(section(""), "text")
    quickstart = copied("quickstart", tmp_path)
    quickstart.run("apply", "--auto-approve")
    manifest = quickstart.root / "clerk.yaml"
    manifest.write_text(edited(manifest.read_text(), diff))
    assert without_ids(quickstart.run("plan").stdout) == without_ids(shown)


def test_the_ten_minute_path_runs_from_an_empty_folder_to_ci(tmp_path):
    text = section("From an existing instance to CI in ten minutes")
    pull, no_change, edit, ci, reviewed = blocks(text, "sh")
    (project,) = blocks(text, "yaml")
    empty = tmp_path / "empty"
    empty.mkdir()
    seed = tmp_path / "seed.json"
    seed.write_text('{"domains": [{"name": "example.com", "is_satellite": false}]}')
    with serving(tmp_path / "state.sqlite", "--seed", str(seed)) as served:
        environ = {"CLERK_API_URL": served.url, "CLERK_SECRET_KEY": "sk_test_anything"}
        seeded = copied("github-actions", tmp_path, environ)
        seeded.run("apply", "--auto-approve", "--approve", "production")
        run_all(pull, empty, environ)
        first = run_all(no_change, empty, environ)
        instance = re.search(r"ins_\w+", first)
        assert instance
        (empty / "clerkform.yaml").write_text(re.sub(r"ins_\w+", instance[0], project))
        urls = empty / "clerk" / "redirect_urls.yaml"
        urls.write_text(urls.read_text() + "  - https://new.example.com/callback\n")
        planned = run_all(edit.replace("clerkform apply\n", ""), empty, environ)
        assert "+ redirect_urls/https://new.example.com/callback" in planned
        assert edit.endswith("clerkform apply\n")
        said = run_all(ci, empty, environ)
        urls.write_text(urls.read_text() + "  - https://reviewed.example.com/callback\n")
        said += run_all(reviewed, empty, environ)
    assert "Applied: 1 done, 0 failed, 0 not run." in said
    assert "No drift" in said
    assert said.count("+ redirect_urls/https://reviewed.example.com/callback") == 3
    assert said.endswith("Applied: 1 done, 0 failed, 0 not run.\n")


def run_all(script: str, folder: Path, environ: dict[str, str]) -> str:
    """What the lines of a script print; the key that it exports is the reader's own."""
    said = ""
    for line in script.splitlines():
        if not line.startswith("export CLERK_SECRET_KEY="):
            program, *arguments = line.split()
            assert program == "clerkform", line
            said += Folder(folder, environ).run(*arguments).output
    return said


def test_the_manifest_in_the_readme_is_valid(tmp_path):
    (manifest,) = blocks(section("Manifests"), "yaml")
    (tmp_path / "clerk.yaml").write_text(manifest)
    (tmp_path / "claims").mkdir()
    (tmp_path / "claims" / "supabase.json").write_text('{"role": "authenticated"}')
    Folder(tmp_path, {"CLERKFORM_VAR_lifetime": "60"}).run("validate")


@pytest.mark.parametrize("manifest", blocks(MANIFESTS, "yaml"))
def test_the_manifests_in_the_reference_are_valid(manifest, tmp_path):
    """Those with words of an overlay are read as one."""
    is_overlay = "skip:" in manifest
    (tmp_path / "overlay").mkdir()
    (tmp_path / ("overlay/o.yaml" if is_overlay else "base.yaml")).write_text(manifest)
    (tmp_path / ("base.yaml" if is_overlay else "overlay/o.yaml")).write_text("redirect_urls: []\n")
    project = {"version": 1, "environments": {"one": {"manifests": ["overlay/"]}}}
    (tmp_path / "clerkform.yaml").write_text(yaml.safe_dump(project))
    Folder(tmp_path).run("validate")


TRAPS = {
    "unquoted-shortcode",
    "quote-leading-star",
    "quote-variable-in-flow",
    "quote-number",
}


def test_what_the_reference_calls_a_trap_is_an_error_and_what_it_offers_is_not(tmp_path):
    table = MANIFESTS.partition("## YAML that means something else")[2].partition("Tabs,")[0]
    folder = Folder(tmp_path, {"CLERKFORM_VAR_app_url": "https://a.example"})
    found = set()
    for wrong, right in re.findall(r"^\| `(.+?)` \| .+? \| `(.+?)` \|$", table, flags=re.MULTILINE):
        (tmp_path / "clerk.yaml").write_text(around(wrong))
        found |= set(re.findall(r"error\[(.+?)\]", folder.run("validate", exit_code=1).output))
        (tmp_path / "clerk.yaml").write_text(around(right))
        folder.run("validate")
    assert found == TRAPS


def around(text: str) -> str:
    if text.startswith("{"):
        return f"redirect_urls:\n  - {text}\n"
    if text.startswith("- "):
        return f"allowlist_identifiers:\n  {text}\n"
    return f"jwt_templates:\n  - name: a\n    claims:\n      {text}\n"


def test_the_reference_is_what_the_models_say():
    assert written(MANIFESTS) == MANIFESTS, (
        "run: python -m clerkform.schema.reference docs/manifests.md"
    )


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_the_readme_leads_to_every_kind(kind):
    link = f"[{kind}](docs/manifests.md#{kind})"
    assert link in README, f"README.md, below Manifests: add {link}"


def test_the_page_about_saved_plans_is_what_the_models_say():
    page = (REPO / "docs" / "plan-file.md").read_text()
    command = "python -m clerkform.schema.reference docs/plan-file.md"
    assert written(page, build_plan_file) == page, f"run: {command}"


def test_the_page_about_what_changes_mean_is_what_the_kinds_say():
    page = (REPO / "docs" / "meaning.md").read_text()
    command = "python -m clerkform.schema.reference docs/meaning.md"
    assert written(page, build_meaning) == page, f"run: {command}"


def test_the_reference_has_no_cell_that_nobody_described():
    text = build_reference() + build_plan_file()
    rows = [line for line in text.splitlines() if line.startswith("| `")]
    assert len(rows) > 60
    assert [row for row in rows if row.endswith("|  |")] == []


def test_every_command_and_every_option_is_in_the_readme_and_no_other():
    text = section("Commands")
    named = set(re.findall(r"(?<![\w-])--[a-z][a-z-]*", text))
    options: set[str] = set()
    context = click.Context(main)
    for path, command in commands(main, context):
        assert re.search(rf"^\|[^|]*`{path}\b", text, flags=re.MULTILINE), path
        options |= {name for p in command.params for name in p.opts if name.startswith("--")}
    assert named == options - {"--help"}


def commands(
    group: click.Group, context: click.Context, before: str = ""
) -> list[tuple[str, click.Command]]:
    found = []
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command
        if isinstance(command, click.Group):
            found += commands(command, context, f"{before}{name} ")
        else:
            found.append((f"{before}{name}", command))
    return found


def test_the_exit_codes_in_the_readme_are_all_there_are():
    codes = re.findall(r"^\| (\d+) \|", section("Commands"), flags=re.MULTILINE)
    assert {int(code) for code in codes} == {
        value for name, value in vars(exits).items() if name.isupper()
    }


def test_links_lead_somewhere():
    for page in (REPO / "README.md", *(REPO / "docs").glob("*.md"), REPO / "SECURITY.md"):
        for target in re.findall(r"\]\(([^)]+)\)", page.read_text()):
            path, _, anchor = target.partition("#")
            if path.startswith("https://"):
                continue
            place = (page.parent / path) if path else page
            assert place.exists(), f"{page.name}: {target}"
            if anchor:
                assert anchor in anchors(place.read_text()), f"{page.name}: {target}"


def anchors(text: str) -> set[str]:
    """As GitHub makes them: lower case, blanks to hyphens, other punctuation dropped."""
    titles = re.findall(r"^#+ (.*)$", text, flags=re.MULTILINE)
    return {re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-") for title in titles}


def test_the_step_by_step_commands_run(tmp_path):
    install, plan = blocks(section("Two commands"), "sh")[0].splitlines()
    assert install.endswith(".venv/bin/pip install .")
    assert plan.startswith(".venv/bin/clerkform -C examples/")
    copied("quickstart", tmp_path / "examples")
    done = subprocess.run(
        [sys.executable, "-m", "clerkform", *plan.split()[1:]],
        cwd=tmp_path,
        env={**clean_environ(), "PYTHONPATH": str(REPO)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "Plan: 9 to create" in done.stdout


def test_the_test_of_an_application_passes(tmp_path):
    (example,) = blocks(section("In the tests of your application"), "python")
    (tmp_path / "test_it.py").write_text(example)
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(tmp_path)],
        cwd=tmp_path,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout
