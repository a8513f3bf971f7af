"""What a kind is made of: traits on fields, endpoints, and the registry that holds them all.

Read ``trait`` first, then ``resource``, ``endpoints`` and ``kind``.
"""

from clerkform.model.address import Address
from clerkform.model.endpoints import Endpoints, crud, single
from clerkform.model.fields import Field, Values
from clerkform.model.kind import (
    Among,
    Brings,
    Bucket,
    Counted,
    Generates,
    HeldBy,
    Kept,
    Kind,
    NeedsOne,
    Reference,
    SwitchedOn,
    Unfit,
)
from clerkform.model.op import Op
from clerkform.model.reads import Collection, Hidden, Lookups, Single, paginated
from clerkform.model.registry import Registry
from clerkform.model.resource import (
    Declared,
    Json,
    JsonObject,
    Lifecycle,
    Many,
    Part,
    Resource,
    SetChange,
    SettingsResource,
    SomeText,
)
from clerkform.model.secrets import SecretRef
from clerkform.model.sink import Sink

__all__ = [
    "Address",
    "Among",
    "Brings",
    "Bucket",
    "Collection",
    "Counted",
    "Declared",
    "Endpoints",
    "Field",
    "Generates",
    "HeldBy",
    "Hidden",
    "Json",
    "JsonObject",
    "Kept",
    "Kind",
    "Lifecycle",
    "Lookups",
    "Many",
    "NeedsOne",
    "Op",
    "Part",
    "Reference",
    "Registry",
    "Resource",
    "SecretRef",
    "SetChange",
    "SettingsResource",
    "Single",
    "Sink",
    "SomeText",
    "SwitchedOn",
    "Unfit",
    "Values",
    "crud",
    "paginated",
    "single",
]
