"""The API's composition: routes, problems, middleware and documentation."""

from collections.abc import Mapping
from typing import Any

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from pydantic import TypeAdapter
from starlette.exceptions import HTTPException

from ieum.access.access_log import AccessLog
from ieum.access.route_roles import missing_rules
from ieum.api.agency import (
    cases,
    due,
    events,
    following,
    inquiries,
    journeys,
    moves,
    programmes,
    referrals,
    reports,
    room,
    to_dos,
)
from ieum.api.api_context import ApiContext
from ieum.api.docs import pages
from ieum.api.docs.openapi import serve_document
from ieum.api.http.access_check import AccessCheck
from ieum.api.http.allowed_methods import answer_http_error, methods_of, paths_of
from ieum.api.http.middleware import ApiMiddleware
from ieum.api.operators import (
    access_entries,
    accounts,
    health,
    quarantined,
    sources,
    stream_actions,
    streams,
)
from ieum.api.operators.accounts import ELEVATION_ORDER
from ieum.api.operators.sources import SOURCE_RELEASE
from ieum.api.operators.stream_actions import STREAM_ACT
from ieum.api.problems.response import Problem, answer, answer_bad_parameters
from ieum.casework.ask_orders import ASK_ORDER
from ieum.casework.decision_orders import DECISION_ORDER
from ieum.casework.follow_order import FOLLOW_ORDER
from ieum.casework.inquiry_orders import CONFIRMATION_ORDER, INQUIRY_ORDER
from ieum.casework.not_taken_in import ABANDONMENT, REPETITION
from ieum.casework.orders import (
    CASE_CLOSING,
    CASE_FOLLOW_UP,
    ELIGIBILITY_CHANGE,
    JOURNEY_PLAN,
    REFERRAL_ORDER,
    TO_DO_DONE,
)
from ieum.casework.room_order import ROOM_ORDER

VERSION = "0.1.0"

_DESCRIPTION = """
HTTP API of one agency's service: its own systems refer clients to other agencies here, decide on those that
were referred to it, and follow what happens. Wire version 0: synthetic data only.

Every call needs a bearer token (`Authorization: Bearer …`), issued for this agency, but those of health, the
documentation and the kinds of problem. Acts, and reads of client details, stand in the access log;
`Access-Reason` may say why, as a code (`client-asks`).

Every POST needs the header `Idempotency-Key`; sent again with the same key it gets the same answer and does
nothing again. Refusals are problems (RFC 9457), explained at [/problems](/problems).
"""


BODIES: Mapping[str, TypeAdapter[Any]] = {
    "ReferralOrder": REFERRAL_ORDER,
    "DecisionOrder": DECISION_ORDER,
    "AskOrder": ASK_ORDER,
    "InquiryOrder": INQUIRY_ORDER,
    "ConfirmationOrder": CONFIRMATION_ORDER,
    "EligibilityChanged": ELIGIBILITY_CHANGE,
    "FollowOrder": FOLLOW_ORDER,
    "ToDoDone": TO_DO_DONE,
    "JourneyPlan": JOURNEY_PLAN,
    "Abandonment": ABANDONMENT,
    "Repetition": REPETITION,
    "CaseClosing": CASE_CLOSING,
    "CaseFollowUp": CASE_FOLLOW_UP,
    "RoomOrder": ROOM_ORDER,
    "StreamAct": STREAM_ACT,
    "SourceRelease": SOURCE_RELEASE,
    "ElevationOrder": ELEVATION_ORDER,
}
"""Every request body, by the name of its schema in the document."""


_ROUTERS = (
    referrals.router,
    inquiries.router,
    moves.router,
    to_dos.router,
    following.router,
    journeys.router,
    cases.router,
    due.router,
    programmes.router,
    room.router,
    events.router,
    reports.router,
    streams.router,
    stream_actions.router,
    sources.router,
    quarantined.router,
    accounts.router,
    access_entries.router,
    health.router,
    pages.router,
)


def create_app(context: ApiContext) -> FastAPI:
    """Make the API of one agency; it owns no resources, and starts and stops nothing.

    Raises LookupError for a route that has no row in the table of routes and roles.
    """
    app = FastAPI(
        title=f"Ieum · {context.delivery.me.agency}",
        version=VERSION,
        description=_DESCRIPTION,
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        redirect_slashes=False,
    )
    app.state.context = context
    app.state.agency, app.state.login_url = context.delivery.me.agency, context.access.login_url
    for router in _ROUTERS:
        app.include_router(router)
    app.router.routes.append(pages.assets())
    serve_document(app, pages.OPENAPI_PATH, BODIES)
    routes = [*(route for each in _ROUTERS for route in each.routes), *app.router.routes]
    app.state.paths = paths_of(routes)
    if missing := missing_rules(methods_of(routes)):
        raise LookupError(f"No row of ieum.access.route_roles says who may call {', '.join(missing)}.")
    app.exception_handler(Problem)(answer)
    app.exception_handler(HTTPException)(answer_http_error)
    app.exception_handler(RequestValidationError)(answer_bad_parameters)
    check = AccessCheck(context.access, AccessLog(context.delivery.database))
    app.add_middleware(
        ApiMiddleware,
        registry=context.registry,
        paths=app.state.paths,
        hosts=context.hosts,
        access=check,
    )
    return app
