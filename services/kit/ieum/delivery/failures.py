"""The errors of a database or broker that is away or in trouble: the work itself is not at fault."""

import asyncpg
from aiokafka.errors import KafkaError

from ieum.errors import Transient

DATABASE_RETRYABLE = (
    OSError,
    TimeoutError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,  # the server has ended the session; the connection is not closed yet
    asyncpg.InsufficientResourcesError,
    asyncpg.InvalidAuthorizationSpecificationError,
    asyncpg.InvalidCachedStatementError,  # a migration has added a column; the next attempt plans anew
    asyncpg.InvalidCatalogNameError,
    asyncpg.InvalidTransactionStateError,  # a read-only server, or a transaction that the server ended
    asyncpg.LockNotAvailableError,
    asyncpg.ObjectNotInPrerequisiteStateError,  # the database accepts no connections for now
    asyncpg.OperatorInterventionError,
    asyncpg.PostgresConnectionError,
    asyncpg.PostgresSystemError,
    asyncpg.TransactionRollbackError,
)
"""Errors after which the same work is retried, for as long as it takes."""

RETRYABLE = (*DATABASE_RETRYABLE, KafkaError, Transient)
"""The same for work that also needs Kafka, or that another transaction may block."""
