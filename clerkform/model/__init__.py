"""What a kind is made of: traits on fields, endpoints, and the registry that holds them all.

Read ``trait`` first, then ``resource``, ``endpoints`` and ``kind``.
"""

from clerkform.model.endpoints import Endpoints, Listing, Lookups, Op, crud, paginated
from clerkform.model.kind import (
    Address,
    Bucket,
    Field,
    Generates,
    Kept,
    Kind,
    Reference,
    Registry,
    Unfit,
    Values,
)
from clerkform.model.resource import Json, JsonObject, Lifecycle, Many, Part, Resource
from clerkform.model.secrets import SecretRef, Sink

__all__ = [
    "Address",
    "Bucket",
    "Endpoints",
    "Field",
    "Generates",
    "Json",
    "JsonObject",
    "Kept",
    "Kind",
    "Lifecycle",
    "Listing",
    "Lookups",
    "Many",
    "Op",
    "Part",
    "Reference",
    "Registry",
    "Resource",
    "SecretRef",
    "Sink",
    "Unfit",
    "Values",
    "crud",
    "paginated",
]
