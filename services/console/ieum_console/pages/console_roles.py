"""Roles at the console, and what each may do; the agencies' own APIs decide again, by the same token."""

from enum import StrEnum

from ieum.web.translation import marked
from ieum.web.web_sessions import Person


class ConsoleRole(StrEnum):
    """What somebody is at the console."""

    VIEWER = "viewer"
    OPERATOR = "operator"
    AGENCY_OPERATOR = "agency-operator"
    AUDITOR = "auditor"
    ADMIN = "admin"


EVERYBODY = frozenset(ConsoleRole)
ACTING = frozenset({ConsoleRole.OPERATOR, ConsoleRole.AGENCY_OPERATOR, ConsoleRole.ADMIN})
AUDITING = frozenset({ConsoleRole.AUDITOR, ConsoleRole.ADMIN})

ROLE_WORDS = {
    ConsoleRole.VIEWER: marked("Viewer"),
    ConsoleRole.OPERATOR: marked("Operator of the centre"),
    ConsoleRole.AGENCY_OPERATOR: marked("Operator of one agency"),
    ConsoleRole.AUDITOR: marked("Auditor"),
    ConsoleRole.ADMIN: marked("Administrator"),
}


def roles_of(person: Person) -> frozenset[ConsoleRole]:
    """Return somebody's roles; an operator for whom the issuer names an agency is that agency's alone."""
    named = {each for each in ConsoleRole if each.value in person.roles}
    if ConsoleRole.OPERATOR in named and person.agency is not None:
        named = named - {ConsoleRole.OPERATOR} | {ConsoleRole.AGENCY_OPERATOR}
    return frozenset(named)


def may_act_at(person: Person, agency: str) -> bool:
    """Whether somebody may act on what waits at an agency."""
    roles = roles_of(person)
    if roles & {ConsoleRole.OPERATOR, ConsoleRole.ADMIN}:
        return True
    return ConsoleRole.AGENCY_OPERATOR in roles and person.agency == agency
