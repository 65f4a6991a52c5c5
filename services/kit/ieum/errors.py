"""The errors that carry a policy; what casework refuses is a value, and everything else is a bug."""


class IeumError(Exception):
    """The root of the kit's own errors; its message is a whole sentence that names the next step."""


class Poison(IeumError):
    """Retrying it unchanged is useless; `reason` is a code of the table of dispositions."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Transient(IeumError):
    """Worth retrying after a while: a database or broker is away."""


class Unreachable(IeumError):
    """A server or service is not there; the text says what to do. A command ends with exit code 3."""


class Denied(IeumError):
    """The service does not allow this now; the text says what to do. A command ends with exit code 4."""
