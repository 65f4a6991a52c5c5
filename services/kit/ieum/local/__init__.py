"""A whole centre on one machine: a real Kafka and a real PostgreSQL from packages, and the services."""

from ieum.local.errors import AlreadyRunningError, StackError
from ieum.local.stack import Stack

__all__ = ["AlreadyRunningError", "Stack", "StackError"]
