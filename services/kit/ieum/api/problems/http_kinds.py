"""The kinds of problem of any HTTP request: one stable type each, explained in Korean and English."""

from collections.abc import Mapping
from dataclasses import dataclass

TYPE_PREFIX = "urn:ieum:problem:"


@dataclass(frozen=True, slots=True)
class Text:
    """One text in the two languages of the centre."""

    ko: str
    en: str


@dataclass(frozen=True, slots=True)
class ProblemKind:
    """One kind of problem; `name` never changes once published, the texts may."""

    name: str
    status: int
    title: Text
    detail: Text  # whole sentences: what is wrong, then the next step

    @property
    def type(self) -> str:
        """The `type` member of RFC 9457."""
        return TYPE_PREFIX + self.name


# ruff: noqa: RUF001 - Korean punctuation is meant as written


MALFORMED_JSON = ProblemKind(
    "malformed-json",
    400,
    Text("JSON 형식이 아닙니다", "The body is not JSON"),
    Text(
        "요청 본문을 JSON으로 읽을 수 없습니다. UTF-8로 된 JSON 객체 하나를 보내십시오.",
        "The request's body cannot be read as JSON. Send one JSON object in UTF-8.",
    ),
)
KEY_MISSING = ProblemKind(
    "idempotency-key-missing",
    400,
    Text("쓸 수 있는 Idempotency-Key 머리글이 없습니다", "There is no usable header Idempotency-Key"),
    Text(
        "모든 POST 요청에는 Idempotency-Key 머리글(인쇄 가능한 ASCII 8–128자)이 필요합니다. "
        "업무 하나마다 새 UUID를 만들고, 다시 보낼 때는 같은 값을 쓰십시오.",
        "Every POST needs the header Idempotency-Key (8 to 128 printable ASCII characters). "
        "Make a new UUID for each piece of work and use the same one when sending it again.",
    ),
)
QUERY = ProblemKind(
    "query",
    400,
    Text("조회 조건이 올바르지 않습니다", "A query parameter is not valid"),
    Text(
        "`errors`에 적힌 조회 조건이나 경로, 머리글을 고쳐 다시 보내십시오. 커서는 받은 그대로 쓰십시오.",
        "Correct the parameters, path or headers named in `errors` and send the request again. "
        "Use cursors exactly as they were given.",
    ),
)
OWNER = ProblemKind(
    "owner",
    403,
    Text("이 기관이 할 수 있는 일이 아닙니다", "This move is not this agency's"),
    Text(
        "결정은 접수기관만, 요청은 의뢰기관만, 여정 계획은 주관기관만 할 수 있습니다. 의뢰나 여정을 조회하여 "
        "이 기관의 역할(`role`)과 주관기관(`lead`)을 확인하십시오.",
        "Only the recipient decides, only the sender asks, and only the lead agency plans a journey. "
        "Read the referral to see this agency's `role`, or the journey to see its `lead`.",
    ),
)
NOT_FOUND = ProblemKind(
    "not-found",
    404,
    Text("찾을 수 없습니다", "Not found"),
    Text(
        "이 주소에는 아무것도 없습니다. 식별자와 경로를 확인하십시오.",
        "There is nothing at this address. Check the id and the path.",
    ),
)
METHOD = ProblemKind(
    "method",
    405,
    Text("허용되지 않는 메서드입니다", "The method is not allowed here"),
    Text(
        "`Allow` 머리글에 적힌 메서드를 쓰십시오.",
        "Use one of the methods named in the header `Allow`.",
    ),
)
SLOW = ProblemKind(
    "slow-body",
    408,
    Text("본문이 제때 오지 않았습니다", "The body did not arrive in time"),
    Text(
        "요청 본문이 10초 안에 다 오지 않았습니다. 같은 Idempotency-Key로 다시 보내십시오.",
        "The request's body did not arrive within 10 seconds. Send it again with the same Idempotency-Key.",
    ),
)
TOO_LARGE = ProblemKind(
    "too-large",
    413,
    Text("본문이 너무 큽니다", "The body is too large"),
    Text(
        "요청 본문은 256KiB까지입니다. 첨부 문서를 빼고 코드와 짧은 글만 보내십시오.",
        "A request's body may have 256 KiB. Leave documents out and send codes and short texts only.",
    ),
)
MEDIA_TYPE = ProblemKind(
    "media-type",
    415,
    Text("지원하지 않는 형식입니다", "The media type is not supported"),
    Text(
        "압축하지 않은 `application/json` 본문을 보내십시오.",
        "Send the body uncompressed, as `application/json`.",
    ),
)
VALIDATION = ProblemKind(
    "validation",
    422,
    Text("본문이 규격에 맞지 않습니다", "The body does not fit the contract"),
    Text(
        "`errors`에 적힌 항목을 규격에 맞게 고치십시오. 규격에 없는 항목은 받지 않습니다.",
        "Correct the fields named in `errors`. Fields that the contract does not have are refused.",
    ),
)
KEY_REUSED = ProblemKind(
    "idempotency-key-reused",
    422,
    Text("같은 Idempotency-Key가 다른 요청에 쓰였습니다", "The Idempotency-Key belongs to another request"),
    Text(
        "이 Idempotency-Key로 이미 다른 요청을 처리했습니다. 새 업무에는 새 키를 쓰십시오.",
        "Another request was carried out under this Idempotency-Key. Use a new key for new work.",
    ),
)
INTERNAL = ProblemKind(
    "internal",
    500,
    Text("서비스 오류입니다", "The service failed"),
    Text(
        "같은 Idempotency-Key로 한 번 다시 보내십시오. 업무는 한 번만 처리됩니다. "
        "되풀이되면 `instance`를 운영자에게 알리십시오.",
        "Send the request once more with the same Idempotency-Key: the work is done at most once. "
        "If it fails again, tell the operators the `instance`.",
    ),
)
UNAVAILABLE = ProblemKind(
    "unavailable",
    503,
    Text("지금은 처리할 수 없습니다", "The request cannot be served now"),
    Text(
        "데이터베이스에 닿지 않거나, 시작한 지 얼마 되지 않아 프로그램 목록을 아직 읽지 못했거나, "
        "토큰 발급자의 공개 키를 읽지 못했습니다. "
        "`Retry-After`초 뒤에 같은 Idempotency-Key로 다시 보내십시오.",
        "The database cannot be reached, the service has just started and has not read the centre's "
        "programmes yet, or the keys of the tokens' issuer cannot be read. Send it again with the same "
        "Idempotency-Key after `Retry-After` seconds.",
    ),
)

_HTTP_KINDS = (
    MALFORMED_JSON,
    KEY_MISSING,
    QUERY,
    OWNER,
    NOT_FOUND,
    METHOD,
    SLOW,
    TOO_LARGE,
    MEDIA_TYPE,
    VALIDATION,
    KEY_REUSED,
    INTERNAL,
    UNAVAILABLE,
)
HTTP_KINDS: Mapping[str, ProblemKind] = {kind.name: kind for kind in _HTTP_KINDS}
