"""The settings under /instance, but for the organizations', and /beta_features/instance_settings.

``restrictions`` and the beta settings cannot be read: an empty PATCH is what shows them.
"""

import re
from functools import partial

from clerkform.sandbox import errors
from clerkform.sandbox.errors import Problem, Refusal
from clerkform.sandbox.fields import Field
from clerkform.sandbox.groups import Group
from clerkform.sandbox.operation import Call, Operation
from clerkform.sandbox.settings import Settings
from clerkform.sandbox.singletons import (
    Singleton,
    change,
    change_one,
    keep,
    read_changes,
    read_one,
    shown,
)
from clerkform.sandbox.store import Object, Store

_COUNTRY_CODES = (
    "ADAEAFAGAIALAMAOAQARASATAUAWAXAZBABBBDBEBFBGBHBIBJBLBMBNBOBQBRBSBTBVBWBYBZCACCCDCFCGCHCI"
    "CKCLCMCNCOCRCUCVCWCXCYCZDEDJDKDMDODZECEEEGEHERESETFIFJFKFMFOFRGAGBGDGEGFGGGHGIGLGMGNGPGQ"
    "GRGSGTGUGWGYHKHMHNHRHTHUIDIEILIMINIOIQIRISITJEJMJOJPKEKGKHKIKMKNKPKRKWKYKZLALBLCLILKLRLS"
    "LTLULVLYMAMCMDMEMFMGMHMKMLMMMNMOMPMQMRMSMTMUMVMWMXMYMZNANCNENFNGNINLNONPNRNUNZOMPAPEPFPG"
    "PHPKPLPMPNPRPSPTPWPYQARERORSRURWSASBSCSDSESGSHSISJSKSLSMSNSOSRSSSTSVSXSYSZTCTDTFTGTHTJTK"
    "TLTMTNTOTRTTTVTWTZUAUGUMUSUYUZVAVCVEVGVIVNVUWFWSYEYTZAZMZW"
)
_COUNTRIES = frozenset(re.findall("..", _COUNTRY_CODES))
# A new instance was seen with 222 of them blocked. Which ones Clerk leaves open is not known.
_OPEN = "ATAUBECACHCZDEDKESFIFRGBGRIEISITJPLILUNLNONZPLPTSESGUS"
_BLOCKED = sorted(_COUNTRIES - {*re.findall("..", _OPEN)})
_SCOPES = ("email", "openid", "private_metadata", "profile", "public_metadata", "user:org:read")
"""Clerk's own but for ``offline_access``, which is never a default. An instance may have more, in
a catalogue that is the dashboard's alone, and that the sandbox lacks."""
_SWITCH = Field(bool, nullable=True)


def country_problem(name: str, codes: list[str]) -> Problem | None:
    if len(codes) > 250:
        text = f"{name} accepts up to 250 values."
        return errors.of_param(name, "form_param_array_size_exceeded", "has too many values", text)
    if len(set(codes)) < len(codes):
        text = f"{name} must not name a country twice."
        return errors.of_param(name, "form_param_duplicate", "has duplicates", text)
    if not all(re.fullmatch("[A-Z]{2}", code) for code in codes):
        return errors.wrong_format(name, f"{name} must be codes of two capital letters.")
    return None


def scope_problem(name: str, scopes: list[str]) -> Problem | None:
    if len(set(scopes)) < len(scopes):
        return errors.wrong_value(name, f"{name} must not name a scope twice.")
    if odd := sorted(set(scopes) - set(_SCOPES)):
        return errors.wrong_value(name, f"{name} must not have {', '.join(odd)}.")
    return None


_RESTRICTIONS = (
    "allowlist",
    "blocklist",
    "allowlist_blocklist_disabled_on_sign_in",
    "block_email_subaddresses",
    "block_disposable_email_domains",
)
_OAUTH = (
    "dynamic_oauth_client_registration",
    "oauth_jwt_access_tokens",
    "aud_claim_enabled",
    "pkce_required",
    "client_id_metadata_documents_advertised",
    "client_id_metadata_documents_only_allow_pre_registered_clients",
    "client_id_metadata_documents_block_implicitly_allowed_clients",
)
_PROTECT = ("rules_enabled", "specter_enabled")
_SIGN_OUT = "oidc_sign_out_enabled"
_CHECKS = ("checks_bypassed", "checks_verified", "checks_exempt")
RESTRICTIONS = Singleton(
    "restrictions",
    "instance_restrictions",
    dict.fromkeys(_RESTRICTIONS, _SWITCH),
    dict.fromkeys(_RESTRICTIONS, False),
)
COMMUNICATION = Singleton(
    "communication",
    "instance_communication",
    {"blocked_country_codes": Field(list, nullable=True, check=country_problem)},
    {"blocked_country_codes": []},
    fresh={"blocked_country_codes": _BLOCKED},
)
PROTECT = Singleton(
    "protect",
    "instance_protect",
    dict.fromkeys(_PROTECT, _SWITCH),
    dict.fromkeys((*_PROTECT, *_CHECKS), False),
)
OAUTH = Singleton(
    "oauth_application_settings",
    "oauth_application_settings",
    {
        **dict.fromkeys((*_OAUTH, _SIGN_OUT), _SWITCH),
        "default_scopes": Field(list, nullable=True, check=scope_problem),
    },
    {**dict.fromkeys(_OAUTH, False), "default_scopes": None},
    extras=frozenset({_SIGN_OUT}),
    nullable=frozenset({"default_scopes"}),
)


def beta(store: Store, settings: Settings) -> Object:
    restricted = shown(store, RESTRICTIONS)["allowlist"]
    (instance,) = store.select("instance")
    return {**shown(store, BETA), "id": instance["id"], "restricted_to_allowlist": restricted}


BETA = Singleton(
    "instance_settings",
    "instance_settings",
    {
        "restricted_to_allowlist": _SWITCH,
        "from_email_address": Field(str, nullable=True, pattern=re.compile("[A-Za-z0-9]+")),
        "progressive_sign_up": _SWITCH,
        "test_mode": _SWITCH,
    },
    {
        "from_email_address": "noreply",
        "progressive_sign_up": True,
        "enhanced_email_deliverability": False,
    },
    others=frozenset({"id", "restricted_to_allowlist"}),
    answer=beta,
)


def change_restrictions(call: Call) -> Object:
    changed = read_changes(call, RESTRICTIONS)
    refuse_unless_open(call, changed, "allowlist")
    return change(call, RESTRICTIONS, changed)


def refuse_unless_open(call: Call, changed: Object, name: str) -> None:
    """Raises a Refusal (422) where the allowlist is to go on although not anybody may sign up."""
    mode = call.settings.sign_up_mode
    if changed.get(name) and mode != "public":
        text = f"{name} isn't allowed to be true when sign-up mode is set to {mode}."
        code = "sign_up_mode_restricted_invalid_value"
        raise Refusal(422, errors.of_param(name, code, "is not allowed", text))


def change_communication(call: Call) -> Object:
    """Codes that belong to no country are dropped without a word."""
    changed = read_changes(call, COMMUNICATION)
    if changed:
        codes = changed["blocked_country_codes"]
        changed["blocked_country_codes"] = [code for code in codes if code in _COUNTRIES]
    return change(call, COMMUNICATION, changed)


def change_oauth(call: Call) -> Object:
    """Null and an empty list of scopes both bring Clerk's own back, which are answered as null."""
    changed = read_changes(call, OAUTH)
    if "default_scopes" in call.body:
        changed["default_scopes"] = call.body["default_scopes"] or None
    return change(call, OAUTH, changed)


def change_beta(call: Call) -> Object:
    """``restricted_to_allowlist`` is the restrictions' ``allowlist`` under another name, and
    ``test_mode`` the instance's."""
    changed = read_changes(call, BETA)
    refuse_unless_open(call, changed, "restricted_to_allowlist")
    if "test_mode" in changed:
        keep(call.store, "instance", {"test_mode": changed.pop("test_mode")})
    if "restricted_to_allowlist" in changed:
        keep(call.store, RESTRICTIONS.kind, {"allowlist": changed.pop("restricted_to_allowlist")})
    change(call, BETA, changed)
    return beta(call.store, call.settings)


settings = partial(Operation, "PATCH", body_optional=True)
ROUTES = (
    settings("/instance/restrictions", change_restrictions, plan="restrictions"),
    Operation("GET", "/instance/communication", partial(read_one, COMMUNICATION)),
    settings("/instance/communication", change_communication),
    Operation("GET", "/instance/protect", partial(read_one, PROTECT)),
    settings("/instance/protect", partial(change_one, PROTECT)),
    Operation("GET", "/instance/oauth_application_settings", partial(read_one, OAUTH)),
    settings("/instance/oauth_application_settings", change_oauth),
    settings("/beta_features/instance_settings", change_beta, plan="restrictions"),
)
GROUP = Group(ROUTES, (RESTRICTIONS, COMMUNICATION, PROTECT, OAUTH, BETA))
