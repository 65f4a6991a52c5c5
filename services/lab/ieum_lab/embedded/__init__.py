"""A whole centre on one machine: a real Kafka and a real PostgreSQL from packages, and the services."""

from ieum_lab.embedded.errors import AlreadyRunningError, StackError
from ieum_lab.embedded.stack import Stack

__all__ = ["AlreadyRunningError", "Stack", "StackError"]
