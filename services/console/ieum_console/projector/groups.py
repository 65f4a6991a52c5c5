"""How far each agency's group has read its mailboxes: asked of the broker, never of the agency."""

from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import NamedTuple

from aiokafka import TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import GroupCoordinatorNotAvailableError, KafkaError, NotCoordinatorForGroupError

from ieum.delivery.connection_arguments import connection_arguments
from ieum_console.projection.families import FAMILY_NUMBERS
from ieum_console.projector.headers import Mailbox
from ieum_console.settings import ConsoleSettings
from ieum_contracts.address import Address
from ieum_contracts.topics import login

MEMBERS_MAX = 64


class Read(NamedTuple):
    """How far a partition of a mailbox has been read by its recipient, and where it ends."""

    agency: str
    family: int
    partition: int
    next_offset: int
    end_offset: int


@dataclass(frozen=True, slots=True)
class Group:
    """An agency's consumer group: its state, and its members with their hosts."""

    agency: str
    state: str
    members: tuple[tuple[str, str], ...]


class GroupReader:
    """Asks the broker about groups, by a login that may DESCRIBE them and cannot join one."""

    def __init__(self, settings: ConsoleSettings) -> None:
        self._client = AIOKafkaAdminClient(**connection_arguments(settings))

    async def start(self) -> None:
        """Connect; raises KafkaError when the broker cannot be reached."""
        await self._client.start()

    async def stop(self) -> None:
        """Disconnect."""
        with suppress(KafkaError, OSError, TimeoutError):
            await self._client.close()

    async def read(
        self, owners: Iterable[Address], mailboxes: Mapping[str, Mailbox], ends: Mapping[TopicPartition, int]
    ) -> list[Read]:
        """Return how far every group has read the mailboxes whose ends are given."""
        found = []
        for owner in owners:
            try:
                committed = await self._client.list_consumer_group_offsets(login(owner))
            except (GroupCoordinatorNotAvailableError, NotCoordinatorForGroupError):
                continue  # nobody has ever read here, or the group is on its way to another broker
            for place, end in ends.items():
                mailbox = mailboxes.get(place.topic)
                if mailbox is None or mailbox.owner != owner or mailbox.family not in FAMILY_NUMBERS:
                    continue
                at = committed.get(place)
                offset = 0 if at is None or at.offset < 0 else at.offset
                found.append(
                    Read(owner.agency, FAMILY_NUMBERS[mailbox.family], place.partition, min(offset, end), end)
                )
        return found

    async def describe(self, owners: Iterable[Address]) -> list[Group]:
        """Return the groups with their members."""
        found = []
        for owner in owners:
            try:
                answers = await self._client.describe_consumer_groups([login(owner)])
            except (GroupCoordinatorNotAvailableError, NotCoordinatorForGroupError):
                continue
            for answer in answers:
                for _, _, state, _, _, members, *_ in answer.groups:
                    listed = tuple((each[0], each[2].lstrip("/")) for each in members[:MEMBERS_MAX])
                    found.append(Group(owner.agency, state, listed))
        return found
