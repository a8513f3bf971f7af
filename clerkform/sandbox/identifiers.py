"""What the allowlist and the blocklist have in common: identifiers, normalised and classified."""

import re
from typing import NamedTuple

from clerkform.sandbox import errors
from clerkform.sandbox.errors import Problem, Refusal
from clerkform.sandbox.ids import new_id
from clerkform.sandbox.operation import Call
from clerkform.sandbox.store import Object, Store

_EMAIL = re.compile(r"[^@\s]+@[^@\s.]+(\.[^@\s.]+)+")
_PHONE = re.compile(r"\+[1-9][0-9]{6,14}")
_ETHEREUM = re.compile(r"0x[0-9a-fA-F]{40}")
_SOLANA = re.compile(r"[1-9A-HJ-NP-Za-km-z]{32,44}")
_SUBDOMAINS = "*@*."

REQUIRED = {"identifier": str, "identifier_type": str}
"""Of an identifier in a seed."""


class Identifier(NamedTuple):
    text: str
    type: str

    @property
    def is_pattern(self) -> bool:
        return self.text.startswith("*@")


def classify(text: str, *, subdomains: bool) -> Identifier | None:
    """None for what is none of the three. Solana's alphabet has two cases, Ethereum's hex one."""
    if text.startswith(_SUBDOMAINS) and not subdomains:
        return None
    if _EMAIL.fullmatch(text):
        return Identifier(text.lower(), "email_address")
    if _PHONE.fullmatch(text):
        return Identifier(text, "phone_number")
    if _ETHEREUM.fullmatch(text):
        return Identifier(text.lower(), "web3_wallet")
    if _SOLANA.fullmatch(text):
        return Identifier(text, "web3_wallet")
    return None


def parse(call: Call, kind: str, text: str, *, subdomains: bool = False) -> Identifier:
    """Raises a Refusal when ``text`` is no identifier or is in the list already."""
    identifier = classify(text, subdomains=subdomains)
    if identifier is None:
        what = (
            "identifier must be either a valid email address, a valid phone number according to"
            " E.164 international standard or a valid web3 wallet."
        )
        raise Refusal(422, errors.wrong_format("identifier", what))
    if call.store.find(kind, "identifier", identifier.text):
        what = f"the identifier {identifier.text} already exists"
        meta = {"param_name": "identifier"}
        raise Refusal(400, Problem("duplicate_record", "duplicate identifier", what, meta))
    return identifier


def add(call: Call, kind: str, prefix: str, identifier: Identifier, **more: str) -> Object:
    now = call.store.now()
    body = {
        "object": kind.removesuffix("s"),
        "id": new_id(prefix),
        "identifier": identifier.text,
        "identifier_type": identifier.type,
        "instance_id": call.instance["id"],
        **more,
        "created_at": now,
        "updated_at": now,
    }
    return call.store.insert(kind, body, created_at=now)


def remove(call: Call, kind: str) -> Object:
    id = call.params["id"]
    if call.store.get(kind, id) is None:
        raise errors.not_found(f"No identifier was found with id {id}")
    call.store.delete(kind, id)
    return {"object": kind.removesuffix("s"), "id": id, "deleted": True}


def of_instance(store: Store, body: Object) -> Object:
    """An identifier of a seed, which may come from another instance."""
    return {**body, "instance_id": store.select("instance")[0]["id"]}
