"""The kinds of problem about who calls: no valid token, no such role, no elevation, too many calls."""

from collections.abc import Mapping

from ieum.api.problems.http_kinds import ProblemKind, Text

NOT_AUTHENTICATED = ProblemKind(
    "not-authenticated",
    401,
    Text("로그인하지 않았거나 토큰이 유효하지 않습니다", "There is no token, or it is not valid"),
    Text(
        "`Authorization: Bearer` 머리글에 이 기관을 위해 발급된 유효한 토큰을 넣어 다시 보내십시오. "
        "토큰은 만료되었거나, 다른 기관이나 다른 발급자의 것이거나, 서명이 맞지 않을 수 있습니다.",
        "Send a valid token, issued for this agency, in the header `Authorization: Bearer`. The one that was "
        "sent may have expired, be another agency's or another issuer's, or not be signed by its key.",
    ),
)
ROLE = ProblemKind(
    "role",
    403,
    Text("이 역할로는 할 수 없습니다", "This role may not do that"),
    Text(
        "토큰에 있는 역할(`roles`)로는 이 경로를 쓸 수 없습니다. `GET /v1/me`에서 역할을 확인하고, "
        "맡은 일에 필요하면 기관의 관리자에게 역할을 요청하십시오.",
        "The roles in the token do not allow this route. See them at `GET /v1/me`, and ask the agency's "
        "administrator for the role that the work needs.",
    ),
)
ELEVATION = ProblemKind(
    "elevation",
    403,
    Text("한시적 권한 상승이 필요합니다", "This needs a time-limited elevation"),
    Text(
        "되돌릴 수 없는 일입니다. `POST /v1/elevations`에 사유를 적어 한 시간 동안 권한을 올린 뒤 "
        "다시 보내십시오.",
        "What is discarded does not come back. Elevate yourself for an hour, with a reason, by "
        "`POST /v1/elevations`, then send this again.",
    ),
)
TOO_MANY = ProblemKind(
    "too-many-requests",
    429,
    Text("요청이 너무 잦습니다", "Too many requests"),
    Text(
        "이 계정의 요청이나 이 주소에서 온 잘못된 토큰이 한도를 넘었습니다. "
        "`Retry-After`초 뒤에 다시 보내십시오.",
        "The requests of this account, or the wrong tokens from this address, are over the limit. "
        "Send it again after `Retry-After` seconds.",
    ),
)
CALLING = (NOT_AUTHENTICATED, ROLE, TOO_MANY)
"""On every route but health."""
ACCESS_KINDS: Mapping[str, ProblemKind] = {
    kind.name: kind for kind in (NOT_AUTHENTICATED, ROLE, ELEVATION, TOO_MANY)
}
