"""Requests that lead nowhere: what of the Backend API the sandbox lacks, and what nobody has."""

import re

from clerkform.sandbox import errors
from clerkform.sandbox.errors import Problem, Refusal
from clerkform.sandbox.operation import METHODS

# Groups of the API. What of them the sandbox answers does not come here.
_ELSEWHERE = re.compile(
    "/v1/(accountless_applications|actor_tokens|admin_portal_link_tokens|agents|audit_logs"
    "|aws_credentials|beta_features|billing|clients|directories|email_addresses"
    "|enterprise_connections|instance|invitations|m2m_tokens|machine_tokens|machines"
    "|oauth_applications|organization_domains"
    "|organizations|phone_numbers|platform"
    "|public|saml_connections|scim_directories|sessions|sign_in_tokens"
    "|sign_ups|templates|testing_tokens|users|waitlist_entries|webhooks)(/[^/]+)*"
)


def no_operation(method: str, path: str, *, is_written: bool) -> Refusal:
    """``is_written`` says that the path is one of the sandbox's for some other method."""
    # What can be written and not read, like /instance/restrictions, answers so in reality.
    if method not in METHODS or (method == "GET" and is_written):
        text = f"The method {method} is not allowed."
        return Refusal(405, Problem("method_not_allowed", "method not allowed", text))
    if _ELSEWHERE.fullmatch(path):
        text = f"The sandbox does not implement {method} {path}."
        return Refusal(501, Problem("not_implemented", "not implemented in the sandbox", text))
    return errors.not_found(f"The API has no {method} {path}.")
