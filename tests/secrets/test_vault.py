from clerkform.model.secrets import SecretRef
from clerkform.model.sink import Sink
from tests.secrets.vaults import SECRET, python, refusal, vault


def test_commands_need_to_be_allowed(root, base):
    it = vault(root)
    marks = python("open('ran', 'w')")
    for problem in (
        refusal(lambda: it.resolve(SecretRef(from_command=marks), base)),
        it.check_ref(SecretRef(from_command=marks), base),
        it.check_sink(Sink(command=marks), base),
        refusal(lambda: it.deliver(Sink(command=marks), base, SECRET)),
    ):
        assert problem.code == "commands-not-allowed"
        assert "CLERKFORM_ALLOW_COMMANDS=1" in problem.hint
    assert not (base / "ran").exists()


def test_checking_runs_nothing(root, base):
    it = vault(root, allow_commands=True)
    marks = python("open('ran', 'w')")
    assert it.check_ref(SecretRef(from_command=marks), base) is None
    assert it.check_sink(Sink(command=marks), base) is None
    assert it.prepare_sink(Sink(command=marks), base) is None
    assert not (base / "ran").exists()


def test_what_was_resolved_or_delivered_is_redacted(root, base):
    it = vault(root)
    it.resolve(SecretRef(from_env="SET"), base)
    it.deliver(Sink(file="key"), base, "another secret of length")
    assert it.net.redact(f"a {SECRET} b another secret of length c") == "a (secret) b (secret) c"


def test_a_vault_shows_none_of_its_secrets(root, base):
    it = vault(root)
    it.resolve(SecretRef(from_env="SET"), base)
    assert SECRET not in repr(it)
