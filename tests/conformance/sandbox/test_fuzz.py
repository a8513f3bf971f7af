"""schemathesis draws requests from Clerk's document, right and wrong ones, for a served sandbox."""

from itertools import count

import httpx
import hypothesis.strategies as st
import pytest
from hypothesis import HealthCheck, given, settings

from clerkform.model.op import filled
from clerkform.sandbox.routes import operations
from tests.conformance.sandbox.client import named
from tests.conformance.sandbox.deviations import amended
from tests.paths import unnamed
from tests.samples import SAMPLED, SAMPLES, is_sampled
from tests.shell import PATIENCE

schemathesis = pytest.importorskip("schemathesis")
requests = pytest.importorskip("requests")  # schemathesis sends by it
DOCUMENTED = {
    f"{operation.method} {operation.path}": operation
    for operation in operations()
    if "." not in operation.path  # /.well-known is no path of the Backend API
    and is_sampled(operation.path)
}
checks = pytest.importorskip("schemathesis.specs.openapi.checks")
CHECKS = [
    schemathesis.checks.not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_headers_conformance,
    checks.response_schema_conformance,
]
_names = count()


@pytest.fixture(scope="module")
def described(newest):
    """schemathesis's operations by ours."""
    paths = {
        operation: next(
            path for pattern, path in newest.paths.items() if pattern.fullmatch(operation.path)
        )
        for operation in DOCUMENTED.values()
    }
    wanted = {(operation.method, path) for operation, path in paths.items()}
    schema = schemathesis.openapi.from_dict(amended(newest.document, wanted))
    found = {
        (op.method.upper(), op.path): op for op in (r.ok() for r in schema.get_all_operations())
    }
    return {named(operation): found[operation.method, path] for operation, path in paths.items()}


class Known:
    """One of each kind in an instance of its own, so that requests are not all about nothing."""

    def __init__(self, http):
        self._http = http
        user = self._make("/users", username=f"user{next(_names)}")
        users = {"USER": user, "OTHER": self._make("/users", username=f"user{next(_names)}")}
        self.in_path = {"/users/": user}
        """By the path of the list that they are in."""
        for kind in (one for one in SAMPLED if one.endpoints.create):
            path = unnamed(kind.endpoints.create.path)
            self.in_path[path] = self._make_sample(kind, users)
        if "POST /sessions" in DOCUMENTED:
            self.in_path["/sessions/"] = self._make("/sessions", user_id=user)
        organization = self.in_path["/organizations/"]
        self.in_any_path = {
            "template_name": SAMPLES["jwt_templates"].body["name"],
            "organization_id": organization,
            "user_id": user,
            "organization_role_id": self.in_path["/organization_roles/"],
            "permission_id": self._permission(),
            "role_set_key_or_id": self.in_path["/role_sets/"],
            "invitation_id": self._make(
                f"/organizations/{organization}/invitations",
                email_address="eve@x.example",
                role="org:member",
            ),
        }
        self.in_body = {
            "subject": user,
            "created_by": user,
            "user_id": user,
            "active_organization_id": organization,
            "role": "org:member",
            "inviter_user_id": user,
            "requesting_user_id": user,
            "domain_id": self.in_path["/domains/"],
            "default_role_key": "org:member",
            "creator_role_key": "org:admin",
            "role_key": "org:member",
            "to_role_key": "org:admin",
            "dest_role_set_key": "role_set:default",
        }

    def _make_sample(self, kind, users):
        sent = SAMPLES[kind.name].body
        body = {
            name: users.get(value, value) if isinstance(value, str) else value
            for name, value in sent.items()
        }
        owners = {f.name: f.traits.ref.kind for f in kind.identity if f.traits.ref}
        known = {name: self.in_path.get(f"/{of}/", "") for name, of in owners.items()}
        return self._make(filled(kind.endpoints.create.path, known), **body)

    def _make(self, path, **body):
        response = self._http.post(path, json=body)
        response.raise_for_status()
        return response.json()["id"]

    def _permission(self):
        (admin,) = self._http.get("/organization_roles?query=org:admin").json()["data"]
        return admin["permissions"][0]["id"]

    def put_into(self, case):
        """``case`` about what is there."""
        top = f"/{case.path.split('/')[1]}/"
        for name in case.path_parameters:
            above = unnamed(case.path.partition(f"/{{{name}}}")[0])
            known = self.in_any_path.get(name) or self.in_path.get(above) or self.in_path[top]
            case.path_parameters = {**case.path_parameters, name: known}
        case.body = self._about(case.body)

    def _about(self, body):
        if isinstance(body, list):
            return [self._about(item) for item in body]
        if not isinstance(body, dict):
            return body
        return {
            name: self.in_body.get(name, value) if isinstance(value, str) else value
            for name, value in body.items()
        }


def cases(operation):
    """What the document allows and, where there is something to get wrong, what it does not."""
    right = operation.as_strategy(generation_mode=schemathesis.GenerationMode.POSITIVE)
    if operation.body or any(operation.iter_parameters()):
        return right | operation.as_strategy(generation_mode=schemathesis.GenerationMode.NEGATIVE)
    return right


@pytest.mark.parametrize("name", sorted({named(operation) for operation in DOCUMENTED.values()}))
def test_no_request_leads_out_of_the_document(server, described, name):
    headers = {"Authorization": f"Bearer sk_test_fuzz{next(_names)}"}
    headers["Clerk-API-Version"] = "2026-05-12"
    with httpx.Client(base_url=server.url, headers=headers, timeout=PATIENCE) as http:
        known = Known(http)

    @settings(
        max_examples=30,
        derandomize=True,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(case=cases(described[name]), is_known=st.booleans())
    def send(case, is_known):
        if is_known:
            known.put_into(case)
        case.call_and_validate(server.url, session, headers, checks=CHECKS)

    with requests.Session() as session:
        send()
