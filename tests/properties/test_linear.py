"""What a stranger puts into a manifest costs no more than in proportion to its length.

Counted in work (``tests.work``), not in time. A file is something that begins, a piece that is
there again and again, and something that ends: twice the pieces may be twice the work.
"""

import re

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from clerkform.errors import ManifestError
from clerkform.jwt.shape import misfits
from clerkform.kinds import KINDS
from clerkform.model.sink import Sink
from clerkform.report.diagnostics import rendered
from clerkform.secrets.vault import Vault
from clerkform.workflows import load
from tests.work import Matcher, work_of

FACTOR = 2.5
"""How much more twice the pieces may be; one quadratic step makes it four."""
PIECES = 60

CLAIMS = "jwt_templates:\n  - name: a\n    claims: "
STARTS = [
    *(f'{CLAIMS}{{x: "', f"{CLAIMS}{{", f"{CLAIMS}[", f"{CLAIMS}\n      x: ", f"{CLAIMS}{{'"),
    *("redirect_urls: [", "redirect_urls: {", "redirect_urls:\n  - ", "redirect_urls: ['"),
    *("organizations: [{slug: a, name: a, public_metadata: {a: 1, ", "x: y: ", "", "- ", "a: ["),
    *("api_keys: [{name: abc, scopes: [", "blocklist_identifiers: [&a a@b, ", "domains: ['"),
]
TOKENS = [
    *("{{", "}}", "{{user.", "{{user.id}}", "{{usr.x}}", "||", "'", "''", '"', "{", "}", "[", "]"),
    *(",", ", ", ": ", ":", "\n", "\n  - ", "\n      k: ", "#", " #", "\t", " ", "  ", "- "),
    *("a: 1, ", "a: 1\n", "*a", "&a ", "!x ", "<<: a, ", "+1555, ", "${", "${var.x}", "${ ", "$${"),
    *(
        "@",
        "%",
        "\\",
        "-",
        "a",
        "0",
        "~",
        "_",
        "é",
        "\r\n",
        "# clerkform: ignore[",
        "private_metadata",
    ),
    *("signing_key: ", "secret", "A" * 39, "absent: true, ", "{url: a}, ", "{url: 'a:/b'}, "),
    *("{name: abc, subject: {organization: b}, secret_to: none}, ", "{from_file: x}", "a@b, "),
]
ENDS = ["", "\n", '"}\n', "'}\n", "}\n", "]\n", "}]\n", "}}\n", "']\n", ": b: c\n", "]}]\n", "@\n"]

pieces = st.lists(st.sampled_from(TOKENS), min_size=1, max_size=3).map("".join)


def checking(folder, text):
    (folder / "clerk.yaml").write_text(text, newline="")

    def check():
        try:
            loaded = load.validate(folder, None, KINDS, {}, (), lambda _: Vault(folder, {}))
            found = [f for one in loaded for f in one.findings]
        except ManifestError as error:
            found = error.diagnostics
        return [line.plain for one in found for line in rendered(one)]

    return check


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    made = tmp_path_factory.mktemp("hostile")
    work_of(checking(made, "redirect_urls: [a]\n"))  # what is imported and compiled once
    return made


@settings(max_examples=30)
@given(st.sampled_from(STARTS), pieces, st.sampled_from(ENDS))
@example(f'{CLAIMS}{{x: "', "{{user.", '"}\n')
@example(f'{CLAIMS}{{x: "{{{{', "||", '}}"}\n')
@example(f'{CLAIMS}{{x: "', "{{user.id}}", '"}\n')
@example(f"{CLAIMS}{{", "a: 1, ", "}\n")
@example(f"{CLAIMS}{{a: ", "{{usr.x}}", "# clerkform: ignore[\n")
@example("redirect_urls: [", "1, ", "]\n")
@example("redirect_urls: [&a 'a:/b', ", "*a, ", "]\n")
@example("redirect_urls: [", "*a, ", "]\n")
@example("redirect_urls: ['", "${ ", "']\n")
@example("redirect_urls: ['${", " ", "x']\n")
@example("x: y: {{a", " ", "b: c\n")
@example("x: [a ${b", " ${", "\n")
@example("redirect_urls: ['a:/b'] ", "# clerkform: ignore[", "\n")
@example(f'{CLAIMS}{{x: "{{', " ", '."}\n')
@example(f'{CLAIMS}{{x: "{{user.id', " ", '."}\n')
@example(f'{CLAIMS}{{x: "\uff5b', " ", '."}\n')
@example(f'{CLAIMS}{{x: "[[', " ", '."}\n')
@example(f'{CLAIMS}{{x: "$', "user.a.", '"}\n')
@example(f'{CLAIMS}{{x: "{{user.', "a.", '"}\n')
@example("redirect_urls: [''] #", " clerkform:", "\n")
@example("redirect_urls: [''] #", " ", "\n")
@example("redirect_urls: [''] ", " #", " clerkform: ignore\n")
def test_twice_as_much_is_at_most_twice_the_work(folder, start, piece, end):
    once, twice = (
        work_of(checking(folder, start + piece * pieces + end)) for pieces in (PIECES, PIECES * 2)
    )
    assert twice <= FACTOR * max(once, 2_000)


SINK = """api_keys: [{name: abc, subject: {organization: org_a}, secret_to:
  {env_file: keys.env, name: A}}]
"""
ENV_TOKENS = [
    *(
        "A=",
        "B=",
        "export ",
        "'",
        '"',
        "\\",
        "#",
        " #",
        " ",
        "\t",
        "\v",
        "\n",
        "\r",
        "\r\n",
        "=",
        "x",
    ),
    *("A='", 'B="', "`", "$", "é", "\x85", "\ufeff", "A", "A ", "a=1\n", "A=1\n", "\\'", "a b\n"),
]


@settings(max_examples=30)
@given(
    st.sampled_from(["", "A=x", "A=", "A='", "B=x", "'", "export", "#", "A"]),
    st.lists(st.sampled_from(ENV_TOKENS), min_size=1, max_size=3).map("".join),
    st.sampled_from(["", "y", "#", "\n", "'", '"\n', "y\nA=1\n"]),
)
@example("A=x", " ", "y")
@example("B=x", " ", "y")
@example("A=x", "\v", "y\n")
@example("A=x", " y", "")
@example("A='", "\\'", "")
@example("", "\n ", "A=1")
@example("A b", " ", "")
def test_an_env_file_twice_as_long_is_at_most_twice_the_work(folder, start, piece, end):
    def delivering(count):
        (folder / "keys.env").write_bytes((start + piece * count + end).encode())
        vault, sink = Vault(folder, {}), Sink(env_file="keys.env", name="A")

        def deliver():
            if not vault.check_sink(sink, folder):
                vault.deliver(sink, folder, "a" * 16)

        return deliver

    once, twice = (work_of(delivering(count)) for count in (PIECES, PIECES * 2))
    assert twice <= FACTOR * max(once, 2_000)


def test_an_env_file_is_read_once_however_many_secrets_go_there(folder):
    def checking_sinks(count):
        (folder / "keys.env").write_text("".join(f"B{n}=1\nno line\n" for n in range(count)))
        vault = Vault(folder, {})
        sinks = [Sink(env_file="keys.env", name=f"A{n}") for n in range(count)]
        return lambda: [vault.check_sink(sink, folder) for sink in sinks]

    work_of(checking_sinks(1))
    assert work_of(checking_sinks(120)) <= FACTOR * work_of(checking_sinks(60))


@given(
    st.lists(st.sampled_from(["", " ", "a", "ab", "-"]), min_size=1, max_size=6),
    st.sampled_from([" ", "a", "ab", "a ", "-"]),
    st.sampled_from(["", "!", "a"]),
)
@example([" ", " ", " "], " ", "!")
def test_a_claim_twice_as_long_is_at_most_twice_the_work(between, piece, end):
    template = {"x": "{{user.id}}" + "".join(f"{text}{{{{user.id}}}}" for text in between) + "!"}
    once, twice = (
        work_of(lambda n=n: list(misfits(template, {"x": piece * n + end})))
        for n in (PIECES, PIECES * 2)
    )
    assert twice <= FACTOR * max(once, 1_000)


def test_json_whose_last_key_stands_twice_is_read_once(folder):
    def data(size):
        names = [f"k{n}" for n in range(size)] + [f"k{size - 1}"]
        (folder / "claims.json").write_text("{" + ",".join(f'"{n}": 1' for n in names) + "}")
        return work_of(checking(folder, f"{CLAIMS}{{from_file: claims.json}}\n"))

    data(1)  # what is imported only now
    assert data(800) <= FACTOR * data(400)


@given(
    st.sampled_from(
        [
            *(r"\{\{.*?\}\}(\{\{.*?\}\}|[^,\]}{])*", r" *(- *)*\t", r"[^,\]}#]*[^,\]}#\s]"),
            *(
                r"(?:^|\s)#\s*x\[([^\[\]]*)\]",
                r"(?<![\w-])(?:a|bb)[\"']?\s*:\s*(?!\s|\{|$)",
                r"a+?b",
            ),
            *(
                r"\$\$\{|\$\{(?:var\.([a-z_][a-z]*)\})?",
                r"(?i)secret|[A-F]{3}",
                r"(a|b)*?c$",
                r"x\b",
                r"(?:b++|[ -]*+[^#])*+#",
                r"(?>a|ab)c|(?:a|ab)?+\}",
            ),
        ]
    ),
    st.text("a{}$b:#[]x ',-\tASecrt", max_size=20),
)
def test_the_counting_matcher_finds_what_re_finds(pattern, text):
    compiled = re.compile(pattern)
    mine = list(Matcher(compiled, text).finds(0, once=False))
    assert mine == [found.span() for found in compiled.finditer(text)]


def test_the_counting_matcher_counts_what_goes_back():
    quadratic = re.compile(r"\{\{(.*?)\}\}", re.DOTALL)
    steps = []
    for size in (100, 200):
        matcher = Matcher(quadratic, "{{" * size)
        list(matcher.finds(0, once=False))
        steps.append(matcher.steps)
    assert steps[1] > 3 * steps[0]
