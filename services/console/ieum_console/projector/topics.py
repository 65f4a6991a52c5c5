"""The topics that are read, and the consumer that reads them: all of them, from the stored offsets on."""

from collections.abc import Mapping, Sequence
from contextlib import suppress

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError

from ieum.delivery.connection_arguments import connection_arguments
from ieum.delivery.partition_leaders import led
from ieum.delivery.records.corrupt_records import tolerate_corrupt_records
from ieum.delivery.running_consumer import check_reading
from ieum_console.projector.headers import Mailbox, Record, Rejected, Seen, mailboxes_of, read_headers
from ieum_console.projector.taking_in import in_parts
from ieum_console.settings import ConsoleSettings
from ieum_contracts.address import Address
from ieum_contracts.topics import Family

BATCH_RECORDS_MAX = 2_000
POLL_MS = 500
METADATA_MS = 5_000
FETCH_BYTES_MAX = 2 * 1024 * 1024
STOP_SECONDS_MAX = 8.0
AGENCIES_MAX = 500


class TopicReader:
    """Reads every mailbox and catalogue of the centre; agencies that join later are found."""

    def __init__(self, settings: ConsoleSettings) -> None:
        tolerate_corrupt_records()
        self._centre = settings.centre
        self._consumer = AIOKafkaConsumer(
            **connection_arguments(settings),
            auto_offset_reset="earliest",
            enable_auto_commit=False,
            isolation_level="read_committed",
            metadata_max_age_ms=METADATA_MS,
            max_partition_fetch_bytes=FETCH_BYTES_MAX,
        )
        self.mailboxes: dict[str, Mailbox] = {}
        self.owners: tuple[Address, ...] = ()
        self._sources: frozenset[Address] = frozenset()
        self.last_read: dict[TopicPartition, int] = {}

    async def start(self) -> None:
        """Connect; raises KafkaError when the broker cannot be reached."""
        await self._consumer.start()

    async def stop(self) -> None:
        """Disconnect."""
        with suppress(KafkaError, OSError, TimeoutError):
            await self._consumer.stop()

    async def discover(self, offsets: Mapping[tuple[str, int], int]) -> bool:
        """Read the topics of agencies that have joined as well; returns whether there are new ones."""
        names = await self._consumer.topics()
        suffix = f".{Family.CATALOGUE}"
        agencies = sorted(
            name.removeprefix(f"{self._centre}.").removesuffix(suffix)
            for name in names
            if name.startswith(f"{self._centre}.") and name.endswith(suffix)
        )[:AGENCIES_MAX]
        found = {
            box.topic: box
            for agency in agencies
            for box in mailboxes_of(Address(self._centre, agency))
            if box.topic in names
        }
        if found.keys() == self.mailboxes.keys():
            return False
        old = set(self._consumer.assignment())
        self.mailboxes = found
        self.owners = tuple(Address(self._centre, agency) for agency in agencies)
        self._sources = frozenset(self.owners)
        partitions = {TopicPartition(t, p) for t, box in found.items() for p in range(box.partitions)}
        at = {each: await self._consumer.position(each) for each in old & partitions}
        self._consumer.assign(sorted(partitions))
        firsts = await self._consumer.beginning_offsets(led(self._consumer, partitions))
        for each in partitions:
            stored = offsets.get((each.topic, each.partition), 0)
            self._consumer.seek(each, max(at.get(each, stored), firsts.get(each, 0)))
        return True

    async def read(self) -> list[Seen | Rejected]:
        """Return the next records, in the order of the broker's time; empty when there is nothing new.

        Raises ReadingEndedError where there would be nothing for ever.
        """
        check_reading(self._consumer)
        fetched = await self._consumer.getmany(timeout_ms=POLL_MS, max_records=BATCH_RECORDS_MAX)
        records: list[Record] = []
        for partition, each in fetched.items():
            records += each
            self.last_read[partition] = each[-1].timestamp
        records.sort(key=lambda each: each.timestamp)
        return await in_parts(records, self._headers)

    def _headers(self, record: Record) -> Seen | Rejected:
        seen = read_headers(record, self.mailboxes[record.topic])
        if isinstance(seen, Seen) and seen.envelope.source not in self._sources:
            return Rejected(
                record.topic, record.partition, record.offset, seen.sent_at, "place.source-unknown"
            )
        return seen

    async def ends(self) -> dict[TopicPartition, int]:
        """Return where each partition that is led ends now; raises KafkaError or TimeoutError."""
        return dict(await self._consumer.end_offsets(led(self._consumer, self._partitions())))

    async def positions(self) -> dict[TopicPartition, int]:
        """Return from where each partition is read next."""
        return {each: await self._consumer.position(each) for each in self._partitions()}

    async def firsts(self) -> dict[TopicPartition, int]:
        """Return the first offset that each partition still has."""
        return dict(await self._consumer.beginning_offsets(self._partitions()))

    def _partitions(self) -> Sequence[TopicPartition]:
        return sorted(self._consumer.assignment())
