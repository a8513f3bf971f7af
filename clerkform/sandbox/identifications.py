"""What identifies a user: e-mail addresses, phone numbers and wallets, as the user object has them."""

from typing import NamedTuple

from clerkform.sandbox import errors
from clerkform.sandbox.errors import Problem
from clerkform.sandbox.identifiers import classify
from clerkform.sandbox.ids import new_id
from clerkform.sandbox.store import Object, Store
from clerkform.sandbox.where import Where


class Identification(NamedTuple):
    name: str
    """Of the field that requests send, and of the value in each object."""
    several: str
    """The user's field with the objects."""
    type: str

    def has(self, *values: str) -> Where:
        """Users who have one of them."""
        marks = ", ".join("?" * len(values))
        return Where(
            f"EXISTS (SELECT 1 FROM json_each(body, '$.{self.several}')"
            f" WHERE json_extract(value, '$.{self.name}') IN ({marks}))",
            values,
        )

    @property
    def first(self) -> str:
        """The column to order users by."""
        return f"json_extract(body, '$.{self.several}[0].{self.name}')"

    @property
    def all(self) -> str:
        """The column to search users in."""
        return f"json_extract(body, '$.{self.several}')"


EMAIL = Identification("email_address", "email_addresses", "email_address")
PHONE = Identification("phone_number", "phone_numbers", "phone_number")
WALLET = Identification("web3_wallet", "web3_wallets", "web3_wallet")
EVERY = (EMAIL, PHONE, WALLET)


def primary_of(user: Object, kind: Identification) -> Object | None:
    """The address, number or wallet that a user goes by."""
    wanted = user[f"primary_{kind.name}_id"]
    return next((found for found in user[kind.several] if found["id"] == wanted), None)


def identifier_of(user: Object) -> str | None:
    """What others see of a user to tell who it is."""
    for kind in EVERY:
        if found := primary_of(user, kind):
            value: str = found[kind.name]
            return value
    username: str | None = user["username"]
    return username


def public_data(user: Object) -> Object:
    """What others see of a user."""
    as_is = ("first_name", "last_name", "image_url", "has_image")
    shown = {name: user[name] for name in as_is}
    return {"user_id": user["id"], **shown, "identifier": identifier_of(user) or ""}


def normalized(kind: Identification, value: str) -> str | None:
    """None for what is none of the kind."""
    found = None if value.startswith("*@") else classify(value, subdomains=False)
    return found.text if found and found.type == kind.type else None


def problems_of(store: Store, users: str, kind: Identification, sent: list[str]) -> list[Problem]:
    """``users`` is the kind of object that they must be unique in."""
    problems = []
    values = [normalized(kind, value) for value in sent]
    for value in values:
        if value is None:
            text = f"{kind.name} must be a valid {kind.name.replace('_', ' ')}."
            problems.append(errors.wrong_format(kind.name, text))
        elif values.count(value) > 1 or store.count(users, kind.has(value)):
            problems.append(errors.taken(kind.name, value))
    return problems


def built(kind: Identification, value: str, now: int) -> Object:
    verification = {
        "object": "verification_admin",
        "status": "verified",
        "strategy": "admin",
        "attempts": None,
        "expire_at": None,
    }
    body = {
        "object": kind.name,
        "id": new_id("idn"),
        kind.name: value,
        "verification": verification,
        "created_at": now,
        "updated_at": now,
    }
    if kind is WALLET:
        return body
    body |= {"reserved": False, "linked_to": []}
    if kind is PHONE:
        body |= {"reserved_for_second_factor": False, "default_second_factor": False}
    return body
