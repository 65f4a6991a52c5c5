"""The kinds of problem about streams and sources."""

from collections.abc import Mapping

from ieum.api.problems.http_kinds import ProblemKind, Text
from ieum.api.problems.response import Problem
from ieum.api.problems.stream_name import StreamId
from ieum.delivery.blocked.operator_actions import AnotherWaits
from ieum.delivery.blocked.source_breaker import COMPARING
from ieum.delivery.sending.outbox import StreamBlocked
from ieum_contracts.address import Address

NOTHING_WAITS = ProblemKind(
    "nothing-waits",
    409,
    Text("이 흐름에는 기다리는 것이 없습니다", "Nothing waits in this stream"),
    Text(
        "다시 시도하거나 건너뛸 사건이 없습니다. `GET /v1/streams`에서 기다리는 흐름을 확인하십시오.",
        "There is no event to retry or to skip. See the streams that wait at `GET /v1/streams`.",
    ),
)
ANOTHER_NUMBER = ProblemKind(
    "another-number-waits",
    409,
    Text("이 흐름에서 기다리는 것은 다른 번호입니다", "Another number waits in this stream"),
    Text(
        "말씀하신 번호(`sequence`)가 아니라 다른 번호(`waits`)가 기다리거나 "
        "다른 까닭(`waited_for`)으로 기다리고 있어 아무것도 하지 않았습니다. "
        "다른 운영자가 먼저 처리하였을 수 있습니다. `dry_run`으로 다시 확인한 뒤 그 번호로 보내십시오.",
        "Another number (`waits`) waits than the one you named (`sequence`), or it waits for another "
        "reason (`waited_for`), so nothing was done. Another operator may have been first. Look again with "
        "`dry_run`, then send that number.",
    ),
)
HELD_ANEW = ProblemKind(
    "held-anew",
    409,
    Text("이 기관은 다른 때부터 다시 붙들려 있습니다", "This source was held again"),
    Text(
        "말씀하신 때(`held_since`)가 아니라 다른 때(`holds_since`)부터 붙들려 있어 아무것도 풀지 않았습니다. "
        "`GET /v1/sources`에서 까닭을 확인한 뒤 그 때로 보내십시오.",
        "It is held since another time (`holds_since`) than the one you named (`held_since`), "
        "so nothing was released. See why at `GET /v1/sources`, then send that time.",
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
        "The ledgers of the two agencies differ (`reason`), and an operator has to look. "
        "When the operator has compared them as docs/runbook.md says, and let the stream go on by "
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
        "The feed was restarted, for the database was recreated or restored from a backup, or `after` lies "
        "beyond its end. Read on from the value of `begin`, and leave out events whose `id` you know.",
    ),
)
STREAM_KINDS: Mapping[str, ProblemKind] = {
    kind.name: kind
    for kind in (
        NOTHING_WAITS,
        ANOTHER_NUMBER,
        NOT_HELD,
        HELD_ANEW,
        STREAM_STOPPED,
        FEED_RESTARTED,
        RESTORING,
    )
}


def another_waits(named: int | None, now: AnotherWaits) -> Problem:
    """Report what waits instead of what the operator named."""
    members = {"sequence": named, "waits": now.sequence, "waited_for": now.waited_for}
    return Problem(ANOTHER_NUMBER, members)


def unsayable(stopped: StreamBlocked, me: Address) -> Problem:
    """Report which stream is blocked, and why."""
    stream = StreamId(stopped.to, stopped.family, stopped.key).text(me)
    kind = RESTORING if stopped.reason == COMPARING else STREAM_STOPPED
    return Problem(kind, {"stream": stream, "reason": stopped.reason})
