"""Inquiries: other agencies are asked about somebody who is not named, and answered at once."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID

from ieum.casework.eligibility import RuleSet, judge
from ieum.casework.facts import facts_in
from ieum.casework.inquiry_orders import InquiryOrder
from ieum.casework.inquiry_values import INQUIRY_KEPT, Inquiry
from ieum.casework.loaded_cases import LoadedCases
from ieum.casework.projection import facts_read, projected
from ieum.casework.refusals import Guard, Refusal, RefusedEvent
from ieum.casework.values import AgencyView, Change
from ieum_contracts.address import Address
from ieum_contracts.codes import SubjectKind
from ieum_contracts.eligibility import EligibilityAssessed
from ieum_contracts.inquiry import EligibilityRequested, InquiredFacts
from ieum_contracts.message import Event, Say
from ieum_contracts.model import LIST_ITEMS_MAX
from ieum_contracts.programme import ProgrammePublished
from ieum_contracts.timing import day_of

ASKED_MAX = LIST_ITEMS_MAX
"""Agencies that one call may ask."""
KNOWN = RefusedEvent("inquiry-known")
REFERRAL_KNOWN = RefusedEvent("referral-known")
ANSWERED = RefusedEvent("inquiry-answered")
EXPIRED = RefusedEvent("inquiry-expired")
NOT_OFFERED = RefusedEvent("programme-not-offered")
_WRONG_PARTY = RefusedEvent("wrong-party")

Targets = Mapping[Address, Sequence[ProgrammePublished]]


@dataclass(frozen=True, slots=True)
class InquiryIds:
    """Fresh ids, made by the caller: of the group, and of as many inquiries as there may be."""

    group: UUID
    each: tuple[UUID, ...]


def inquire(order: InquiryOrder, view: AgencyView, now: datetime, ids: InquiryIds) -> Change | Refusal:
    """Ask every agency that is meant, each by an inquiry of its own; or return why none is asked."""
    targets = _targets(order, view, day_of(now))
    if isinstance(targets, Refusal):
        return targets
    asked: list[Inquiry] = []
    says: list[Say] = []
    for place, (to, programmes) in enumerate(targets.items()):
        named = tuple(each.programme for each in programmes) if order.programmes else ()
        facts = projected(order.sealed.circumstances, facts_read(programmes), day_of(now))
        body = EligibilityRequested(
            programmes=named, subject=order.subject, sealed=InquiredFacts(circumstances=facts)
        )
        inquiry = ids.each[place]
        asked.append(Inquiry(inquiry, to, named, now, asked_here=True, group=ids.group, place=place))
        says.append(Say(to, inquiry, None, body))
    return Change(inquiries=tuple(asked), says=tuple(says))


def hear_inquiry(
    known: LoadedCases, event: Event, body: EligibilityRequested, view: AgencyView, now: datetime
) -> Change | RefusedEvent:
    """Answer an inquiry at once by the rules; the day that counts is that on which it was said."""
    key, to, said_at = UUID(event.envelope.subject), event.envelope.source, event.envelope.time
    if key in known.referrals or key in known.inquiries:
        return REFERRAL_KNOWN if key in known.referrals else KNOWN
    if now - said_at >= INQUIRY_KEPT:
        return EXPIRED
    rule_sets = _asked_of(body, view)
    if not rule_sets:
        return NOT_OFFERED
    on = day_of(said_at)
    facts = facts_in(body.sealed.circumstances, on)
    judged = [judge(each, facts, on) for each in rule_sets]
    answer = EligibilityAssessed(programmes=tuple(each.advice for each in judged))
    answered = Inquiry(
        key, to, body.programmes, said_at, asked_here=False, answered_at=now, assessment=_json(answer)
    )
    return Change(
        inquiries=(answered,),
        says=(Say(to, key, None, answer),),
        failures=tuple(failure for each in judged for failure in each.failures),
    )


def hear_answer(inquiry: Inquiry, event: Event, now: datetime) -> Change | RefusedEvent:
    """Take the answer to an inquiry of ours; there is one, and none that comes after its destruction."""
    body = event.body
    ours = inquiry.asked_here and event.envelope.source == inquiry.peer
    if not (ours and isinstance(body, EligibilityAssessed)):
        return _WRONG_PARTY
    if inquiry.erased:
        return EXPIRED
    if inquiry.assessment is not None:
        return ANSWERED
    answered = replace(
        inquiry, answer=event.envelope.id, answered_at=now, assessment=_json(body), refused=None
    )
    return Change(inquiries=(answered,))


def inquiry_not_taken_in(inquiry: Inquiry, reason: str) -> Change | None:
    """Note that an inquiry of ours had no effect at its recipient; None when that changes nothing."""
    if not inquiry.asked_here or inquiry.assessment is not None or inquiry.refused == reason:
        return None
    return Change(inquiries=(replace(inquiry, refused=reason),))


def _targets(order: InquiryOrder, view: AgencyView, on: date) -> Targets | Refusal:
    wanted = {Address(view.me.centre, each) for each in order.recipients}
    found: dict[Address, list[ProgrammePublished]] = {each: [] for each in sorted(wanted)}
    for (owner, _), programme in sorted(view.published.items(), key=lambda each: each[0]):
        if owner != view.me and (not wanted or owner in wanted) and _is_meant(order, programme, on):
            found.setdefault(owner, []).append(programme)
    named = {each.programme for programmes in found.values() for each in programmes}
    if not all(found.values()) or not set(order.programmes) <= named:
        return Refusal(Guard.PROGRAMME, "programme-not-published")
    if not 1 <= len(found) <= ASKED_MAX:
        return Refusal(Guard.PROGRAMME, "too-many-to-ask" if found else "nobody-to-ask")
    return found


def _is_meant(order: InquiryOrder, programme: ProgrammePublished, on: date) -> bool:
    if not programme.is_offered(on) or order.subject not in programme.subjects:
        return False
    return programme.programme in order.programmes if order.programmes else bool(programme.rules)


def _asked_of(body: EligibilityRequested, view: AgencyView) -> Sequence[RuleSet]:
    """Return the rules that are asked: of the named programmes, if all are ours, or of all that have some."""
    if body.programmes:
        named = [view.rule_sets.get(each) for each in dict.fromkeys(body.programmes)]
        return [] if None in named else [each for each in named if each is not None]
    ruled = (each for each in view.rule_sets.values() if each.rules)
    return _limited(each for each in ruled if _serves(view, each.programme, body.subject))


def _serves(view: AgencyView, programme: str, subject: SubjectKind) -> bool:
    published = view.published.get((view.me, programme))
    return published is None or (published.offered and subject in published.subjects)


def _limited(rule_sets: Iterable[RuleSet]) -> Sequence[RuleSet]:
    return list(rule_sets)[:LIST_ITEMS_MAX]


def _json(body: EligibilityAssessed) -> bytes:
    return body.model_dump_json(exclude_none=True).encode()
