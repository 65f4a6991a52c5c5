"""The kinds of problem that have to do with streams and sources, and how they are told."""

from collections.abc import Mapping

from ieum.api.problems.http_kinds import ProblemKind, Text
from ieum.api.problems.response import Problem
from ieum.api.problems.stream_name import StreamId
from ieum.delivery.blocked.source_breaker import COMPARING
from ieum.delivery.sending.outbox import StreamBlocked
from ieum_contracts.address import Address

NOTHING_WAITS = ProblemKind(
    "nothing-waits",
    409,
    Text("이 흐름에는 기다리는 것이 없습니다", "Nothing waits in this stream"),
    Text(
        "다시 시도하거나 건너뛸 사건이 없습니다. `GET /v1/streams`에서 기다리는 흐름을 확인하십시오.",
        "There is no event to try again or to pass over. See the streams that wait at `GET /v1/streams`.",
    ),
)
NOT_HELD = ProblemKind(
    "not-held",
    409,
    Text("붙들려 있는 기관이 아닙니다", "This source is not held"),
    Text(
        "풀어 줄 것이 없습니다. `GET /v1/sources`에서 붙들린 기관을 확인하십시오.",
        "There is nothing to release. See the sources that are held at `GET /v1/sources`.",
    ),
)
STREAM_STOPPED = ProblemKind(
    "stream-stopped",
    409,
    Text("이 의뢰의 전달 흐름이 멈추어 있습니다", "The stream of this referral is stopped"),
    Text(
        "두 기관의 기록이 어긋나 운영자의 확인을 기다립니다(`reason`). "
        "운영자가 `docs/runbook.md`에 따라 견주어 본 뒤 "
        "`POST /v1/streams/{stream}/retry`로 다시 이으면 같은 Idempotency-Key로 보내십시오.",
        "The books of the two agencies differ (`reason`), and an operator has to look. "
        "When they have compared them as docs/runbook.md says, and let the stream go on by "
        "`POST /v1/streams/{stream}/retry`, send this again with the same Idempotency-Key.",
    ),
)
RESTORING = ProblemKind(
    "restoring",
    503,
    Text("복구한 데이터베이스를 견주는 중입니다", "A restored database is being compared"),
    Text(
        "이 기관의 데이터베이스가 백업에서 복구되어 상대 기관의 기록과 견주고 있습니다. "
        "`Retry-After`초 뒤에 같은 Idempotency-Key로 다시 보내십시오. "
        "오래 걸리면 운영자가 `GET /v1/sources`를 확인하여야 합니다.",
        "This agency's database was restored from a backup and is being compared with the other agency's. "
        "Send the request again with the same Idempotency-Key after `Retry-After` seconds. "
        "If it lasts, the operators look at `GET /v1/sources`.",
    ),
)
FEED_RESTARTED = ProblemKind(
    "feed-restarted",
    410,
    Text("이 지점은 지금의 사건 목록에 없습니다", "There is no such place in the feed"),
    Text(
        "데이터베이스가 새로 만들어졌거나 백업에서 복구되어 사건 목록이 다시 시작되었거나, "
        "`after`가 목록의 끝을 넘었습니다. "
        "`after`에 `begin`의 값을 넣어 처음부터 읽고, 이미 처리한 사건은 `id`로 거르십시오.",
        "The feed was restarted, for the database was made anew or restored from a backup, or `after` lies "
        "beyond its end. Read on from the value of `begin`, and leave out events whose `id` you know.",
    ),
)
STREAM_KINDS: Mapping[str, ProblemKind] = {
    kind.name: kind for kind in (NOTHING_WAITS, NOT_HELD, STREAM_STOPPED, FEED_RESTARTED, RESTORING)
}


def unsayable(stopped: StreamBlocked, me: Address) -> Problem:
    """Report that nothing may be said on a stream now, and which one."""
    stream = StreamId(stopped.to, stopped.family, stopped.key).text(me)
    kind = RESTORING if stopped.reason == COMPARING else STREAM_STOPPED
    return Problem(kind, {"stream": stream, "reason": stopped.reason})
