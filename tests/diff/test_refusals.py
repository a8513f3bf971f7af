from typing import Annotated

import pytest
from pydantic import MISSING

from clerkform.model import Kind, Registry, Resource, crud, paginated, trait
from tests.support import compare, desired_from, live_from


class Door(Resource):
    """Needs a lock, but where it is open."""

    name: Annotated[str, trait.identity]
    open: bool | MISSING = MISSING
    lock: Annotated[str | MISSING, trait.needed_to_create_unless("open")] = MISSING


DOORS = Registry(
    [
        Kind(
            name="doors",
            singular="door",
            model=Door,
            endpoints=crud("/doors", reads=paginated("/doors")),
            id_prefix="door_",
        )
    ]
)


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("{name: a}", ["needed-to-create"]),
        ("{name: a, open: false}", ["needed-to-create"]),
        ("{name: a, open: true}", []),
        ("{name: a, lock: old}", []),
        ("{name: a, open: true, lock: old}", []),
    ],
)
def test_a_field_is_needed_unless_the_switch_that_spares_it_is_on(text, codes):
    found = compare(desired_from(f"doors: [{text}]", registry=DOORS), live_from({}), registry=DOORS)
    assert found.codes == codes
