"""Event types and states in the words of the agencies' workers, Korean and English."""

from collections.abc import Mapping
from types import MappingProxyType

from ieum_contracts.codes import State

WORDS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "referral.requested": ("의뢰", "requested"),
        "referral.amended": ("정정", "amended"),
        "referral.info-supplied": ("보완", "information supplied"),
        "referral.cancel-requested": ("취소 요청", "asked to cancel"),
        "referral.outcome-acknowledged": ("결과 확인", "outcome acknowledged"),
        "referral.outcome-disputed": ("이의신청", "outcome disputed"),
        "consent.withdrawn": ("동의 철회", "consent withdrawn"),
        "referral.received": ("접수", "received"),
        "referral.info-requested": ("보완요청", "information requested"),
        "referral.waitlisted": ("대기", "put on the waiting list"),
        "referral.accepted": ("수락", "accepted"),
        "referral.declined": ("반려", "declined"),
        "referral.redirected": ("재의뢰", "redirected"),
        "referral.started": ("진행중", "work begun"),
        "referral.progressed": ("경과", "progress reported"),
        "referral.held": ("보류", "put on hold"),
        "referral.resumed": ("재개", "work resumed"),
        "referral.completed": ("결과회신", "completed"),
        "referral.failed": ("중단", "stopped early"),
        "referral.closed": ("종결", "closed"),
        "referral.reopened": ("재개", "reopened"),
        "referral.expired": ("기한만료", "expired"),
        "referral.cancelled": ("취소", "cancelled"),
        "referral.withdrawn": ("철회", "withdrawn"),
        "referral.ask-rejected": ("요청 거절", "ask not followed"),
        "referral.amendment-noted": ("정정 확인", "amendment noted"),
        "referral.overdue": ("기한 경과", "overdue"),
        "consent.erased": ("파기", "details erased"),
        "eligibility.requested": ("사전문의", "asked before a referral"),
        "eligibility.assessed": ("사전진단", "eligibility assessed"),
        "eligibility.confirmed": ("담당자 판단", "assessment confirmed by a person"),
        "eligibility.changed": ("수급요건 변동", "eligibility changed"),
        "case.closed": ("사례 종결", "case closed"),
        "case.followed-up": ("사후관리", "looked after"),
        "programme.published": ("프로그램 공고", "programme published"),
        "capacity.changed": ("정원 현황", "room told"),
        "stream.parked": ("전달 대기", "parked"),
        "stream.refused": ("전달 거절", "refused"),
        "stream.skipped": ("건너뜀", "passed over"),
        "stream.resend-asked": ("재전송 요청", "asked to send again"),
        "stream.heads": ("전달 대조", "heads compared"),
        "stream.heads-asked": ("전달 대조 요청", "asked for heads"),
        "stream.heads-answered": ("전달 대조 회신", "heads told"),
    }
)
STATES: Mapping[State, tuple[str, str]] = MappingProxyType(
    {
        State.REQUESTED: ("의뢰됨", "Requested"),
        State.RECEIVED: ("접수", "Received"),
        State.INFO_REQUESTED: ("보완요청", "Information requested"),
        State.WAITLISTED: ("대기", "On the waiting list"),
        State.ACCEPTED: ("수락", "Accepted"),
        State.IN_PROGRESS: ("진행중", "In progress"),
        State.ON_HOLD: ("보류", "On hold"),
        State.COMPLETED: ("결과회신", "Completed"),
        State.FAILED: ("중단", "Stopped early"),
        State.CLOSED: ("종결", "Closed"),
        State.DECLINED: ("반려", "Declined"),
        State.REDIRECTED: ("재의뢰", "Referred elsewhere"),
        State.CANCELLED: ("취소", "Cancelled"),
        State.WITHDRAWN: ("철회", "Withdrawn"),
        State.EXPIRED: ("기한만료", "Expired"),
    }
)


def words_for(event_type: str) -> str:
    """Return an event's type in words; an unknown type unchanged."""
    name = event_type.rpartition(".v")[0]
    return " ".join(WORDS[name]) if name in WORDS else event_type
