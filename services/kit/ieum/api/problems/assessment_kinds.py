"""The kinds of problem of assessments: one that may not be cited, and one that nobody has confirmed."""

from ieum.api.problems.http_kinds import ProblemKind, Text

ASSESSMENT = ProblemKind(
    "assessment",
    422,
    Text("인용할 수 없는 판정입니다", "The assessment cannot be cited"),
    Text(
        "`assessment.event`가 이 이용자의 의뢰나 앞선 의뢰(`parent`)에서 오간 판정(`eligibility.assessed`)이 "
        "아니거나, `assessment.inquiry`에 대한 이 접수기관의 답이 아니거나, 문의한 지 24시간이 "
        "지났습니다(`inquiry-expired`: 다시 문의하십시오). `reason`을 보고 의뢰의 `history`나 사전문의에서 "
        "식별자를 확인하거나 `assessment_skipped`에 사유를 적으십시오.",
        "`assessment.event` is no `eligibility.assessed` of a referral of this client, or of the parent, nor "
        "this recipient's answer to `assessment.inquiry`, or was asked for more than 24 hours ago "
        "(`inquiry-expired`: ask again). See `reason`; take the ids from a referral's `history` or from the "
        "inquiry, or say in `assessment_skipped` why none is cited.",
    ),
)
CONFIRMATION = ProblemKind(
    "confirmation",
    422,
    Text("판정을 사람이 확인해야 합니다", "A person has to confirm the assessment"),
    Text(
        "자동 판정에 기대어 불리한 결정을 하려면 담당자의 확인과 사유가 필요합니다(개인정보 보호법 37조의2). "
        "`reason`을 보고 결정에 `confirmation`을 함께 보내거나 먼저 `/confirmations`로 확인하십시오.",
        "An adverse decision that rests on an assessment needs a person's confirmation with a reason "
        "(PIPA 37-2). See `reason`; send `confirmation` with the decision, or confirm first by "
        "`/confirmations`.",
    ),
)
