"""What JWT templates give to the tests that run over all kinds."""

from __future__ import annotations

from hypothesis import strategies as st

from tests.conformance.sandbox.cases import (
    CLAIMS,
    UNKNOWN,
    Exercise,
    Refused,
    Trip,
    not_there,
    plain,
    twice,
    unentitled,
)
from tests.conformance.sandbox.client import Client
from tests.drawn_values import RESERVED, json_objects, names
from tests.faults.objects import SIGNED, ident, template
from tests.foresight.entries import GONE, Entry, Met, Seen
from tests.kinds import Faults, KindSample, Life, Many, Requests

_TEMPLATE = {
    "name": "api",
    "claims": CLAIMS,
    "lifetime": 315360000,
    "allowed_clock_skew": 300,
    "custom_signing_key": True,
    "signing_algorithm": "HS512",
    "signing_key": "k" * 64,
}
_KEY = {"signing_key": "the server never answers it"}


def list_templates(client: Client) -> None:
    made = [client.make("/jwt_templates", name=name, claims={})["id"] for name in "abc"]
    assert [template.id for template in client.clerk.jwt_templates.list()] == made[::-1]
    page = client.clerk.jwt_templates.list(limit=1, offset=1, paginated=False)
    assert [template.name for template in page] == ["b"]


def create_template(client: Client) -> None:
    made = client.clerk.jwt_templates.create(
        request={"name": "api", "claims": {}, "lifetime": 30, "allowed_clock_skew": 0}
    )
    assert (made.name, made.lifetime, made.allowed_clock_skew) == ("api", 30, 0)
    assert (made.custom_signing_key, made.signing_algorithm) == (False, "RS256")
    assert made.id.startswith("jtmp_")


def get_template(client: Client) -> None:
    made = client.make("/jwt_templates", name="api", claims={})
    got = client.clerk.jwt_templates.get(template_id=made["id"])
    assert plain(got) == {**made, "claims": {}}


def update_template(client: Client) -> None:
    made = client.make("/jwt_templates", name="api", claims={}, lifetime=90)
    changed = client.clerk.jwt_templates.update(
        template_id=made["id"],
        name="web",
        claims={},
        custom_signing_key=True,
        signing_algorithm="HS256",
        signing_key="k" * 32,
    )
    assert (changed.id, changed.name, changed.lifetime) == (made["id"], "web", 60)
    assert (changed.custom_signing_key, changed.signing_algorithm) == (True, "HS256")


def delete_template(client: Client) -> None:
    made = client.make("/jwt_templates", name="api", claims={})
    gone = client.clerk.jwt_templates.delete(template_id=made["id"])
    assert (gone.object, gone.id, gone.deleted) == ("jwt_template", made["id"], True)


EXERCISES: dict[str, Exercise] = {
    "GET /jwt_templates": list_templates,
    "POST /jwt_templates": create_template,
    "GET /jwt_templates/{}": get_template,
    "PATCH /jwt_templates/{}": update_template,
    "DELETE /jwt_templates/{}": delete_template,
}

TRIPS = {
    "POST /jwt_templates": Trip(_TEMPLATE, hidden=_KEY),
    "PATCH /jwt_templates/{}": Trip(
        {**_TEMPLATE, "name": "web", "lifetime": 30, "allowed_clock_skew": 0},
        hidden=_KEY,
        make="POST /jwt_templates",
    ),
}

REFUSED: dict[tuple[str, int], Refused] = {
    ("POST /jwt_templates", 400): Refused(
        "jwt_template_reserved_claim",
        # The SDK drops the claims, and with them what is wrong about these.
        lambda c: c.send("POST", "/jwt_templates", {"name": "api", "claims": {"sub": "x"}}),
    ),
    ("POST /jwt_templates", 402): unentitled(create_template, "jwt_templates"),
    ("POST /jwt_templates", 422): Refused(
        "form_identifier_exists",
        twice(
            lambda c, body: c.clerk.jwt_templates.create(request=body),
            {"name": "api", "claims": {}},
        ),
    ),
    ("GET /jwt_templates/{}", 404): not_there(
        lambda c: c.clerk.jwt_templates.get(template_id="jtmp_" + UNKNOWN)
    ),
    ("PATCH /jwt_templates/{}", 400): Refused(
        "jwt_template_reserved_claim",
        lambda c: c.send(
            "PATCH",
            f"/jwt_templates/{c.make('/jwt_templates', name='api', claims={})['id']}",
            {"name": "api", "claims": {"exp": 1}},
        ),
    ),
    ("PATCH /jwt_templates/{}", 402): unentitled(
        lambda c: c.clerk.jwt_templates.update(
            template_id="jtmp_" + UNKNOWN, name="api", claims={}
        ),
        "jwt_templates",
    ),
    ("PATCH /jwt_templates/{}", 422): Refused(
        "form_param_value_too_large",
        lambda c: c.clerk.jwt_templates.update(
            template_id=c.make("/jwt_templates", name="api", claims={})["id"],
            name="api",
            claims={},
            allowed_clock_skew=301,
        ),
    ),
    ("DELETE /jwt_templates/{}", 404): not_there(
        lambda c: c.clerk.jwt_templates.delete(template_id="jtmp_" + UNKNOWN)
    ),
}

FORESEEN: dict[str, list[Entry]] = {
    "known_algorithm form_param_value_invalid": [
        Seen(
            "jwt_templates: [{name: a, claims: {}, signing_algorithm: HS257,"
            " signing_key: {from_env: KEY}}]\n",
            "unknown-algorithm",
        )
    ],
    "get resource_not_found": [GONE],
    "checked form_identifier_exists": [
        Met("jwt_templates: [{name: a, claims: {}}]\n", "jwt_templates: [{name: a, claims: {}}]\n")
    ],
    "missing_key_parts form_conditional_param_missing": [
        Seen(
            "jwt_templates: [{name: a, claims: {}, signing_key: {from_env: KEY}}]\n",
            "needed-to-create",
            "plan",
        )
    ],
    "unusable_key form_param_value_invalid": [
        Seen(
            "jwt_templates: [{name: a, claims: {}, signing_algorithm: RS256,"
            " signing_key: {from_env: KEY}}]\n",
            "key-unreadable",
        )
    ],
    "reserved_claim jwt_template_reserved_claim": [
        Seen("jwt_templates: [{name: a, claims: {sub: x}}]\n", "reserved-claim")
    ],
}

LIFE = Life(
    listed=lambda clerk: clerk.jwt_templates.list(limit=500),
    key=lambda one: one.name,
    made="{name: convex, claims: {aud: convex}, lifetime: 90, allowed_clock_skew: 10}",
    shows={"lifetime": 90, "allowed_clock_skew": 10, "custom_signing_key": False},
    changed="{name: convex, signing_algorithm: HS256, signing_key: {from_env: JWT_KEY}}",
    changed_shows={"lifetime": 90, "custom_signing_key": True, "signing_algorithm": "HS256"},
    renamed="{name: hasura, lifecycle: {renamed_from: convex}}",
    renamed_to="hasura",
    by_hand=lambda clerk: clerk.jwt_templates.create(
        request={"name": "convex", "claims": {}, "lifetime": 3600}
    ),
    other=lambda clerk: clerk.jwt_templates.create(request={"name": "other", "claims": {}}),
    absent="{name: convex, absent: true}",
)

REQUESTS = Requests(
    created="""\
jwt_templates:
  - name: plain
    claims: {aud: convex, deep: {list: [1, null, "{{user.id}}"]}}
    lifetime: 90
    allowed_clock_skew: 10
  - name: own-key
    claims: {role: authenticated}
    signing_algorithm: HS256
    signing_key: {from_env: JWT_KEY}
""",
    changed="""\
jwt_templates:
  - name: renamed
    lifecycle: {renamed_from: plain}
    claims: {aud: null}
    lifetime: 30
    allowed_clock_skew: 0
    signing_algorithm: HS256
    signing_key: {from_env: JWT_KEY}
  - {name: own-key, signing_key: null}
""",
    removed="""\
jwt_templates: [{name: renamed, absent: true}, {name: own-key, absent: true}]
""",
    lost="{name: t, claims: {}}",
)

FAULTS = Faults(
    manifest="""\
jwt_templates:
  - {name: made, lifetime: 90, claims: {aud: made}}
  - name: made-signed
    signing_algorithm: HS256
    signing_key: {from_env: TEMPLATE_SIGNING_KEY}
    claims: {aud: made-signed}
  - name: edited
    lifetime: 300
    claims: {aud: edited, role: "{{org.role}}"}
  - name: edited-signed
    lifetime: 120
    signing_algorithm: HS256
    signing_key: {from_env: TEMPLATE_SIGNING_KEY}
  - {name: renamed, lifetime: 60, lifecycle: {renamed_from: former}}
  - {name: same, lifetime: 60}
  - {name: gone, absent: true}
""",
    seed=[
        template("edited", lifetime=60, allowed_clock_skew=10),
        template("edited-signed".replace("-", "_")) | SIGNED | {"name": "edited-signed"},
        template("former"),
        template("same"),
        template("gone"),
        template("bystander", lifetime=77),
        template("bystander_signed", **SIGNED),
    ],
    touched=frozenset(
        ident("jtmp", word) for word in ("edited", "edited_signed", "former", "gone")
    ),
    # Where an answer does not say that there is a key, the declared one counts as another.
    allowed=("--allow-lockout jwt_templates/edited-signed",),
)

SAMPLE = KindSample(
    life=LIFE,
    requests=REQUESTS,
    faults=FAULTS,
    exercises=EXERCISES,
    trips=TRIPS,
    refused=REFUSED,
    foreseen=FORESEEN,
    body={"name": "t", "claims": {}},
    many=Many({"name": "t-{}"}, "{name: t-{}}"),
    never={
        (
            "DELETE /jwt_templates/{}",
            403,
        ): "the session token's template, which alone refuses, is no object of the sandbox",
    },
    not_declared={"custom_signing_key": "true exactly where there is a `signing_key`"},
    both_shapes=True,
    served={
        "claims": json_objects.map(
            lambda claims: {key: value for key, value in claims.items() if key not in RESERVED}
        ),
        "name": names,
        "signing_algorithm": st.sampled_from(["HS256", "HS384"]),
    },
    unbounded={"signing_key": "a secret that is empty is an error of its own"},
)
