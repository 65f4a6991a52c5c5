"""How a database or a broker says that it is away, or itself in trouble: nothing is wrong with the work."""

import asyncpg
from aiokafka.errors import KafkaError

from ieum.errors import Transient

DATABASE_RETRYABLE = (
    OSError,
    TimeoutError,
    asyncpg.InterfaceError,
    asyncpg.InsufficientResourcesError,
    asyncpg.InvalidAuthorizationSpecificationError,
    asyncpg.InvalidCatalogNameError,
    asyncpg.InvalidTransactionStateError,  # a server that only reads, or a transaction that it has ended
    asyncpg.LockNotAvailableError,
    asyncpg.ObjectNotInPrerequisiteStateError,  # the database takes no connections for now
    asyncpg.OperatorInterventionError,
    asyncpg.PostgresConnectionError,
    asyncpg.PostgresSystemError,
    asyncpg.TransactionRollbackError,
)
"""Errors after which the same work is tried again, for as long as it takes."""

RETRYABLE = (*DATABASE_RETRYABLE, KafkaError, Transient)
"""The same where Kafka has a part in the work, and where another transaction was in the way."""
