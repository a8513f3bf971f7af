"""Settings from JSON and back: for project files, fault files and ``POST /_sandbox/config``."""

import re
from collections.abc import Callable, Mapping
from dataclasses import asdict, fields, replace
from typing import Any

from clerkform.sandbox.faults import Fault
from clerkform.sandbox.settings import MAX_TIME, Contradictions, Settings

_RATE = re.compile(r"([1-9][0-9]{0,8})/([1-9][0-9]{0,8})s", re.ASCII)
_TIME = re.compile(r"([0-9]{1,9}(?:\.[0-9]{1,6})?)(ms|s)", re.ASCII)


def changed(settings: Settings, knobs: Mapping[str, Any]) -> Settings:
    """``settings`` with what ``knobs`` says.

    Raises:
        ValueError: a knob is unknown or has no such value; the text says which, and what it takes.
    """
    made = {}
    for name, value in knobs.items():
        if name not in _READERS:
            known = ", ".join(_READERS)
            raise ValueError(f"the sandbox has no setting `{name}`; it takes {known}")
        made[name] = _READERS[name](name, value)
    if "contradictions" in made:
        chosen = {**asdict(settings.contradictions), **made["contradictions"]}
        made["contradictions"] = Contradictions(**chosen)
    return replace(settings, **made)


def shown(settings: Settings) -> dict[str, Any]:
    """As ``changed`` takes it. The secret key is left out."""
    limit = settings.rate_limit
    return {
        "instance": settings.instance,
        "rate_limit": f"{limit[0]}/{limit[1]:g}s" if isinstance(limit, tuple) else limit or "off",
        "latency": settings.latency,
        "read_lag": settings.read_lag,
        "frontend_lag": settings.frontend_lag,
        "migration_time": settings.migration_time,
        "max_roles": settings.max_roles,
        "max_role_sets": settings.max_role_sets,
        "fresh_defaults": settings.fresh_defaults,
        "organizations": settings.organizations,
        "slugs": settings.slugs,
        "api_keys": settings.api_keys,
        "sign_up_mode": settings.sign_up_mode,
        "unentitled": sorted(settings.unentitled),
        "contradictions": asdict(settings.contradictions),
        "faults": [shown_fault(rule) for rule in settings.faults],
        "fault_seed": settings.fault_seed,
    }


def shown_fault(rule: Fault) -> dict[str, Any]:
    defaults = asdict(Fault())
    found = {name: value for name, value in asdict(rule).items() if value != defaults[name]}
    return {**found, "headers": dict(rule.headers)} if rule.headers else found


def milliseconds(name: str, value: object) -> int:
    """A number of milliseconds, or text such as ``50ms`` or ``1.5s``."""
    if type(value) is int and 0 <= value <= MAX_TIME:
        return value
    if isinstance(value, str) and (found := _TIME.fullmatch(value)):
        return round(float(found[1]) * (1000 if found[2] == "s" else 1))
    raise ValueError(f"{name} is a number of milliseconds, or a text like 50ms or 1.5s")


def rate_limit(name: str, value: object) -> object:
    if value in ("off", None):
        return None
    if value == "real":
        return "real"
    if isinstance(value, str) and (found := _RATE.fullmatch(value)):
        return int(found[1]), float(found[2])
    raise ValueError(f"{name} is like 100/10s, or `real`, or `off`")


def fault_rules(name: str, value: object) -> tuple[Fault, ...]:
    if not isinstance(value, list):
        raise ValueError(f"{name} is a list of rules")
    return tuple(_fault(f"{name}[{index}]", rule) for index, rule in enumerate(value))


_FAULT_TYPES: dict[str, tuple[type, ...]] = {
    "path": (str,),
    "method": (str,),
    "times": (int,),
    "chance": (int, float),
    "status": (int,),
    "body": (str,),
    "content_type": (str,),
    "headers": (dict,),
    "after": (bool,),
    "broken": (str,),
    "drop": (str,),
    "truncate": (int,),
    "endless": (bool,),
    "delay": (int, float),
}


def _fault(where: str, rule: object) -> Fault:
    if not isinstance(rule, dict):
        raise ValueError(f"{where} is an object like {{path: /organizations$, status: 503}}")
    for name, value in rule.items():
        if name not in _FAULT_TYPES:
            raise ValueError(f"{where} has no `{name}`; it takes {', '.join(_FAULT_TYPES)}")
        if type(value) not in _FAULT_TYPES[name] and value is not None:
            raise ValueError(f"{where}.{name} is {_FAULT_TYPES[name][-1].__name__}")
    given = {name: value for name, value in rule.items() if value is not None}
    if "headers" in given:
        given["headers"] = tuple((str(k), str(v)) for k, v in given["headers"].items())
    try:
        return Fault(**given)
    except ValueError as exc:
        raise ValueError(f"{where}: {exc}") from exc


def _switch(name: str, value: object) -> bool:
    if not isinstance(value, bool):
        raise ValueError(f"{name} is true or false")
    return value


def _number(name: str, value: object) -> int:
    if type(value) is not int:
        raise ValueError(f"{name} is a whole number")
    return value


def _text(name: str, value: object) -> str | None:
    if value is not None and not isinstance(value, str):
        raise ValueError(f"{name} is a text")
    return value


def _features(name: str, value: object) -> frozenset[str]:
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise ValueError(f"{name} is a list of features")
    return frozenset(value)


def _choices(name: str, value: object) -> dict[str, Any]:
    known = [knob.name for knob in fields(Contradictions)]
    if not isinstance(value, dict):
        raise ValueError(f"{name} is an object with any of {', '.join(known)}")
    if odd := value.keys() - set(known):
        text = f"{name} has no `{min(map(str, odd))}`; it takes {', '.join(known)}"
        raise ValueError(text)
    return value


_READERS: dict[str, Callable[[str, object], Any]] = {
    "instance": _text,
    "rate_limit": rate_limit,
    "latency": milliseconds,
    "read_lag": milliseconds,
    "frontend_lag": milliseconds,
    "migration_time": milliseconds,
    "max_roles": _number,
    "max_role_sets": _number,
    "fresh_defaults": _switch,
    "organizations": _switch,
    "slugs": _switch,
    "api_keys": _switch,
    "sign_up_mode": _text,
    "unentitled": _features,
    "contradictions": _choices,
    "faults": fault_rules,
    "fault_seed": _number,
}
