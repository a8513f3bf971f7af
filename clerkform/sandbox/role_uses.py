"""What names a role by its key: members, invitations, role sets and settings."""

from clerkform.sandbox import invitations, members, role_sets
from clerkform.sandbox.operation import Call
from clerkform.sandbox.routes import organization_settings
from clerkform.sandbox.where import equals


def rename(call: Call, old: str, new: str) -> None:
    """Have whatever names the role name it by its new key."""
    store, renamed = call.store, {old: new}
    role_sets.reassign(store, renamed)
    for one in store.select(role_sets.KIND):
        changed = role_sets.with_renamed(one, renamed)
        if changed != one:
            role_sets.keep(store, changed)
    organization_settings.rename_role(call, old, new)


def reasons(call: Call, key: str) -> list[tuple[str, str]]:
    """Why the role has to stay: a code and a sentence for each reason."""
    store, of_role = call.store, equals("role", key)
    sets = role_sets.with_role(store, key)
    settings = organization_settings.organization_settings(store, call.settings)
    creating = [one["key"] for one in sets if one["creator_role_key"] == key]
    found = [
        (creating, "default_creator_role", f"it is the creator role of {', '.join(creating)}"),
        (
            settings["domains_default_role"] == key,
            "domain_default_role",
            "it is the default role of domains",
        ),
        (store.count(members.KIND, of_role), "assigned_members", "members have it"),
        (store.count(invitations.KIND, of_role), "exists_in_invitations", "invitations have it"),
        (sets, "exists_in_role_set", f"it is in {', '.join(one['key'] for one in sets)}"),
    ]
    return [(f"organization_role_{code}", why) for is_so, code, why in found if is_so]
