"""How every transcript begins: one agency refers a made-up client to another."""

from datetime import UTC, datetime
from uuid import UUID

from ieum_contracts.address import Address
from ieum_contracts.codes import AskType, Decision
from ieum_contracts.story.people import consent
from ieum_contracts.story.referral import Fields, Told
from ieum_contracts.story.telling import Teller
from ieum_contracts.story.transcript import Role, Said, Transcript

START = datetime(2026, 7, 1, 0, 30, tzinfo=UTC)
PROGRAMME = "the-programme"
SENDER, RECIPIENT = Address("centre", "sender"), Address("centre", "recipient")
BOTH = (Role.SENDER, Role.RECIPIENT)
SUGGESTION: Fields = {"agency": "/centre/city-job-center", "programme": "job-counselling"}


def requested(programme: str = PROGRAMME, artefact: UUID | None = None) -> dict[str, object]:
    """Write a referral of a person, on a consent artefact where one is named, else on a statute."""
    sealed: dict[str, object] = {
        "client": {"name": "가나다 시험"},
        "contact": {"phone": "010-0000-0000", "safe_to_call": True},
    }
    basis: dict[str, object] = {"legal_basis": "ssba-16-2-referral"}
    if artefact is not None:
        items = {"programme": programme, "items": ["client.name", "contact.phone"], "retention_days": 365}
        sealed["consent"], basis = consent(artefact, RECIPIENT, items, START), {}
    return {
        "subject": "person",
        "programme": programme,
        "needs": ["income-livelihood"],
        "goals": ["income-secured"],
        "hand_over": "recipient-contacts",
        **basis,
        "sealed": sealed,
    }


def begun(programme: str = PROGRAMME, artefact: UUID | None = None) -> Told:
    """Begin a conversation: the sender refers."""
    return Told(Teller(START), SENDER, RECIPIENT).request(requested(programme, artefact))


def received(artefact: UUID | None = None) -> Told:
    """Let the recipient's system say that the referral has arrived."""
    told = begun(artefact=artefact)
    told.answer(Decision.RECEIVED)
    return told


def accepted(artefact: UUID | None = None) -> Told:
    """Let the recipient's worker accept it, into a case."""
    told = received(artefact)
    told.case = told.teller.new_id()
    told.decide(Decision.ACCEPTED, case=told.case)
    return told


def finish(told: Told, **closing: object) -> Told:
    """Let the sender acknowledge the outcome: the referral is closed, and the case with it."""
    told.ask(AskType.OUTCOME_ACKNOWLEDGED)
    return close_case(told, **closing)


def close_case(told: Told, **closing: object) -> Told:
    """Let the recipient's system say that the case is closed, for its last referral has ended."""
    day = told.teller.now.date()
    fields = {"opened_on": day, "closed_on": day, "reason": "all-referrals-ended", **closing}
    told.close_case(**fields)
    return told


def whole(
    name: str, about: str, told: Told, *, roles: tuple[Role, ...] = BOTH, artefact: UUID | None = None
) -> Transcript:
    """Make a transcript of all that was told."""
    said = [Said(each, optional=each.envelope.type.startswith("case.")) for each in told.teller.told]
    return transcript(name, about, told, said, roles=roles, artefact=artefact)


def transcript(
    name: str,
    about: str,
    told: Told,
    said: list[Said],
    *,
    roles: tuple[Role, ...] = BOTH,
    artefact: UUID | None = None,
) -> Transcript:
    """Make a transcript, with placeholders for the programme and the artefact."""
    names = {"programme": PROGRAMME} | ({} if artefact is None else {"artefact": str(artefact)})
    return Transcript(name, about, told, said, roles, names)
