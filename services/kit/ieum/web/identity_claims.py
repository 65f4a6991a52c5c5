"""Who somebody is, by the claims of an identity token that was checked."""

from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

from ieum.web.web_sessions import Person

TOKEN_SECONDS_DEFAULT, TOKEN_SECONDS_MAX = 300, 86_400
LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


def person_of(claims: Mapping[str, Any], answer: Mapping[str, Any]) -> Person:
    """Return who signed in, by the checked claims and the answer that came with them."""
    now = datetime.now(UTC)
    roles, agency = claims.get("roles"), claims.get("agency")
    lasts = answer.get("expires_in")
    seconds = max(0, min(lasts, TOKEN_SECONDS_MAX)) if isinstance(lasts, int) else TOKEN_SECONDS_DEFAULT
    return Person(
        subject=str(claims["sub"]),
        name=str(claims.get("name") or claims["sub"]),
        roles=frozenset(map(str, roles)) if isinstance(roles, list) else frozenset(),
        agency=_one_agency(agency),
        token=str(answer.get("access_token", "")),
        token_expires_at=now + timedelta(seconds=seconds),
        authenticated_at=_moment(claims.get("auth_time")),
    )


def _moment(said: object) -> datetime:
    """Return when somebody proved who they are; LONG_AGO where the issuer does not tell, or no time."""
    with suppress(OverflowError, ValueError, OSError):
        if isinstance(said, int | float):
            return datetime.fromtimestamp(said, UTC)
    return LONG_AGO


def _one_agency(named: object) -> str | None:
    """Return the one agency that is named, None where none is; of several it is no agency that there is."""
    listed = named if isinstance(named, list) else [named]
    if named is None or not listed:
        return None
    return listed[0] if len(listed) == 1 and isinstance(listed[0], str) else ""
