"""The table of routes and roles: every address of the console, who may use it, and what answers."""

from collections.abc import Sequence
from dataclasses import dataclass

from ieum_console.pages.agencies_page import agencies, edges_csv, try_connection
from ieum_console.pages.assurance_page import assurance, assurance_csv
from ieum_console.pages.audit_page import audit, audit_csv, review_month
from ieum_console.pages.console_roles import ACTING, AUDITING, EVERYBODY, ConsoleRole
from ieum_console.pages.contracts_page import contracts, contracts_csv
from ieum_console.pages.film_page import film, film_file
from ieum_console.pages.operation_page import change_operation, operation, operation_csv
from ieum_console.pages.overview_page import overview
from ieum_console.pages.own_permissions_page import own_permissions
from ieum_console.pages.page_call import Handler
from ieum_console.pages.referral_page import referral, referral_bundle
from ieum_console.pages.referrals_page import referrals, referrals_csv
from ieum_console.pages.saved_filters_form import keep_filter
from ieum_console.pages.troubles_page import note_trouble, prepare_operation, troubles, troubles_csv


@dataclass(frozen=True, slots=True)
class PageRoute:
    """One address: its method and path, the roles that may use it, and its handler."""

    method: str
    path: str
    handler: Handler
    roles: frozenset[ConsoleRole]


ROUTES: Sequence[PageRoute] = (
    PageRoute("GET", "/", overview, EVERYBODY),
    PageRoute("GET", "/referrals", referrals, EVERYBODY),
    PageRoute("GET", "/referrals.csv", referrals_csv, EVERYBODY),
    PageRoute("POST", "/referrals/saved", keep_filter, EVERYBODY),
    PageRoute("GET", "/referrals/{referral}", referral, EVERYBODY),
    PageRoute("GET", "/referrals/{referral}/bundle.json", referral_bundle, EVERYBODY),
    PageRoute("GET", "/referrals/{referral}/film", film, EVERYBODY),
    PageRoute("GET", "/referrals/{referral}/film.html", film_file, EVERYBODY),
    PageRoute("GET", "/agencies", agencies, EVERYBODY),
    PageRoute("GET", "/agencies.csv", edges_csv, EVERYBODY),
    PageRoute("POST", "/agencies/test", try_connection, ACTING),
    PageRoute("GET", "/troubles", troubles, EVERYBODY),
    PageRoute("GET", "/troubles.csv", troubles_csv, EVERYBODY),
    PageRoute("POST", "/troubles/prepare", prepare_operation, ACTING),
    PageRoute("POST", "/troubles/note", note_trouble, ACTING),
    PageRoute("GET", "/operations/{operation}", operation, EVERYBODY),
    PageRoute("POST", "/operations/{operation}", change_operation, ACTING),
    PageRoute("GET", "/operations/{operation}/report.csv", operation_csv, EVERYBODY),
    PageRoute("GET", "/assurance", assurance, EVERYBODY),
    PageRoute("GET", "/assurance.csv", assurance_csv, EVERYBODY),
    PageRoute("GET", "/contracts", contracts, EVERYBODY),
    PageRoute("GET", "/contracts.csv", contracts_csv, EVERYBODY),
    PageRoute("GET", "/audit", audit, AUDITING),
    PageRoute("GET", "/audit.csv", audit_csv, AUDITING),
    PageRoute("POST", "/audit/review", review_month, AUDITING),
    PageRoute("GET", "/me", own_permissions, EVERYBODY),
)
OPEN_PATHS = frozenset(
    {
        "/sign-in",
        "/sign-in/callback",
        "/signed-out",
        "/sign-out",
        "/preferences",
        "/health/live",
        "/static/{name}",
    }
)
"""Addresses that need no session; nothing of the centre is said there."""
LIVE_PATH = "/live"
