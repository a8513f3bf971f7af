"""Which files are read, and which are refused."""

import os
from pathlib import Path

import pytest

from clerkform.diagnostics import Problems, Source, Span
from clerkform.manifest.files import (
    MAX_MANIFEST,
    is_own,
    read_manifests,
    read_text,
    read_text_inside,
)
from clerkform.project import load_project

HERE = Span(Source("clerk/m.yaml"), 3, 5)


@pytest.fixture
def root(tmp_path):
    folder = tmp_path / "root"
    folder.mkdir()
    return folder


def write(root, *paths):
    for path in paths:
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(path)


def read(root, places=None, **options):
    problems = Problems()
    sources = read_manifests(root, places, problems, **options)
    return [source.path for source in sources], [(p.code, p.span and p.span.path) for p in problems]


def test_everything_below_is_found_in_order(root):
    write(root, "b.yml", "a/z.yaml", "a.yaml", "a/b/c.yaml", "note.md", "yaml")
    assert read(root) == (["a.yaml", "a/b/c.yaml", "a/z.yaml", "b.yml"], [])


def test_the_ending_of_a_manifest_may_be_in_capitals(root):
    write(root, "A.YAML", "b.Yml", "C.YML", "d.json")
    assert read(root) == (["A.YAML", "C.YML", "b.Yml"], [])
    (root / "link.YAML").symlink_to("C.YML")
    assert read(root, ["link.YAML"]) == (["link.YAML"], [])


VERSION = "..2026_03_02_09_14_07.123456789"


def mounted(root, *names, folder=VERSION):
    """As Kubernetes mounts a ConfigMap: every file is a link into the folder of its version."""
    write(root, *(f"{folder}/{name}" for name in names))
    (root / "..data").symlink_to(folder)
    for name in {name.partition("/")[0] for name in names}:
        (root / name).symlink_to(f"..data/{name}")


def test_a_project_mounted_from_a_config_map_is_read(root):
    mounted(root, "a.yaml", "claims.json", "sub/b.yaml")
    assert read(root) == (["a.yaml", "sub/b.yaml"], [])
    assert read(root, ["a.yaml", "sub"]) == (["a.yaml", "sub/b.yaml"], [])
    problems = Problems()
    assert read_text_inside(root, "", "claims.json", HERE, problems) == f"{VERSION}/claims.json"
    assert read_text_inside(root, "sub", "../claims.json", HERE, problems)
    assert not problems


def test_a_project_file_may_be_mounted_too(root):
    mounted(root, "clerkform.yaml", "a.yaml")
    (root / VERSION / "clerkform.yaml").write_text("version: 1\nmanifests: [a.yaml]\n")
    problems = Problems()
    project = load_project(root, problems)
    assert project.declared.manifests == ("a.yaml",)
    assert not problems


def test_what_is_hidden_stays_so_in_a_mounted_project(root):
    mounted(root, "a.yaml", ".env", ".netrc.yaml", "sub/.git/b.yaml")
    write(root, ".secrets/..2026_03_02_09_14_07.1/key.yaml")
    (root / ".secrets" / "..data").symlink_to("..2026_03_02_09_14_07.1")
    (root / "sub.yaml").symlink_to("sub/.git/b.yaml")
    (root / "key.yaml").symlink_to(".secrets/..data/key.yaml")
    paths, found = read(root)
    assert paths == ["a.yaml"]
    assert found == [("hidden-file", "key.yaml"), ("hidden-file", "sub.yaml")]
    problems = Problems()
    assert read_text_inside(root, "", ".env", HERE, problems) is None
    assert [problem.code for problem in problems] == ["hidden-file"]


@pytest.mark.parametrize("folder", ["..hidden", ".2026_03_02_09_14_07.1", "..2026_03_02", ".git"])
def test_only_a_folder_as_kubernetes_makes_them_is_a_mounted_one(root, folder):
    mounted(root, "a.yaml", folder=folder)
    assert read(root) == ([], [("hidden-file", "a.yaml")])


def test_a_version_that_is_not_the_mounted_one_is_hidden(root):
    mounted(root, "a.yaml")
    write(root, "..2025_03_02_09_14_07.1/b.yaml")
    (root / "b.yaml").symlink_to("..2025_03_02_09_14_07.1/b.yaml")
    assert read(root) == (["a.yaml"], [("hidden-file", "b.yaml")])


def test_sources_carry_their_text(root):
    write(root, "a.yaml")
    (source,) = read_manifests(root, None, Problems())
    assert source.text == "a.yaml"


def test_what_is_no_manifest_is_skipped(root):
    write(
        root, "a.yaml", "clerkform.yaml", ".hidden.yaml", ".github/workflows/ci.yaml",
        "node_modules/x/y.yaml", "venv/pyvenv.cfg", "venv/lib/x.yaml", "over/lay.yaml",
    )  # fmt: skip
    assert read(root, exclude=["over/"]) == (["a.yaml"], [])


def test_named_places_are_read_even_if_excluded(root):
    write(root, "a.yaml", "over/c.yaml", "d.yaml", "over/sub/e.yaml")
    paths, problems = read(root, ["over/", "./d.yaml"], exclude=["over", "over/sub"])
    assert (paths, problems) == (["d.yaml", "over/c.yaml"], [])


@pytest.mark.parametrize("place", [".env", ".git/config", ".git", "a/.b.yaml", "a/../.env", ".no"])
def test_a_named_place_that_is_hidden_is_refused(root, place):
    write(root, ".env", ".git/config", "a/.b.yaml")
    span = Span(Source("clerkform.yaml"), 2, 3)
    assert read(root, [place], named_at={place: span}) == ([], [("hidden-file", "clerkform.yaml")])


def test_a_link_to_what_is_hidden_or_no_manifest_is_refused(root):
    write(root, ".env", ".git/config.yaml", "id_rsa", "z.yaml")
    (root / "a.yaml").symlink_to(".git/config.yaml")
    (root / "b.yaml").symlink_to(".env")
    (root / "c.yaml").symlink_to("id_rsa")
    (root / "d").symlink_to(".git")
    problems = Problems()
    sources = read_manifests(root, None, problems)
    assert [source.path for source in sources] == ["z.yaml"]
    assert [(p.code, p.span.path) for p in problems.in_order()] == [
        ("hidden-file", "a.yaml"), ("hidden-file", "b.yaml"),
        ("not-a-manifest", "c.yaml"), ("hidden-file", "d"),
    ]  # fmt: skip
    assert {p.span.source.text for p in problems} == {""}


def test_a_named_file_that_is_no_manifest_is_refused(root):
    write(root, "id_rsa", "a.yml")
    assert read(root, ["id_rsa", "a.yml"]) == (["a.yml"], [("not-a-manifest", None)])


def test_a_project_whose_own_folder_is_hidden_is_read(tmp_path):
    write(tmp_path / ".config/clerk", "a.yaml")
    assert read(tmp_path / ".config/clerk") == (["a.yaml"], [])


def test_a_manifest_that_is_too_large_is_refused(root):
    write(root, "b.yaml")
    with (root / "a.yaml").open("wb") as file:
        file.truncate(MAX_MANIFEST + 1)
    assert read(root) == (["b.yaml"], [("too-large", "a.yaml")])


def test_what_is_written_to_is_in_the_folder_and_no_link_is_on_the_way(root, tmp_path):
    write(root, "a/b.yaml")
    (root / "inner").symlink_to("a")
    (root / "outer").symlink_to(tmp_path)
    (root / "self").symlink_to("self")
    (root / "gone").symlink_to("nothing")
    (tmp_path / "way").symlink_to(root)
    for path in (".", "a", "a/b.yaml", "new/c.yaml", "new/../a/"):
        assert is_own(tmp_path / "way", path), path
    for path in (
        "..", str(tmp_path), "inner", "inner/x", "outer", "outer/x", "outer/../a", "self", "gone",
        "gone/x", "a\0b",
    ):  # fmt: skip
        assert not is_own(root, path), path


def test_a_file_in_two_places_is_read_once(root):
    write(root, "a/b.yaml")
    assert read(root, ["a", "a/b.yaml", "."]) == (["a/b.yaml"], [])


def test_a_place_that_is_not_there_is_an_error_where_it_is_named(root):
    write(root, "a.yaml")
    span = Span(Source("clerkform.yaml"), 2, 3)
    assert read(root, ["a.yaml", "nope/"], named_at={"nope/": span}) == (
        ["a.yaml"],
        [("no-such-manifest", "clerkform.yaml")],
    )


def test_no_manifest_is_an_error_unless_it_may_be(root):
    write(root, "note.md")
    assert read(root) == ([], [("no-manifest", None)])
    assert read(root, ["."], may_be_empty=True) == ([], [])


def test_a_missing_place_is_not_reported_twice(root):
    assert read(root, ["nope"]) == ([], [("no-such-manifest", None)])


def test_links_inside_the_folder_are_followed_once(root):
    write(root, "z/a.yaml")
    (root / "link").symlink_to(root / "z")
    (root / "z/loop").symlink_to(root)
    (root / "b.yaml").symlink_to(root / "z/a.yaml")
    assert read(root) == (["z/a.yaml"], [])
    assert read(root, ["link"])[0] == ["link/a.yaml"]


def test_links_and_places_that_lead_outside_are_refused(root, tmp_path):
    write(root, "a.yaml")
    write(tmp_path, "secret.yaml", "folder/x.yaml")
    (root / "s.yaml").symlink_to(tmp_path / "secret.yaml")
    (root / "d").symlink_to(tmp_path / "folder")
    (root / "note.md").symlink_to(tmp_path / "secret.yaml")
    assert read(root) == (["a.yaml"], [("outside-folder", "d"), ("outside-folder", "s.yaml")])
    for place in ("..", "../secret.yaml", str(tmp_path), "s.yaml"):
        assert read(root, [place]) == ([], [("outside-folder", None)])


def test_a_link_to_itself_or_to_nothing_is_unreadable(root):
    (root / "self.yaml").symlink_to(root / "self.yaml")
    (root / "gone.yaml").symlink_to(root / "nothing")
    assert read(root) == ([], [("unreadable-file", "self.yaml"), ("unreadable-file", "gone.yaml")])


def test_a_pipe_is_not_waited_for(root):
    os.mkfifo(root / "p.yaml")
    assert read(root) == ([], [("unreadable-file", "p.yaml")])


def test_a_file_that_is_not_utf8_says_where(root):
    (root / "a.yaml").write_bytes(b"\xef\xbb\xbfa: 1\nb: \xc3\xa9 \xff\n")
    write(root, "b.yaml")
    problems = Problems()
    assert [s.path for s in read_manifests(root, None, problems)] == ["b.yaml"]
    ((code, span),) = [(p.code, str(p.span)) for p in problems]
    assert (code, span) == ("not-utf8", "a.yaml:2:6")


def test_a_name_that_is_not_utf8_can_be_printed(root):
    with open(os.fsencode(root) + b"/\xff.yaml", "w"):
        pass
    assert read(root) == (["\ufffd.yaml"], [])


def test_a_byte_order_mark_is_not_part_of_the_text(root):
    (root / "a.yaml").write_bytes(b"\xef\xbb\xbfa: 1\n")
    (source,) = read_manifests(root, None, Problems())
    assert source.text == "a: 1\n"


def test_a_message_names_no_folder_of_the_machine(root):
    problems = Problems()
    (root / "gone.yaml").symlink_to(root / "nothing")
    read_manifests(root, None, problems)
    assert str(root) not in "".join(p.message for p in problems)


def inside(root, relative, folder="clerk"):
    problems = Problems()
    text = read_text_inside(root, folder, relative, HERE, problems)
    assert all(p.span == HERE for p in problems)
    return text if text is not None else [p.code for p in problems]


def test_from_file_reads_relative_to_the_manifest(root):
    write(root, "clerk/claims/a.json", "b.json")
    assert inside(root, "claims/a.json") == "clerk/claims/a.json"
    assert inside(root, "../b.json") == "b.json"


def test_from_file_reads_nothing_outside_the_folder(root, tmp_path):
    write(tmp_path, "out.json", "root-2/x.json")
    write(root, "clerk/a.json")
    (root / "clerk/link.json").symlink_to(tmp_path / "out.json")
    (root / "clerk/folder").symlink_to(tmp_path)
    for path in (
        "../../out.json", "link.json", "folder/out.json", "/etc/passwd", "../../root-2/x.json",
        "../../missing.json",
    ):  # fmt: skip
        assert inside(root, path) == ["outside-folder"], path


def test_from_file_reads_nothing_hidden(root):
    write(root, ".env", ".git/config", "clerk/a.json")
    (root / "clerk/link.json").symlink_to(root / ".env")
    for path in ("../.env", "../.git/config", "link.json", "../.git/nothing"):
        assert inside(root, path) == ["hidden-file"], path


def test_from_file_says_why_a_file_cannot_be_read(root):
    write(root, "clerk/sub/a.json")
    (root / "clerk/big.json").write_bytes(b"x" * 1_000_001)
    (root / "clerk/bad.json").write_bytes(b"\n\xff")
    (root / "clerk/self.json").symlink_to(root / "clerk/self.json")
    assert inside(root, "big.json") == ["too-large"]
    assert inside(root, "bad.json") == ["not-utf8"]
    assert inside(root, "sub") == ["unreadable-file"]
    assert inside(root, "self.json") == ["unreadable-file"]
    assert inside(root, "a\0b") == ["unreadable-file"]
    assert inside(root, "x.json") == ["missing-file"]


def test_a_missing_file_suggests_a_near_name_that_is_not_hidden(root):
    write(root, "clerk/claims.json", "clerk/.claim.json")
    problems = Problems()
    read_text_inside(root, "clerk", "claim.json", HERE, problems)
    assert [p.hint for p in problems] == ["did you mean `claims.json`?"]


@pytest.mark.skipif(not os.path.exists("/proc/self/maps"), reason="the system has no such file")
def test_a_file_that_says_it_is_empty_is_read_no_further_than_others():
    problems = Problems()
    assert read_text(Path("/proc/self/maps"), "maps", problems, HERE, limit=100) is None
    assert [one.code for one in problems] == ["too-large"]
