"""The kinds of problem for refused commands, one for each guard of casework."""

from collections.abc import Mapping

from ieum.api.problems.access_kinds import ACCESS_KINDS
from ieum.api.problems.assessment_kinds import ASSESSMENT, CONFIRMATION
from ieum.api.problems.delivery_kinds import STREAM_KINDS
from ieum.api.problems.http_kinds import HTTP_KINDS, NOT_FOUND, OWNER, ProblemKind, Text
from ieum.api.problems.request_kinds import REQUEST_KINDS

MOVE = ProblemKind(
    "move",
    409,
    Text("지금은 할 수 없는 처리입니다", "This move is not allowed now"),
    Text(
        "의뢰의 상태(`state`)에서 허용되지 않거나, 시스템이나 기한이 하는 처리입니다. "
        "`allowed`에 있는 처리를 고르십시오.",
        "The state of the referral (`state`) does not allow it, or it is the "
        "system's or a clock's to make. "
        "Choose one of the moves in `allowed`.",
    ),
)
ASK_OPEN = ProblemKind(
    "ask-open",
    409,
    Text("같은 요청이 이미 열려 있습니다", "The same ask is already open"),
    Text(
        "같은 종류의 요청(`ask`)이 아직 답을 기다립니다. 접수기관의 답을 받은 뒤 다시 하십시오.",
        "An ask of the same type (`ask`) still waits for its answer. Ask again after "
        "the recipient has answered.",
    ),
)
DUPLICATE = ProblemKind(
    "duplicate",
    409,
    Text("열려 있는 의뢰가 이미 있습니다", "There is an open referral already"),
    Text(
        "같은 이용자를 같은 프로그램에 의뢰한 건(`referral`)이 아직 끝나지 "
        "않았습니다. 그 의뢰를 이어서 쓰거나, 하나 더 필요하면 `duplicate_override`에 사유를 적으십시오.",
        "The same client already has an open referral to the same programme (`referral`). Go on with "
        "that one, or say in `duplicate_override` why another one is needed.",
    ),
)
LOOP = ProblemKind(
    "loop",
    409,
    Text("의뢰가 되돌아옵니다", "The referral would go round in a circle"),
    Text(
        "이 여정은 30일 안에 같은 기관의 같은 프로그램을 이미 거쳤거나 네 번을 넘겨 전달됩니다. "
        "같은 프로그램이 꼭 필요하면 `loop_override`에 사유를 적어 다시 보내십시오. "
        "다섯 번째 전달은 할 수 없습니다.",
        "This journey has been at the same agency and programme within 30 days, "
        "or has four hops already. If the same programme is needed nevertheless, send it again with "
        "the reason in `loop_override`; a fifth hop is never possible.",
    ),
)
STALE = ProblemKind(
    "version",
    412,
    Text("그 사이에 내용이 바뀌었습니다", "It has changed in the meantime"),
    Text(
        "If-Match의 판이 지금 판과 다릅니다. 다시 조회하여 바뀐 내용을 확인한 뒤 새 ETag로 보내십시오.",
        "If-Match names another version than the present one. Read it again and send the new ETag.",
    ),
)
BASIS = ProblemKind(
    "basis",
    422,
    Text("제공 근거가 없습니다", "There is no lawful basis"),
    Text(
        "이 기관에 이 목적으로 제공할 동의나 법적 근거가 없습니다. `consent` 또는 "
        "`legal_basis` 가운데 하나를 갖추십시오.",
        "There is no consent or legal basis for this recipient and purpose. "
        "Give either the consent artefact or a legal basis.",
    ),
)
IDENTIFIERS = ProblemKind(
    "identifiers",
    422,
    Text("고유식별정보는 보낼 수 없습니다", "Unique identifiers may not be sent"),
    Text(
        "글 안에 주민등록번호, 외국인등록번호, 여권번호 또는 운전면허번호가 있습니다. "
        "`errors`에 적힌 곳에서 지우십시오.",
        "A text holds a resident or foreigner registration, passport or driving licence number. "
        "Remove it at the places named in `errors`.",
    ),
)
PROGRAMME = ProblemKind(
    "programme",
    422,
    Text("그 기관이 공고하지 않은 프로그램입니다", "The recipient has not published this programme"),
    Text(
        "접수기관이나 프로그램을 찾을 수 없습니다. `GET /v1/programmes`에서 기관과 프로그램을 고르십시오.",
        "No such agency, or it has not published this programme. Choose both from `GET /v1/programmes`.",
    ),
)
REASON = ProblemKind(
    "reason",
    422,
    Text("이 결정에 맞는 사유가 필요합니다", "The decision needs a reason that fits it"),
    Text(
        "사유 코드가 없거나 이 결정에 쓸 수 없는 코드입니다. `allowed`의 코드를 고르고, "
        "`other`에는 설명을 덧붙이십시오.",
        "The coded reason is missing or does not go with this decision. "
        "Choose a code in `allowed`; `other` needs a note.",
    ),
)
OUTCOME = ProblemKind(
    "outcome",
    422,
    Text("이 프로그램의 결과가 아닙니다", "This outcome is not one of this programme"),
    Text(
        "결과 `assessed`(판정 완료)는 종류(`kind`)가 `assessment`인 프로그램에만 쓸 수 있습니다. "
        "실제로 이루어진 일에 맞는 결과를 고르십시오.",
        "The outcome `assessed` belongs to programmes of the `kind` `assessment` alone. "
        "Choose the outcome that tells what was done.",
    ),
)
ANSWERS = ProblemKind(
    "answers",
    422,
    Text("답하려는 요청이 없습니다", "The ask to be answered does not wait"),
    Text(
        "`answers`는 지금 답을 기다리는 요청의 식별자여야 합니다. 의뢰를 조회하여 "
        "`open_asks`를 확인하십시오.",
        "`answers` has to name asks that wait for an answer. Read the referral and see `open_asks`.",
    ),
)
CASE = ProblemKind(
    "case",
    409,
    Text("이 사례로는 할 수 없습니다", "The case does not allow it"),
    Text(
        "없는 사례이거나, 다른 여정의 사례이거나, 이미 종결되었거나, 진행 중인 의뢰가 남아 있거나, "
        "이용자가 동의를 철회했습니다. `reason`을 보고 사례를 조회하십시오.",
        "There is no such case, or it is of another journey, or it is closed, or referrals of it are still "
        "under way, or the client has withdrawn consent. See `reason`, and read the case.",
    ),
)

JOURNEY = ProblemKind(
    "journey",
    422,
    Text("다른 이용자의 여정입니다", "The journey is another client's"),
    Text(
        "앞선 의뢰(`parent`)의 이용자가 이 의뢰의 이용자와 다릅니다. `reason`을 보고 "
        "같은 이용자의 의뢰를 `parent`로 적거나 `parent`를 빼십시오.",
        "The parent referral (`parent`) is of another client than this one. See `reason`; "
        "name a referral of the same client as `parent`, or leave `parent` out.",
    ),
)
ARTEFACT = ProblemKind(
    "artefact",
    422,
    Text("이 의뢰의 동의가 아닙니다", "The consent is not this referral's"),
    Text(
        "`artefact`는 이 의뢰를 보낼 때의 동의(`sealed.consent.id`)가 아닙니다. 그 동의로 보낸 "
        "의뢰에서 철회하거나 `artefact`를 빼십시오.",
        "`artefact` is not the consent with which this referral was sent (`sealed.consent.id`). "
        "Withdraw on the referral that was sent with it, or leave `artefact` out.",
    ),
)
_GUARDS = (
    MOVE,
    ASK_OPEN,
    DUPLICATE,
    LOOP,
    STALE,
    BASIS,
    IDENTIFIERS,
    PROGRAMME,
    REASON,
    OUTCOME,
    ANSWERS,
    CASE,
    JOURNEY,
    ARTEFACT,
    ASSESSMENT,
    CONFIRMATION,
)
GUARD_KINDS: Mapping[str, ProblemKind] = {kind.name: kind for kind in (NOT_FOUND, OWNER, *_GUARDS)}
KINDS: Mapping[str, ProblemKind] = {
    **HTTP_KINDS,
    **REQUEST_KINDS,
    **ACCESS_KINDS,
    **GUARD_KINDS,
    **STREAM_KINDS,
}
"""Every kind of problem by its name."""
