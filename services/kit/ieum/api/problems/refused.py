"""A refusal of casework as a problem document."""

from ieum.api.problems.field_errors import BODY, ERRORS_MAX, FieldError, pointer
from ieum.api.problems.http_kinds import NOT_FOUND, VALIDATION
from ieum.api.problems.referral_kinds import GUARD_KINDS, STALE
from ieum.api.problems.response import Problem
from ieum.casework.refusals import Guard, Refusal


def refused(refusal: Refusal) -> Problem:
    """Report a refusal by casework: nothing has changed."""
    if refusal.guard is Guard.TIME:
        errors = [FieldError(BODY, _pointer(place), fault) for place, fault in refusal.faults[:ERRORS_MAX]]
        return Problem(VALIDATION, {"errors": errors})
    if refusal.guard is Guard.NOT_FOUND:
        return Problem(NOT_FOUND)
    members = {
        "reason": refusal.reason,
        "state": refusal.state,
        "allowed": refusal.allowed if refusal.state or refusal.allowed else None,
        "referral": refusal.referral,
        "ask": refusal.ask,
        "ask_type": refusal.ask_type,
        "errors": [FieldError(BODY, _pointer(each), "identifier") for each in refusal.fields] or None,
    }
    members = {name: value for name, value in members.items() if value is not None}
    if refusal.version is None:
        return Problem(GUARD_KINDS[refusal.guard], members)
    return Problem(STALE, {"version": refusal.version}, {"etag": f'"{refusal.version}"'})


def _pointer(place: str) -> str:
    return "" if place == "body" else pointer(place.split("."))
