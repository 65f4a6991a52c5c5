"""Errors of the processes on this machine; their texts are whole sentences."""

from ieum.errors import Denied, Unreachable


class StackError(Unreachable):
    """A server or service could not be started, or did not do what it should; the text says what to do."""


class AlreadyRunningError(Denied, StackError):
    """Another process holds this state folder."""
