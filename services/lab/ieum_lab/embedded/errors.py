"""What can go wrong with processes of one's own machine, in whole sentences."""

from ieum.errors import IeumError


class StackError(IeumError):
    """A server or service could not be started, or did not do what it should; the text says what to do."""


class AlreadyRunningError(StackError):
    """Somebody else holds this state folder."""
