"""The kinds of problem found before any route: framing, host, origin, media type, overload."""

from collections.abc import Mapping

from ieum.api.problems.http_kinds import ProblemKind, Text

MALFORMED_REQUEST = ProblemKind(
    "malformed-request",
    400,
    Text("HTTP 요청을 읽을 수 없습니다", "The request cannot be read as HTTP/1.1"),
    Text(
        "요청의 머리 부분이나 본문의 길이가 HTTP/1.1 규격(RFC 9112)에 맞지 않거나 너무 큽니다. "
        "머리글은 64개, 32KiB까지입니다. "
        "본문의 길이는 Content-Length 하나 또는 `Transfer-Encoding: chunked`로만 알리십시오.",
        "The request's head, or the way it tells the length of its body, does not follow RFC 9112 or is too "
        "large: 64 headers and 32 KiB are taken. "
        "Tell the length by one Content-Length or by `Transfer-Encoding: chunked`.",
    ),
)
HOST_MISSING = ProblemKind(
    "host-missing",
    400,
    Text("Host 머리글이 하나가 아닙니다", "The header Host is missing or not alone"),
    Text(
        "HTTP/1.1 요청에는 Host 머리글이 꼭 하나 있어야 합니다. "
        "부르는 서비스의 이름과 포트를 적어 보내십시오.",
        "A request has exactly one header Host. Send the name and port of the service that is called.",
    ),
)
FOREIGN_ORIGIN = ProblemKind(
    "foreign-origin",
    403,
    Text("다른 사이트의 웹 페이지에서 온 요청입니다", "The request comes from another site's web page"),
    Text(
        "이 API는 다른 출처(Origin)의 웹 페이지가 부를 수 없습니다. 업무 시스템의 서버에서 부르십시오.",
        "Web pages of another origin may not call this API. Call it from the server of the agency's system.",
    ),
)
NOT_ACCEPTABLE = ProblemKind(
    "not-acceptable",
    406,
    Text("받을 수 있는 형식이 아닙니다", "No accepted media type can be given"),
    Text(
        "이 API의 답은 `application/json`이며, 통계는 `text/csv`로도 받을 수 있습니다. "
        "Accept 머리글에 넣거나 머리글을 빼고 다시 보내십시오.",
        "Answers of this API are `application/json`, those of reports also `text/csv`. "
        "Name it in the header Accept, or leave that out.",
    ),
)
MISDIRECTED = ProblemKind(
    "misdirected",
    421,
    Text("이 이름으로는 응답하지 않습니다", "This service does not answer to that name"),
    Text(
        "Host 머리글의 이름이 이 서비스에 설정되어 있지 않습니다. 설정된 이름으로 부르거나, "
        "운영자에게 IEUM_HTTP_HOSTS에 이름을 더해 달라고 하십시오.",
        "The name in the header Host is not configured for this service. Call it by a name that is, "
        "or ask its operators to add the name to IEUM_HTTP_HOSTS.",
    ),
)
OVERLOADED = ProblemKind(
    "overloaded",
    503,
    Text("지금은 요청이 너무 많습니다", "Too many requests are being served"),
    Text(
        "동시에 처리하는 요청이나 새 소식을 기다리는 요청이 한도에 이르렀습니다. "
        "`Retry-After`초 뒤에 같은 Idempotency-Key로 다시 보내십시오.",
        "As many requests as the service takes are being served, or wait for news. "
        "Send it again with the same Idempotency-Key after `Retry-After` seconds.",
    ),
)

ON_EVERY_ROUTE = (MALFORMED_REQUEST, HOST_MISSING, FOREIGN_ORIGIN, MISDIRECTED)
ON_V1_ROUTES = (NOT_ACCEPTABLE, OVERLOADED)
"""Not on health: a probe may accept anything, and no limit counts it."""

REQUEST_KINDS: Mapping[str, ProblemKind] = {kind.name: kind for kind in (*ON_EVERY_ROUTE, *ON_V1_ROUTES)}
