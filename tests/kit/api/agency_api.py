"""What the tests of the API share: agencies' APIs on real databases, and `carry`, which delivers events.

`carry` replaces relay, Kafka and consumer: it takes the sender's outbox in order and gives the records to
the recipient's inbox, so that tests of the API need not wait for anything.
"""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import httpx
from fastapi import FastAPI
from prometheus_client import CollectorRegistry

from ieum.access.access_settings import access_of
from ieum.agency import Agency, published
from ieum.api.api_context import ApiContext
from ieum.api.app import create_app
from ieum.api.http.http_limits import HttpLimits
from ieum.application.event_handler import EventHandler
from ieum.application.group_commit import CommandBatcher
from ieum.casework.values import AgencyView
from ieum.delivery.delivery_context import DeliveryContext
from ieum.delivery.receiving.inbox import Inbox
from ieum.delivery.records.partitions import partition_of
from ieum.delivery.records.received import Record
from ieum.delivery.sending.outbox import Outbox
from ieum.delivery.streams.peers import Peers
from ieum.delivery.streams.stream import FAMILIES
from ieum.settings import Settings
from ieum.storage.catalogue import read_programmes
from ieum.storage.database import Database, open_database
from ieum_contracts import envelope
from ieum_contracts.address import Address
from ieum_contracts.topics import Family, topic_of
from ieum_lab.testing.centre import CentreUnderTest
from tests.kit.api.conformance import conforms

NO_HEADERS: Mapping[str, str] = {}


class Healthy:
    """A service that has nothing to complain of."""

    async def problems(self) -> list[str]:
        return []


@dataclass(slots=True)
class Carried:
    """A record as Kafka would give it."""

    topic: str
    partition: int
    offset: int
    key: bytes | None
    value: bytes | None
    headers: Sequence[tuple[str, bytes]]


@dataclass(frozen=True, slots=True)
class Api:
    """An agency's API, what it works with, and a client of it."""

    api_context: ApiContext
    outbox: Outbox
    app: FastAPI
    http: httpx.AsyncClient
    peer: Address
    headers: Mapping[str, str] = field(repr=False)
    """With the token of a caller who may do everything that a role allows."""
    offsets: dict[tuple[str, int], int] = field(default_factory=lambda: defaultdict(int))

    @property
    def me(self) -> Address:
        return self.api_context.delivery.me

    @property
    def database(self) -> Database:
        found = self.api_context.delivery.database
        assert isinstance(found, Database)
        return found

    @property
    def token(self) -> str:
        """The token by itself."""
        return self.headers["authorization"].removeprefix("Bearer ")

    @property
    def authorization(self) -> str:
        """The header line with the token, for requests that are written byte by byte."""
        return f"authorization: {self.headers['authorization']}\r\n"

    async def post(self, path: str, body: object, *, key: str = "", **headers: str) -> httpx.Response:
        """Post once, under a key of its own unless one is given."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return await self.http.post(
            path, json=body, headers={"idempotency-key": key or str(uuid4()), **named}
        )


def client_of(app: FastAPI, headers: Mapping[str, str] = NO_HEADERS) -> httpx.AsyncClient:
    """Make a client whose answers have to be declared by the document; `headers` has its token."""
    return httpx.AsyncClient(
        transport=httpx.ASGITransport(app),
        base_url="http://localhost",
        headers=headers,
        event_hooks={"response": [conforms(app)]},
    )


def like(api: Api, **changes: Any) -> FastAPI:
    """Make a second API with other fields of the DeliveryContext."""
    context = replace(api.api_context.delivery, **changes)
    batcher = CommandBatcher(context, api.api_context.handler, api.outbox)
    return create_app(
        replace(api.api_context, delivery=context, batcher=batcher, registry=CollectorRegistry())
    )


def limited(api: Api, **limits: Any) -> FastAPI:
    """Make a second API of the same agency with other limits."""
    context = replace(api.api_context, limits=HttpLimits(**limits), registry=CollectorRegistry())
    return create_app(context)


@asynccontextmanager
async def open_api(centre: CentreUnderTest, mine: Agency, *others: Agency) -> AsyncIterator[Api]:
    """Open the API of one agency that knows the programmes of others; the first of them is its peer."""
    me, peer = centre.address(mine.id), centre.address(others[0].id)
    known = {centre.address(each.id): each for each in (mine, *others)}
    database = await open_database(centre.access(mine.id).dsn)
    peers = Peers()
    async with database.acquire() as connection:
        await peers.know(connection, list(known))
        for address, agency in known.items():
            for body in published(agency, 1):
                written = body.model_dump_json(exclude_none=True).encode()
                place = (peers.number(address), f"programme:{body.programme}", body.version)
                await connection.execute(PUBLISH, *place, written)
        programmes = await read_programmes(connection)
    context = DeliveryContext(me, database, peers, lambda: datetime.now(UTC))
    handler = EventHandler(AgencyView(me, mine.rule_sets, programmes), peers)
    outbox = Outbox(context)
    batcher = CommandBatcher(context, handler, outbox)
    api_context = ApiContext(
        context,
        handler,
        batcher,
        lambda: None,
        Healthy(),
        CollectorRegistry(),
        asyncio.Event(),
        room_policies=mine.room_policies,
        access=access_of(Settings(**centre.access(mine.id).values())),  # type: ignore[arg-type]
    )
    api_context.catalogued.set()
    app = create_app(api_context)
    headers = centre.header(mine.id)
    async with client_of(app, headers) as http:
        opened = Api(api_context, outbox, app, http, peer, headers)
        assert (await opened.post("/v1/elevations", {"reason": "test"})).status_code == 200
        yield opened
    await database.close()


PUBLISH = "insert into catalogue (peer, id, version, body) values ($1, $2, $3, $4)"
TAKE = """
with taken as (delete from outbox where peer = $1 returning id, key, peer, family, sequence)
select t.key, t.family, l.headers, l.body from taken t
join ledger l on (l.key, l.peer, l.family, l.sequence) = (t.key, t.peer, t.family, t.sequence) and l.said
order by t.id
"""


async def taken_out(sender: Api, recipient: Api) -> list[Record]:
    """Take what one agency has said to the other out of its outbox, as records of the other's mailboxes."""
    async with sender.database.acquire() as connection:
        rows = await connection.fetch(TAKE, sender.api_context.delivery.peers.number(recipient.me))
    records: list[Record] = []
    for row in rows:
        topic = topic_of(recipient.me, Family(FAMILIES[row["family"]]))
        key = str(row["key"]).encode()
        place = topic, partition_of(key)
        headers = list(envelope.from_canonical(row["headers"]))
        records.append(Carried(*place, recipient.offsets[place], key, row["body"], headers))
        recipient.offsets[place] += 1
    return records


async def carry(sender: Api, recipient: Api) -> int:
    """Carry what one agency has said to the other; returns how many events went."""
    records, api_context = await taken_out(sender, recipient), recipient.api_context
    if records:
        await Inbox(api_context.delivery, recipient.outbox, api_context.handler).take(records, mind_gap=False)
    return len(records)


async def settle(one: Api, other: Api) -> None:
    """Carry to and fro until both have heard everything."""
    for _ in range(10):
        if await carry(one, other) + await carry(other, one) == 0:
            return
    raise AssertionError("The two agencies never stop talking.")
