import subprocess

import pytest

from clerkform.model.sink import Sink
from clerkform.secrets.env_file import quoted, with_line
from tests.secrets.vaults import SECRET, mode, refusal, vault


def test_an_env_files_other_lines_stay_byte_for_byte(root, base):
    before = (
        b"# caf\xe9 \xe2\x80\xa8KEY=no\r\nKEYS=1\n\nexport KEY = 'old'\nB=2\n  KEY=older\nLAST=3"
    )
    (base / "env").write_bytes(before)
    it, sink = vault(root), Sink(env_file="env", name="KEY")
    it.deliver(sink, base, SECRET)
    kept = before.replace(b"export KEY = 'old'\n", f"export KEY={SECRET}\n".encode())
    assert (base / "env").read_bytes() == kept.replace(b"  KEY=older\n", b"")
    assert mode(base / "env") == 0o600


def test_an_env_file_is_made_and_added_to(root, base):
    it = vault(root)
    it.deliver(Sink(env_file="env", name="A"), base, SECRET)
    it.deliver(Sink(env_file="env", name="B"), base, "b c")
    assert (base / "env").read_text() == f"A={SECRET}\nB='b c'\n"
    (base / "env").write_text("X=1")
    it.deliver(Sink(env_file="env", name="A"), base, SECRET)
    assert (base / "env").read_text() == f"X=1\nA={SECRET}\n"


@pytest.mark.parametrize(
    "value", ["plain", "a b", "a#b", "it's", 'a$B`c`\\d"e', 'it\'s $HOME \\ "x"']
)
def test_a_quoted_value_is_what_a_shell_reads(value):
    script = f'NAME={quoted(value)}\nprintf %s "$NAME"'
    shown = subprocess.run(["sh", "-c", script], capture_output=True, check=True, env={})
    assert shown.stdout.decode() == value


def test_a_line_break_fits_into_no_line(root, base):
    problem = refusal(lambda: vault(root).deliver(Sink(env_file="env", name="A"), base, "a\nb"))
    assert problem.code == "sink-unfit"
    assert not (base / "env").exists()


ENV_FILES = {
    "a value of several lines": (
        'PEM="a\nNAME=x\nb"\nNAME=old\n',
        'PEM="a\nNAME=x\nb"\nNAME=new\n',
    ),
    "one in single quotes": ("PEM='a\n\nNAME=x'\nB=2\n", "PEM='a\n\nNAME=x'\nB=2\nNAME=new\n"),
    "its own value of several lines": (
        'A=1\nNAME="old\nA=2\n" # why\nB=2\n',
        "A=1\nNAME=new # why\nB=2\n",
    ),
    "export": ("export NAME='old' # why\nexport B=1\n", "export NAME=new # why\nexport B=1\n"),
    "export alone": ("export NAME\nA=1", "export NAME=new\nA=1"),
    "Windows' line ends": ("A=1\r\nNAME=old\r\nB=2\r\n", "A=1\r\nNAME=new\r\nB=2\r\n"),
    "Windows' line ends, added": ("A=1\r\nB=2", "A=1\r\nB=2\r\nNAME=new\r\n"),
    "comments": (
        "# NAME=a\n#NAME=b\n\nNAME= # none yet\n",
        "# NAME=a\n#NAME=b\n\nNAME=new # none yet\n",
    ),
    "blanks before a comment": ("NAME=a b \t # c\nA=1", "NAME=new \t # c\nA=1"),
    "blanks at a line's end": ("NAME=a  b  \nA=1", "NAME=new  \nA=1"),
    "a number sign in a value": ("NAME=a#b\nA=c #d\n", "NAME=new\nA=c #d\n"),
    "an escaped quote": ('A="say \\"NAME=x\\""\nNAME=old\n', 'A="say \\"NAME=x\\""\nNAME=new\n'),
    "a byte order mark": ("\ufeffNAME=old\nA=1\n", "\ufeffNAME=new\nA=1\n"),
    "a byte order mark alone": ("\ufeff", "\ufeffNAME=new\n"),
    "blank lines": ("\n\n  NAME=old\n\n\tA=1\n\n", "\n\n  NAME=new\n\n\tA=1\n\n"),
    "what is set twice": ("NAME=old\n\nNAME='older\n'\nA=1\n", "NAME=new\n\nA=1\n"),
    "a line that sets nothing": ("hello there\nNAME=old\n", "hello there\nNAME=new\n"),
    "a longer name": ("NAME_2=a\nMY_NAME=b\n", "NAME_2=a\nMY_NAME=b\nNAME=new\n"),
}


@pytest.mark.parametrize(("before", "after"), ENV_FILES.values(), ids=ENV_FILES)
def test_a_write_changes_the_named_variable_alone(root, base, before, after):
    (base / "env").write_bytes(before.encode())
    vault(root).deliver(Sink(env_file="env", name="NAME"), base, "new")
    assert (base / "env").read_bytes() == after.encode()


UNCLEAR = {
    "an open quote": ('A=1\nB="x\nNAME=old\n', "line 2 cannot be read, and may leave a quote open"),
    "text after a quote": ("B='x'y\nNAME=old\n", "line 1 cannot be read"),
    "a substitution": ('B="$(echo "x\ny")"\nNAME=old\n', "line 1 cannot be read"),
    "a continued line": ("\n\nB=x\\\nNAME=old\n", "line 3 ends in a backslash"),
    "another way to set it": ("A=1\nNAME: old\n", "line 2 names `NAME` and cannot be read"),
    "many blanks": (f"A=1\nB=x{' ' * 101}y\n", "line 2 has more than 100 blanks in a row"),
    "a large file": (f"A={'x' * 100_000}\n", "it is larger than 100,000 bytes"),
    "an escape that a shell lacks": ("B='x\\'\nNAME=old\nC='\n", "line 1 has a backslash"),
}


@pytest.mark.parametrize(("before", "why"), UNCLEAR.values(), ids=UNCLEAR)
def test_what_a_write_may_break_is_refused_before_there_is_a_secret(root, base, before, why):
    (base / "env").write_text(before)
    it, sink = vault(root), Sink(env_file="env", name="NAME")
    for problem in (
        it.check_sink(sink, base),
        it.prepare_sink(sink, base),
        refusal(lambda: it.deliver(sink, base, SECRET)),
    ):
        assert problem.code == "sink-unfit"
        assert problem.message.startswith(f"env cannot be written: {why}")
        assert problem.hint
    assert (base / "env").read_text() == before


def test_an_env_file_that_is_larger_than_any_is_left_alone(root, base):
    (base / "env").write_text("# long\n" * 200_000)
    problem = vault(root).check_sink(Sink(env_file="env", name="A"), base)
    assert (problem.code, problem.severity) == ("sink-unfit", "error")
    assert "env cannot be written: it is larger than 100,000 bytes" in problem.message


def test_setting_a_line_twice_changes_nothing_more():
    once = with_line("A=1\nB=2\n", "A", "x y")
    assert with_line(once, "A", "x y") == once == "A='x y'\nB=2\n"
