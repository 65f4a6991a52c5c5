"""What can go wrong with processes of one's own machine, in whole sentences."""

from ieum.errors import Refused, Unreachable


class StackError(Unreachable):
    """A server or service could not be started, or did not do what it should; the text says what to do."""


class AlreadyRunningError(Refused, StackError):
    """Somebody else holds this state folder."""
