"""What a kind gives to the tests that run over all kinds: ``tests/kinds/NAME.py``, with ``SAMPLE``.

``tests/samples.py`` finds the files by themselves; ``test_samples.py`` says what one lacks.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import KW_ONLY, dataclass, field
from typing import Any

from clerk_backend_api import Clerk
from hypothesis.strategies import SearchStrategy

from clerkform.sandbox import Store
from tests.conformance.sandbox.cases import Exercise, Refused, Trip
from tests.foresight.entries import Entry

SUBJECT = "user_" + "S" * 27
HEIR = "user_" + "T" * 27
"""Users of every instance that a ``Life`` is lived in."""


@dataclass(frozen=True, kw_only=True)
class Life:
    """One object from its creation to its end, applied by clerkform and read by Clerk's SDK.

    ``{…}`` are items of a manifest in flow style, all with the same key but where they say so.
    """

    listed: Callable[[Clerk], Sequence[Any]]
    """Every object but those that an instance has from its start."""
    key: Callable[[Any], str]
    made: str
    shows: Mapping[str, Any]
    """What the SDK shows of ``made``."""
    by_hand: Callable[[Clerk], Any]
    """Makes, without clerkform, what ``made`` declares but for ``drifted``."""
    other: Callable[[Clerk], Any]
    """Makes another object without clerkform."""
    absent: str
    changed: str = ""
    """Left out where the API has no update."""
    changed_shows: Mapping[str, Any] = field(default_factory=dict)
    renamed: str
    """An item with another key and ``renamed_from``."""
    renamed_to: str
    stays: bool = True
    """A renamed object is the same object; else it is replaced by another."""
    drifted: bool = True
    """Adopting needs an update, as the object made by hand differs."""
    keeps: Mapping[str, Any] = field(default_factory=dict)
    """What differs from ``shows`` after it was adopted, as the manifest does not own all of it."""
    owner: str = ""
    """The field of an item that says whose it is, where the key alone does not."""
    before: Callable[[Clerk], Any] = lambda clerk: None
    """Makes what its items refer to."""
    beside: str = ""
    """The sections that declare that."""


Shown = Mapping[str, Any]
"""Field to value, as Clerk's SDK shows it, and what it shows nowhere as the environment does."""


@dataclass(frozen=True, kw_only=True)
class SettingsLife:
    """Settings written by clerkform and read by Clerk's SDK, and the other way round.

    ``{…}`` are sections of a manifest in flow style. The instance is one of development.
    """

    shown: Callable[[Clerk, Mapping[str, Any]], Shown]
    """What there is; the second is the Frontend API's environment."""
    made: str
    shows: Shown
    changed: str
    changed_shows: Shown
    by_hand: Callable[[Clerk], Any]
    """Sets, without clerkform, all that ``made`` declares."""
    drifts: Callable[[Clerk], Any]
    """Sets another value of one field that ``made`` declares."""
    drifted: str
    """The name of that field."""
    undeclared: Callable[[Clerk], Any] | None = None
    """Sets a field that ``made`` does not declare; left out where there is no other."""
    left: Shown = field(default_factory=dict)
    """What shows then of that field."""


@dataclass(frozen=True, kw_only=True)
class Requests:
    """Sections of manifests by which every request about the kind is sent.

    ``USER`` is the id of a user, and another one has the address ``other@example.com``. The instance
    is one of production.
    """

    created: str
    """Objects with every field."""
    changed: str
    """The same with every field changed, every key renamed."""
    removed: str = ""
    """All of them absent; of settings what can come last alone, if anything."""
    lost: str = ""
    """An item whose create is answered by a gateway that gave up, in a development instance."""
    beside: str = ""
    """The sections that declare what ``lost`` refers to."""


@dataclass(frozen=True)
class Many:
    """More objects than a page of the list holds. ``{}`` is a number."""

    fields: Mapping[str, str]
    """What tells the objects apart."""
    item: str
    """An item of a manifest for one of them."""
    _: KW_ONLY
    declared: int = 1
    """How many have to be declared for a plan to read the list."""
    put: Callable[[Store, int], None] | None = None
    """Puts that many into a sandbox, where they differ in more than ``fields``."""


@dataclass(frozen=True, kw_only=True)
class Faults:
    """The kind's part of the project whose requests are broken one by one.

    ``tests.faults.objects`` makes what is seeded and its ids.
    """

    manifest: str
    """A section with something to create, to update where that can be, to delete, and to leave."""
    seed: Sequence[Mapping[str, Any]]
    """What is live before, with bystanders that nobody declares."""
    touched: frozenset[str]
    """Ids of what is live before that the manifest changes or deletes."""
    allowed: tuple[str, ...] = ()
    """Options of ``apply`` by which the guards let it pass, as ``--allow-weakening ADDRESS``."""
    delivered: Mapping[str, str] = field(default_factory=dict)
    """Key of an object with one secret to the file that holds that, and nothing else, in the end."""
    files: Mapping[str, str] = field(default_factory=dict)
    """What is in the folder before, besides manifests."""
    is_pruned: bool = False
    """What the manifest does not mention goes."""


@dataclass(frozen=True, kw_only=True)
class SettingsFaults:
    """The kind's part of the project whose settings are written while requests are broken.

    What the server keeps of settings goes by the names that a seed has for it.
    """

    manifest: str
    """A section by which every request that writes is sent, and that leaves something undeclared."""
    seed: Mapping[str, Mapping[str, Any]]
    """What is set before, what nobody declares as well."""
    written: Mapping[str, Mapping[str, Any]]
    """What is set otherwise after it, whole; nothing else may be."""


@dataclass(frozen=True, kw_only=True)
class KindSample:
    """All of it. Operations are written ``PATCH /organizations/{}``."""

    life: Life | SettingsLife
    requests: Requests
    faults: Faults | SettingsFaults
    body: Mapping[str, Any] = field(default_factory=dict)
    """A request that creates one, in a development instance. ``USER`` is the id of a user, ``OTHER``
    of another."""
    exercises: Mapping[str, Exercise]
    """Each operation through the SDK."""
    undriven: Mapping[str, str] = field(default_factory=dict)
    """Operations that Clerk's document has below the kind's paths and none of these is for, and why."""
    javascript_lacks: Mapping[str, str] = field(default_factory=dict)
    """Operations of ``exercises`` that Clerk's JavaScript SDK has no call for, and why.
    ``conformance/sandbox/test_cli.py`` has them."""
    trips: Mapping[str, Trip]
    """Each operation with a body: what is set comes back."""
    kept_nowhere: Mapping[str, str] = field(default_factory=dict)
    """Operations of which nothing comes back, and why."""
    refused: Mapping[tuple[str, int], Refused]
    """Each error that Clerk's document names for an operation; 401, and 400 where it is that of any
    request, may be left out."""
    never: Mapping[tuple[str, int], str] = field(default_factory=dict)
    """Errors of these that the sandbox does not have, and why."""
    foreseen: Mapping[str, Sequence[Entry]]
    """Each place where the kind's routes refuse, as ``function code``: what of clerkform tells it
    before an apply, or why nothing can."""
    many: Many | None = None
    """Left out where the list has no pages."""
    drawn: Mapping[str, SearchStrategy[Any]] = field(default_factory=dict)
    """Values of a field, where those of its JSON Schema are too many or too few."""
    served: Mapping[str, SearchStrategy[Any]] = field(default_factory=dict)
    """Values of a field that the server takes, where that is narrower than the model."""
    lone: str = ""
    """A field of the key that no two objects have alike, whosever they are, where the server may take
    that for a conflict."""
    mended: Callable[[dict[str, Any]], dict[str, Any]] = lambda item: item
    """A drawn item as its fields fit each other."""
    wrong_forms: Mapping[str, str] = field(default_factory=dict)
    """Of each field for which the sandbox has a pattern, a value that does not have it."""
    unbounded: Mapping[str, str] = field(default_factory=dict)
    """Fields whose bounds are of a value that no manifest holds, and why."""
    not_declared: Mapping[str, str] = field(default_factory=dict)
    """What the document lets be set and is no field of a manifest, and why."""
    not_sent: Mapping[tuple[str, str], str] = field(default_factory=dict)
    """Operation as the document writes it, and what it lets be set by it that clerkform never
    sets by it, and why."""
    undocumented: Mapping[str, str] = field(default_factory=dict)
    """Fields that Clerk's document does not have, and where they are known from."""
    both_shapes: bool = False
    """The list is a bare array in the document and ``{data, total_count}`` on
    ``paginated=true``, which Clerk's JavaScript and Go SDKs rely on."""
