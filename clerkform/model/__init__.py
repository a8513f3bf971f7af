"""What a kind is made of: traits on fields, endpoints, and the registry that holds them all.

Read ``trait`` first, then ``resource``, ``endpoints`` and ``kind``.
"""

from clerkform.model.address import Address
from clerkform.model.endpoints import Endpoints, crud, single
from clerkform.model.fields import Field, Values
from clerkform.model.kind import (
    Bucket,
    Counted,
    Generates,
    Kept,
    Kind,
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
    "Bucket",
    "Collection",
    "Counted",
    "Declared",
    "Endpoints",
    "Field",
    "Generates",
    "Hidden",
    "Json",
    "JsonObject",
    "Kept",
    "Kind",
    "Lifecycle",
    "Lookups",
    "Many",
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
