import os
from dataclasses import replace

import pytest

from clerkform.model.secrets import SecretRef
from tests.secrets.vaults import SECRET, SPAN, prepare_files, python, refusal, vault


def test_a_variable_is_taken_as_it_is(root, base):
    it = vault(root, env={"A": " a b\n"})
    assert it.resolve(SecretRef(from_env="A"), base) == " a b\n"


@pytest.mark.parametrize(
    ("content", "secret"),
    [
        ("s", "s"),
        ("s\n", "s"),
        ("s\r\n", "s"),
        ("s\n\n", "s\n"),
        (" s \n", " s "),
        ("a\nb\n", "a\nb"),
    ],
)
def test_a_file_loses_one_line_break_and_nothing_else(root, base, content, secret):
    (base / "key").write_bytes(content.encode())
    assert vault(root).resolve(SecretRef(from_file="key"), base) == secret


def test_a_command_prints_the_secret(root, base):
    it = vault(root, allow_commands=True)
    ref = SecretRef(from_command=python("import sys; print(sys.argv[1:])", "$HOME; `id`"))
    assert it.resolve(ref, base) == "['$HOME; `id`']"


def test_a_command_runs_in_the_manifests_folder_without_the_secret_keys(root, base):
    it = vault(root, allow_commands=True)
    code = "import os; print(os.getcwd(), 'SET' in os.environ, 'CLERK_SECRET_KEY' in os.environ)"
    assert it.resolve(SecretRef(from_command=python(code)), base) == f"{base} True False"


def test_a_files_folder_may_be_named_from_outside(root, base, tmp_path):
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "key").write_text("s")
    ref = SecretRef(from_file=str(tmp_path / "run" / "key"))
    assert vault(root, secret_dirs=[tmp_path / "run"]).resolve(ref, base) == "s"


REFUSED = {
    "unset": (SecretRef(from_env="UNSET"), "secret-unset", "UNSET is not set"),
    "empty": (SecretRef(from_env="EMPTY"), "secret-unset", "EMPTY is empty"),
    "forbidden": (SecretRef(from_env="CLERK_SECRET_KEY"), "forbidden-variable", "no manifest may"),
    "no UTF-8": (SecretRef(from_env="RAW"), "secret-not-text", "RAW is not UTF-8"),
    "missing": (SecretRef(from_file="nokey"), "secret-file-missing", "no file nokey"),
    "below a file": (SecretRef(from_file="empty/x"), "secret-file-missing", "no file"),
    "empty file": (SecretRef(from_file="empty"), "secret-empty", "empty is empty"),
    "binary file": (SecretRef(from_file="binary"), "secret-not-text", "binary is not UTF-8"),
    "folder": (SecretRef(from_file="."), "secret-file-unreadable", "not a regular file"),
    "pipe": (SecretRef(from_file="pipe"), "secret-file-unreadable", "not a regular file"),
    "too long": (SecretRef(from_file="x" * 5000), "secret-file-unreadable", "cannot be read"),
    "parent": (SecretRef(from_file="../../key"), "outside-folder", "outside the project"),
    "absolute": (SecretRef(from_file="/etc/passwd"), "outside-folder", "outside the project"),
    "link": (SecretRef(from_file="link"), "outside-folder", "outside the project"),
    "ring": (SecretRef(from_file="ring"), "outside-folder", "ring"),
    "home": (SecretRef(from_file="~/key"), "outside-folder", "not expanded"),
    "no program": (SecretRef(from_command=("no-such-program",)), "command-failed", "no program"),
    "no program here": (SecretRef(from_command=("./nope",)), "command-failed", "no program"),
}


@pytest.mark.parametrize(("ref", "code", "part"), REFUSED.values(), ids=REFUSED)
def test_a_secret_that_is_not_there_is_said_at_its_line(root, base, tmp_path, ref, code, part):
    prepare_files(base, tmp_path)
    env = {"EMPTY": "", "CLERK_SECRET_KEY": "sk", "RAW": "\udcff" + SECRET, "PATH": os.defpath}
    it = vault(root, env=env, allow_commands=True)
    problem = refusal(lambda: it.resolve(ref, base, SPAN))
    assert (problem.code, problem.span, problem.severity) == (code, SPAN, "error")
    assert part in problem.message
    assert SECRET not in str(problem)
    looked = it.check_ref(ref, base, SPAN)
    assert replace(looked, severity="error") == problem, "what is not there yet is but a note"


FAILING = {
    "status": ("import sys; print('{s}'); sys.exit('{s}')", "failed with exit status 1"),
    "signal": ("import os; print('{s}', flush=True); os.kill(os.getpid(), 9)", "by signal 9"),
    "silence": ("pass", "printed is empty"),
    "binary": ("import os; os.write(1, b'\\xff{s}')", "not UTF-8"),
}


@pytest.mark.parametrize(("code", "part"), FAILING.values(), ids=FAILING)
def test_a_commands_output_is_in_no_error(root, base, capfd, code, part):
    it = vault(root, allow_commands=True)
    ref = SecretRef(from_command=python(code.replace("{s}", SECRET)))
    problem = refusal(lambda: it.resolve(ref, base))
    assert part in problem.message
    assert SECRET not in f"{problem}{capfd.readouterr()}"


def test_a_command_that_does_not_end_is_ended(root, base):
    it = vault(root, allow_commands=True, timeout=0.01)
    ref = SecretRef(from_command=python("import time; time.sleep(600)"))
    assert "did not finish within 0.01 s" in refusal(lambda: it.resolve(ref, base)).message


def test_a_secret_that_is_there_has_no_problem(root, base):
    (base / "key").write_text("s")
    assert vault(root).check_ref(SecretRef(from_env="SET"), base) is None
    assert vault(root).check_ref(SecretRef(from_file="key"), base) is None
