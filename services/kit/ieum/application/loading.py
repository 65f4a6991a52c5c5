"""Loads and locks what a group of commands needs, in a few statements."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

from asyncpg import Connection

from ieum.application.event_handler import cases_of
from ieum.application.looking_back import Client, look_back
from ieum.casework.loaded_cases import LoadedCases
from ieum.casework.referral_guards import Prior
from ieum.casework.values import Case, Change, Referral
from ieum.delivery.streams.peers import Peers
from ieum.storage.case_rows import lock_cases, lock_journeys
from ieum.storage.cited_assessments import CitedEvent, find_cited
from ieum.storage.clock_rows import read_clock_book
from ieum.storage.confirmation_rows import read_confirmations
from ieum.storage.eligibility_change_rows import read_changes, read_partners
from ieum.storage.idempotency_rows import IdempotencyKey, StoredAnswer
from ieum.storage.inquiry_rows import lock_inquiries
from ieum.storage.referral_rows import lock_referrals, read_clients, read_referrals, read_untaken
from ieum_contracts.address import Address
from ieum_contracts.model import Model


@dataclass(frozen=True, slots=True)
class Requirements:
    """What one command needs: the referral or case that it changes, or the client whom it refers."""

    referral: UUID | None = None
    case: UUID | None = None
    case_of_journey: bool = False
    client: Client | None = None
    parent: UUID | None = None
    untaken: bool = False
    cited: UUID | None = None
    journey: bool = False
    """Whether the other referrals under way in the journey, and its changes of eligibility, count as well."""
    inquiry: UUID | None = None
    confirmed: bool = False
    peers: tuple[Address, ...] = ()

    @property
    def only_new(self) -> bool:
        """Whether it needs nothing that exists, but that nothing stands against it."""
        return self == Requirements(client=self.client, peers=self.peers)

    @property
    def only_referral(self) -> bool:
        """Whether it needs nothing but one referral that exists, with what belongs to it."""
        return self.referral is not None and self == Requirements(self.referral)

    @property
    def locks(self) -> bool:
        """Whether it changes something that exists."""
        return self.referral is not None or self.case is not None or self.inquiry is not None


@dataclass(slots=True)
class Loaded:
    """What was loaded, updated with every change of the group, so that later commands see it."""

    known: LoadedCases = field(default_factory=LoadedCases)
    parents: dict[UUID, Referral] = field(default_factory=dict)
    journeys: dict[UUID, UUID] = field(default_factory=dict)
    open: dict[Client, UUID] = field(default_factory=dict)
    answers: dict[str, StoredAnswer] = field(default_factory=dict)
    untaken: dict[UUID, Model] = field(default_factory=dict)
    cited: set[Requirements] = field(default_factory=set)
    clients: dict[UUID, str] = field(default_factory=dict)
    """The client whom this agency has referred onward from a parent, by the parent."""

    def prior(self, needs: Requirements) -> Prior:
        """Return what already exists when a client is referred."""
        parent = None if needs.parent is None else self.parents.get(needs.parent)
        duplicate = None if needs.client is None else self.open.get(needs.client)
        client = None if parent is None else self.clients.get(parent.id)
        inquiry = None if needs.inquiry is None else self.known.inquiries.get(needs.inquiry)
        return Prior(parent, duplicate, needs in self.cited, client, inquiry)

    def case_for(self, referral: Referral) -> Case | None:
        """Return the journey's case, for an acceptance that names none."""
        case = self.journeys.get(referral.journey)
        return None if case is None else self.known.cases.get(case)

    def take(self, change: Change, client: Client | None) -> None:
        """Apply a change."""
        self.known.take(change)
        referral = change.referral
        if referral is not None and client is not None:
            self.open[client] = referral.id
            if referral.parent is not None:
                self.clients.setdefault(referral.parent, client.ref)
        elif referral is not None and change.case is not None:
            self.journeys.setdefault(referral.journey, change.case.id)


async def load(
    connection: Connection,
    peers: Peers,
    needs: Sequence[Requirements],
    idempotency_keys: Sequence[IdempotencyKey | None],
) -> Loaded:
    """Lock referrals, then cases; then load stored answers and the clients' open referrals.

    To be called in a transaction, unless nothing has to be locked.
    """
    loaded = Loaded()
    referrals = {each.referral for each in needs if each.referral is not None}
    cases = {each.case for each in needs if each.case is not None}
    spreading = {each.referral for each in needs if each.referral is not None and each.journey}
    inquiries = {each.inquiry for each in needs if each.inquiry is not None}
    if referrals or cases or inquiries:
        referrals |= await read_partners(connection, spreading) if spreading else set()
        locked = await lock_referrals(connection, peers, referrals)
        wanting = {each.referral for each in needs if each.case_of_journey}
        loaded.journeys = await lock_journeys(connection, {r.journey for r in locked if r.id in wanting})
        cases |= cases_of(locked) | set(loaded.journeys.values())
        adverse = {each.referral for each in needs if each.confirmed and each.referral is not None}
        going = [each.journey for each in locked if each.id in spreading]
        loaded.known = LoadedCases(
            locked,
            await lock_cases(connection, peers, cases),
            clocks=await read_clock_book(connection, referrals),
            inquiries=await lock_inquiries(connection, peers, inquiries) if inquiries else (),
            confirmations=await read_confirmations(connection, adverse) if adverse else (),
            changes=await read_changes(connection, peers, going) if going else (),
        )
        repeating = {each.referral for each in needs if each.untaken}
        loaded.untaken = await read_untaken(connection, [each for each in locked if each.id in repeating])
    await _load_parents(connection, peers, needs, loaded)
    if any(each.cited is not None for each in needs):
        loaded.cited = await _cited(connection, needs)
    await know_peers(connection, peers, needs)
    clients = [each.client for each in needs]
    loaded.answers, loaded.open = await look_back(connection, peers, clients, idempotency_keys)
    return loaded


async def know_peers(connection: Connection, peers: Peers, needs: Sequence[Requirements]) -> None:
    """Load the numbers of the agencies to which something may be said, if one of them is unknown."""
    await peers.load_addresses(connection, (each.client.to for each in needs if each.client is not None))
    await peers.load_addresses(connection, (to for each in needs for to in each.peers))


async def _load_parents(
    connection: Connection, peers: Peers, needs: Sequence[Requirements], loaded: Loaded
) -> None:
    parents = {each.parent for each in needs if each.parent is not None}
    if parents:
        loaded.parents = {each.id: each for each in await read_referrals(connection, peers, parents)}
    if loaded.parents:
        loaded.clients = await read_clients(connection, loaded.parents.values())


async def _cited(connection: Connection, needs: Sequence[Requirements]) -> set[Requirements]:
    """Return the commands whose cited assessment was said or heard about the same client."""
    citing = [(each, each.cited) for each in needs if each.cited is not None]
    events = [
        CitedEvent(event, None if each.client is None else each.client.ref, each.parent)
        for each, event in citing
    ]
    return {citing[number][0] for number in await find_cited(connection, events)}
