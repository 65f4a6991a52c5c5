"""What the words of the reports mean, in Korean and English; each report carries those that it uses."""

from collections.abc import Mapping

from ieum.api.problems.http_kinds import Text

SMALL = Text(
    "한 건에서 네 건까지는 `suppressed`로만 적고, 그것이 든 합계는 최소값(`at_least`)만 적습니다. "
    "끝나지 않은 달의 건수는 다섯 단위로 내려 적습니다.",
    "Counts of one to four are marked `suppressed`, and a total over one of them is given as the least "
    "that it can be (`at_least`). Counts of a month that is not over are rounded down to fives.",
)
GAPS_WORDS: Mapping[str, Text] = {
    "month": Text(
        "받을 수 없다고 알려진 달(서울 시각)입니다. 끝난 달의 수는 더 바뀌지 않습니다.",
        "The month in Seoul in which it was known; that of a month that is over does not change any more.",
    ),
    "role": Text(
        "recipient: 우리 기관이 주지 못한 것. sender: 우리가 의뢰했으나 다른 기관에서 받지 못한 것.",
        "recipient: what we could not give. sender: what we asked for and others could not give.",
    ),
    "declined, redirected": Text(
        "접수기관이 반려했거나 다른 기관을 권했습니다.",
        "The recipient declined, or suggested another agency.",
    ),
    "failed": Text(
        "시작했으나 중단되어 종결되었습니다. 종결된 달에 셉니다.",
        "Begun, stopped early and closed; counted in the month in which it was closed.",
    ),
    "expired": Text(
        "보완 기한(insufficient-information)이나 대기 재확인 기한(no-capacity)이 지나 끝났습니다.",
        "A clock ended it: an information request (insufficient-information), or a waiting list that was not "
        "reviewed (no-capacity).",
    ),
    "cancelled, abandoned": Text(
        "접수기관이 응답하지 않거나 맞지 않는 서비스여서 의뢰기관이 거두었습니다.",
        "The sender called it off or gave it up, for the recipient was silent or the service a wrong one.",
    ),
    "not-taken-in": Text(
        "의뢰가 접수기관에 받아들여지지 않았습니다(거절, 건너뜀, 유실).",
        "The request had no effect at the recipient: refused, skipped or lost.",
    ),
    "waited-longer": Text(
        "대기자로 처음 약속한 날까지 자리가 나지 않았습니다. 나중에 끝난 일과 따로 셉니다.",
        "On the waiting list beyond the day that was first promised; counted beside how it ended later.",
    ),
    "left out": Text(
        "이용자가 원하지 않거나 더 필요하지 않게 된 것, 중복, 이미 받고 있는 것, 잘못 입력한 것, 동의 철회는 "
        "세지 않습니다.",
        "Not counted: the client did not want it or needs it no more, duplicates, what is received already, "
        "errors of entry, withdrawn consent.",
    ),
    "suppressed": SMALL,
}
FLOW_WORDS: Mapping[str, Text] = {
    "month": Text("의뢰한 달(서울 시각)입니다.", "The month in Seoul in which it was asked."),
    "decision": Text(
        "의뢰부터 첫 결정(보완요청, 대기, 수락, 반려, 재의뢰)까지. "
        "자동 접수와 접수 때의 자동 반려는 결정이 아닙니다. 프로그램의 방침에 따라 시스템이 "
        "정한 수락과 대기는 담당자의 결정과 구별하지 않습니다.",
        "From the request to the first decision: information requested, waitlisted, accepted, declined or "
        "redirected. Receipt by the system is none, and what the system declined on receipt is left out. "
        "Where a programme's policy accepts or waitlists by itself, that is not told from a worker's.",
    ),
    "acceptance": Text(
        "의뢰부터 수락까지. 수락 없이 끝난 의뢰는 빼고, 아직 기다리는 의뢰는 넣습니다.",
        "From the request to acceptance; of what was accepted or still waits, not of what ended without.",
    ),
    "p50, p90": Text(
        "열 건 가운데 다섯 건, 아홉 건이 이 시간(분) 안에 답을 받았습니다. 답이 없는 의뢰는 가장 오래 "
        "기다린 것으로 셉니다. 값이 없으면 아직 그만큼 답을 받지 못한 것입니다.",
        "Within this time, in minutes, half and nine tenths had it (nearest rank). What has no answer counts "
        "as waiting longest; where a figure is absent, fewer than that have an answer yet.",
    ),
    "measured": Text(
        "이 기관이 의뢰를 보내거나 받은 때부터 답을 받거나 보낸 때까지, 이 기관 데이터베이스의 시계로.",
        "By the clock of this agency's database: from sending or receiving the request to hearing or saying "
        "the answer.",
    ),
    "suppressed": Text(
        "다섯 건 미만이면 아무것도 적지 않고, 건수는 다섯 단위로 내려 적습니다.",
        "Of fewer than five nothing is said; how many there were is rounded down to fives.",
    ),
}
