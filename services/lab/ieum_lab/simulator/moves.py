"""The bodies of random workers' decisions and asks: coded, plausible and synthetic."""

from collections.abc import Collection, Sequence
from datetime import UTC, date, datetime, timedelta
from random import Random

from ieum_contracts.causes import SubStatus
from ieum_contracts.client_codes import Question
from ieum_contracts.codes import (
    REASONS_OF_ASK,
    REASONS_OF_DECISION,
    REASONS_ON_RECEIPT,
    AskType,
    Decision,
    Outcome,
    Reason,
)
from ieum_lab.simulator.people import Json

Suggestions = Sequence[tuple[str, str]]
"""Addresses and programmes that can be suggested instead of one's own."""


def decision_fields(decision: str, chance: Random, elsewhere: Suggestions, today: date | None = None) -> Json:
    """Fill in a decision."""
    fields: Json = {}
    today = today or datetime.now(UTC).date()
    if decision in _REASONED:
        fields["reason"] = _reason(REASONS_OF_DECISION[Decision(decision)], chance)
        if fields["reason"] == Reason.NOT_ELIGIBLE and decision in _ADVERSE:
            fields["confirmation"] = {"finding": "not-eligible", "ground": "facts-verified", "by": "SIM-1"}
    match decision:
        case Decision.INFO_REQUESTED:
            fields["questions"] = [str(chance.choice(tuple(Question)))]
        case Decision.WAITLISTED:
            fields["expected_wait_days"] = chance.randint(7, 60)
        case Decision.ACCEPTED:
            fields["contact_by"] = f"{today + timedelta(days=chance.randint(1, 3))}T09:00:00Z"
        case Decision.PROGRESSED:
            fields["sub_status"] = str(chance.choice(tuple(SubStatus)))
        case Decision.HELD:
            fields["until"] = str(today + timedelta(days=chance.randint(7, 40)))
        case Decision.COMPLETED:
            fields["outcome"] = str(chance.choice(_OUTCOMES))
        case Decision.REDIRECTED:
            agency, programme = chance.choice(elsewhere)
            fields["suggestion"] = {"agency": agency, "programme": programme}
    return fields


def ask_fields(ask: str, chance: Random) -> Json:
    """Fill in an ask."""
    match ask:
        case AskType.INFO_SUPPLIED:
            question = str(chance.choice(tuple(Question)))
            reply: Json = {"question": question, "text": "시험용 답변입니다."}
            return {"questions": [question], "sealed": {"replies": [reply]}}
        case AskType.AMENDED:
            return {"priority": "urgent", "priority_cause": "claim-deadline"}
        case AskType.CANCEL_REQUESTED:
            return {"reason": _reason(REASONS_OF_ASK[AskType.CANCEL_REQUESTED], chance)}
        case AskType.OUTCOME_DISPUTED:
            return {"sealed": {"note": "시험용 이의입니다."}}
        case _:
            return {}


_OUTCOMES = tuple(each for each in Outcome if each is not Outcome.ASSESSED)
"""Of work: `assessed` belongs to programmes that assess alone."""
_ADVERSE = frozenset({Decision.DECLINED, Decision.FAILED})
_REASONED = frozenset(
    {Decision.HELD, Decision.FAILED, Decision.DECLINED, Decision.REDIRECTED, Decision.CANCELLED}
)


def _reason(reasons: Collection[Reason], chance: Random) -> str:
    """Choose a reason that needs no note."""
    return str(chance.choice(sorted(set(reasons) - REASONS_ON_RECEIPT - {Reason.OTHER})))
