import pytest

from clerkform.model.secrets import SecretRef
from clerkform.model.sink import Sink
from tests.secrets.vaults import SECRET, refusal, vault


@pytest.mark.parametrize("above", [".github", ".git", ".clerkform"])
def test_a_project_below_a_folder_that_is_off_limits_has_secrets(tmp_path, above):
    base = tmp_path / above / "clerk"
    (base / ".secrets").mkdir(parents=True)
    (base / ".secrets" / "key").write_text(SECRET)
    kept = vault(base)
    assert kept.resolve(SecretRef(from_file=".secrets/key"), base) == SECRET
    assert kept.check_sink(Sink(file=".secrets/new"), base) is None


@pytest.mark.parametrize(
    "path",
    [
        ".git/config", ".GIT/config", "deep/.Git/x", ".github/workflows/x.yaml", ".GitHub/x",
        ".clerkform/x", ".CLERKFORM/x", "clerkform.yaml", "CLERKFORM.yaml", "clerkform.YAML",
        "state/ledger.json", "State/Ledger.JSON", "state/ledger.json.lock", "state/LEDGER.json.LOCK",
    ],
)  # fmt: skip
def test_what_is_off_limits_is_so_however_it_is_spelled(root, path):
    kept = vault(root, ledgers=["state/ledger.json"])
    for problem in (
        refusal(lambda: kept.resolve(SecretRef(from_file=path), root)),
        kept.check_sink(Sink(file=path), root),
    ):
        assert problem.code == "off-limits"


def test_a_folder_that_the_operator_names_is_measured_from_there(root, tmp_path):
    around = tmp_path / ".github" / "keys"
    around.mkdir(parents=True)
    (around / "key").write_text(SECRET)
    kept = vault(root, secret_dirs=[around, tmp_path])
    assert kept.resolve(SecretRef(from_file=str(around / "key")), root) == SECRET
    problem = refusal(lambda: kept.resolve(SecretRef(from_file="../.github/other"), root))
    assert problem.code == "off-limits"
