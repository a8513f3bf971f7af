"""The locked requirements say what pyproject.toml says, and nothing of where they were written."""

import re
import tomllib

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from tests.shell import REPO

PYPROJECT = tomllib.loads((REPO / "pyproject.toml").read_text())
GROUPS = PYPROJECT["dependency-groups"]
LOCKS = {  # with the groups that each holds beside the dependencies
    "run": ("build",),
    "dev": ("build", "dev", "lock"),
    "lowest": ("build", "dev"),
}


def asked(lock):
    """What a file of locked requirements is made from."""
    texts = PYPROJECT["project"]["dependencies"] + [t for name in LOCKS[lock] for t in GROUPS[name]]
    return [Requirement(text) for text in texts]


def text_of(lock):
    return (REPO / "requirements" / f"{lock}.txt").read_text()


def pinned(lock):
    """Each locked name with its version."""
    pins = re.findall(r"^([\w.-]+)==([^\s;]+)", text_of(lock), re.MULTILINE)
    return {canonicalize_name(name): version for name, version in pins}


@pytest.mark.parametrize("lock", LOCKS)
def test_what_is_locked_is_what_is_asked_for(lock):
    pins = pinned(lock)
    for requirement in asked(lock):
        assert requirement.specifier.contains(pins[canonicalize_name(requirement.name)])


def test_the_lowest_are_the_bounds_themselves():
    pins = pinned("lowest")
    for requirement in asked("lowest"):
        (bound,) = requirement.specifier
        locked = pins[canonicalize_name(requirement.name)]
        assert (bound.operator, Version(bound.version)) == (">=", Version(locked)), requirement


def test_an_editable_install_is_built_with_what_is_locked():
    assert {*PYPROJECT["build-system"]["requires"]} <= {*GROUPS["build"]}


@pytest.mark.parametrize("lock", LOCKS)
def test_every_locked_file_has_its_hash(lock):
    entries = re.split(r"^(?=[\w.-]+==)", text_of(lock), flags=re.MULTILINE)[1:]
    assert len(entries) == len(pinned(lock))
    assert all("--hash=sha256:" in entry for entry in entries)


@pytest.mark.parametrize("lock", LOCKS)
def test_the_locks_name_no_host_and_no_folder_of_a_machine(lock):
    assert not re.search(r"://|--index-url|--find-links|^#.* /", text_of(lock), re.MULTILINE)


def test_both_locks_of_the_newest_agree():
    assert pinned("run").items() <= pinned("dev").items()


@pytest.mark.parametrize("name", ["QUICK", "SMOKE"])
def test_the_tests_that_a_target_names_are_there(name):
    makefile = (REPO / "Makefile").read_text()
    named = re.search(rf"^{name} := ((?:.*\\\n)*.*)", makefile, re.MULTILINE)
    paths = named[1].replace("\\", " ").split()
    assert len(paths) > 10
    assert [path for path in paths if not (REPO / path).exists()] == []


def test_every_target_is_listed_by_help():
    makefile = (REPO / "Makefile").read_text()
    phony = re.search(r"^\.PHONY: ((?:.*\\\n)*.*)", makefile, re.MULTILINE)
    targets = {*phony[1].replace("\\", " ").split()}
    assert targets == {*re.findall(r"^([a-z-]+):.* ## \w", makefile, re.MULTILINE)}
