"""The small numbers that stand for peers in this database."""

from collections.abc import Collection, Iterable

from asyncpg import Connection

from ieum_contracts.address import Address

PEERS_MAX = 1000

_ADD = """
insert into peer (address) select unnest($1::text[])
on conflict (address) do nothing
"""
_ALL = "select id, address from peer"


class Peers:
    """Address ↔ number, cached after the first read."""

    def __init__(self) -> None:
        self._numbers: dict[Address, int] = {}
        self._addresses: dict[int, Address] = {}

    async def know(self, connection: Connection, addresses: Collection[Address]) -> None:
        """Give every address a number. To be called outside a transaction: a given number stays."""
        await self.load_addresses(connection, addresses)  # a failed insert uses up a number, of 32,767
        unknown = {address for address in addresses if address not in self._numbers}
        if unknown:
            await connection.execute(_ADD, sorted(map(str, unknown)))
            await self.read(connection)

    async def read(self, connection: Connection) -> None:
        """Load all numbers from the database, and forget those that it does not have."""
        rows = await connection.fetch(_ALL)
        self._addresses = {number: Address.parse(address) for number, address in rows}
        self._numbers = {address: number for number, address in self._addresses.items()}

    async def load_addresses(self, connection: Connection, addresses: Iterable[Address]) -> None:
        """Load all numbers when one of these addresses has none: another process may have given it one."""
        if any(address not in self._numbers for address in addresses):
            await self.read(connection)

    async def load_numbers(self, connection: Connection, numbers: Iterable[int]) -> None:
        """Load all addresses when one of these numbers has none: another process may have given it."""
        if any(number not in self._addresses for number in numbers):
            await self.read(connection)

    @property
    def full(self) -> bool:
        """Whether no new peer is accepted: far above the size of a centre, and a bound on forged sources."""
        return len(self._numbers) >= PEERS_MAX

    def others(self, me: Address) -> list[int]:
        """Return the numbers of all known peers except ourselves."""
        return sorted(number for number, address in self._addresses.items() if address != me)

    def __contains__(self, address: Address) -> bool:
        """Whether the address has a number."""
        return address in self._numbers

    def number(self, address: Address) -> int:
        """Return the number of a known address; raises KeyError for an unknown one."""
        return self._numbers[address]

    def address(self, number: int) -> Address:
        """Return the address of a number; raises KeyError for an unknown one."""
        return self._addresses[number]
