"""Tests over everything that exists, so that nothing is added halfway."""

import ast
import pkgutil
import re
import tomllib
from pathlib import Path

import click
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import clerkform
from clerkform.cli import main
from clerkform.kinds import KINDS
from clerkform.model.meaning import differs
from tests import missing
from tests.strategies import own_fields, values_of

PACKAGE = Path(clerkform.__file__).parent
ROOT = PACKAGE.parent
NAMES_KINDS = (
    *("kinds", "sandbox", "cli/embedded.py", "cli/commands/init.py", "schema/reference.py"),
    *("jwt/", "lint/", "cli/rendering.py", "cli/commands/sandbox.py"),
)
"""Where a kind may be named: ``embedded`` reads the sandbox's switches, ``init`` writes a manifest,
and the JWT tools and the linter are about one kind."""


@pytest.mark.parametrize("kind", KINDS.values(), ids=lambda kind: kind.name)
def test_a_kind_has_a_route_for_every_call_it_makes(kind):
    told = [*missing.routes_of(kind)]
    assert not told, told[0]


@pytest.mark.parametrize("kind", KINDS.values(), ids=lambda kind: kind.name)
def test_a_kind_has_scenarios(kind):
    told = [*missing.scenarios_of(kind)]
    assert not told, told[0]


@pytest.mark.parametrize("kind", KINDS.values(), ids=lambda kind: kind.name)
def test_a_kind_has_an_example(kind):
    told = [*missing.example_of(kind)]
    assert not told, told[0]


def test_every_folder_of_scenarios_is_a_kinds():
    assert {path.name for path in missing.SCENARIOS.iterdir()} <= set(KINDS)


@pytest.mark.parametrize("kind", KINDS.values(), ids=lambda kind: kind.name)
def test_every_field_of_a_kind_is_described(kind):
    for field in kind.fields.values():
        assert field.description, f"{kind.name}.{field.name} says nothing"


@pytest.mark.parametrize("kind", KINDS.values(), ids=lambda kind: kind.name)
def test_every_field_of_a_kind_says_what_a_change_of_it_means(kind):
    silent = [
        str(leaf)
        for leaf in kind.leaves
        if leaf.path[0] in kind.own_fields and not leaf.traits.meanings
    ]
    assert silent == []
    for leaf in kind.leaves:
        assert all(len(one.says) > 5 for one in leaf.traits.meanings)


@pytest.mark.parametrize("kind", KINDS.values(), ids=lambda kind: kind.name)
def test_what_another_key_means_may_come_to_hold(kind):
    for field in kind.identity:
        for one in field.traits.meanings:
            assert one.when is not differs, (
                f"clerkform/kinds/{kind.name}.py: a key that changes goes and another one comes, so"
                f" `{field}` wants a `when=`: {one.says!r} would be said of nothing"
            )


@given(st.data())
@settings(max_examples=5)
def test_every_field_of_a_kind_has_values_that_its_model_admits(data):
    for kind in KINDS.values():
        for field in own_fields(kind):
            for served in (False, True):
                value = data.draw(values_of(kind.name, field.name, served))
                assert value is not None or field.nullable


@pytest.mark.parametrize("kind", KINDS.values(), ids=lambda kind: kind.name)
def test_what_a_kind_says_of_its_fields_is_of_its_fields(kind):
    names = set(kind.fields)
    for field in kind.fields.values():
        told = field.traits
        named = {told.otherwise, told.signs_with, told.needed_with, told.needed_unless} - {None}
        assert named <= names
        assert told.via is None or told.via in kind.endpoints.parts
        assert not told.one_of or told.one_of.partition(".")[0] in names
        assert told.ref is None or (told.ref.kind in KINDS) is not told.ref.outside
    assert set(kind.listed_per) | set(kind.reads.under.values()) <= names
    assert bool(kind.identity) is not kind.is_always_there


STANDING_ALONE = (
    *("__init__.py", "__main__.py", "diagnostics.py", "discovery.py", "errors.py"),
    "private_files.py",
)


def test_no_other_module_stands_outside_a_folder():
    alone = {path.name for path in PACKAGE.glob("*.py")}
    assert alone - set(STANDING_ALONE) == set()


def test_every_module_stands_in_a_layer_of_every_contract_about_layers():
    rules = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
    standing = {info.name for info in pkgutil.iter_modules(clerkform.__path__)} | {"__main__"}
    layered = [one for one in rules["contracts"] if one["type"] == "layers"]
    assert len(layered) == 2
    for contract in layered:
        assert contract["exhaustive"] is True
        named = {name for layer in contract["layers"] for name in re.findall(r"\w+", layer)}
        assert standing - named == set(), f"pyproject.toml: name it in {contract['name']!r}"


def modules():
    for path in sorted(PACKAGE.rglob("*.py")):
        name = path.relative_to(PACKAGE).as_posix()
        if not name.startswith(NAMES_KINDS):
            yield pytest.param(path, id=name)


@pytest.mark.parametrize("path", list(modules()))
def test_the_engine_names_no_kind(path):
    words = {*KINDS, *(kind.singular for kind in KINDS.values())}
    tree = ast.parse(path.read_text())
    prose = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in prose:
            assert node.value not in words, f"{path.name}:{node.lineno} names {node.value}"


@pytest.mark.parametrize("name", main.list_commands(click.Context(main)))
def test_a_command_and_each_of_its_options_have_help(name):
    command = main.get_command(click.Context(main), name)
    assert command.get_short_help_str(limit=200)
    nested = getattr(command, "commands", {}).values()
    for each in [command, *nested]:
        assert each.help, f"{each.name} has no help"
        for option in each.params:
            assert isinstance(option, click.Argument) or option.help, (each.name, option.name)


@pytest.mark.parametrize("name", main.list_commands(click.Context(main)))
def test_a_command_has_a_line_in_the_readme(name):
    readme = (ROOT / "README.md").read_text()
    assert re.search(rf"^.*`(clerkform )?{name}\b.*$", readme, re.MULTILINE)


def test_no_two_kinds_share_a_prefix_of_ids_or_a_name_in_references():
    for each in ("id_prefix", "singular", "name"):
        values = [getattr(kind, each) for kind in KINDS.values()]
        values = [value for value in values if value or each != "id_prefix"]
        assert len(values) == len(set(values))
