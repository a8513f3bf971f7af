from pydantic import Field

from clerkform.model import trait
from clerkform.model.traits import Ref, Traits


def test_traits_are_gathered_from_what_stands_beside_pydantics_own():
    found = trait.of([Field(ge=1), trait.immutable, "text", trait.ref("teams", owner=True)])
    assert found == Traits(immutable=True, ref=Ref("teams", owner=True))
    assert trait.of([]) == Traits()


def test_each_word_says_what_it_means():
    said = trait.of(
        [
            trait.identity_otherwise("name"),
            trait.variant("api_key"),
            trait.write_only_but("custom"),
            trait.signs_with("algorithm"),
            trait.needed_to_create_with("key"),
            trait.needed_to_create_unless("public"),
            trait.has_anyway("offline_access"),
            trait.creates_as(True),
            trait.via("metadata"),
            trait.pulled_with("metadata"),
            trait.normalize(str.lower),
            trait.create_only_noted,
            trait.merged,
        ]
    )
    assert (said.identity, said.otherwise) == (True, "name")
    assert said.variant == "api_key"
    assert (said.write_only, said.presence) == (True, "custom")
    assert said.signs_with == "algorithm"
    assert (said.needed_to_create, said.needed_with) == (True, "key")
    assert said.needed_unless == "public"
    assert (said.unordered, said.anyway) == (True, ("offline_access",))
    assert said.creates_as is True
    assert (said.via, said.pulled_with) == ("metadata", "metadata")
    assert said.normalize("A") == "a"
    assert (said.create_only, said.noted) == (True, True)
    assert (said.merged, said.free_form) == (True, True)
