"""Own permissions: every act of the console, whether one may do it, and why not."""

from dataclasses import dataclass

from starlette.responses import Response

from ieum.web.translation import marked
from ieum_console.pages.console_roles import ACTING, AUDITING, EVERYBODY, ROLE_WORDS, ConsoleRole
from ieum_console.pages.page_call import PageCall


@dataclass(frozen=True, slots=True)
class Permission:
    """Something that can be done here, and by whom."""

    words: str
    roles: frozenset[ConsoleRole]


PERMISSIONS = (
    Permission(
        marked("See how it flows, every referral's way, agencies, assurance and contracts"), EVERYBODY
    ),
    Permission(marked("Download lists as CSV, and a referral's bundle and film"), EVERYBODY),
    Permission(marked("See what waits, and what can be done about it"), EVERYBODY),
    Permission(marked("Ask an agency's service whether it is ready"), ACTING),
    Permission(marked("Retry what waits, alone or as an operation"), ACTING),
    Permission(marked("Skip what cannot be applied, alone or as an operation"), ACTING),
    Permission(marked("Approve an operation of somebody else"), ACTING),
    Permission(marked("Read the audit, check its chain, sign a month off"), AUDITING),
)


async def own_permissions(call: PageCall) -> Response:
    """Show what one may do here."""
    return call.page(
        "me.html",
        permissions=PERMISSIONS,
        role_words=ROLE_WORDS,
        own_agency=call.person.agency,
    )
