"""The errors that carry a policy; what casework refuses is a value, and everything else is a bug."""


class IeumError(Exception):
    """The root of the kit's own errors; its message is a whole sentence that names the next step."""


class Poison(IeumError):  # noqa: N818 - the field's word
    """Never worth trying again as it stands; `reason` is a code of the table of fates."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Transient(IeumError):  # noqa: N818 - the field's word
    """Worth trying again after a while: a database or broker that is away."""


class Unreachable(IeumError):  # noqa: N818 - it names what happened
    """A server or service is not there; the text says what to do. A command ends with exit code 3."""


class Refused(IeumError):  # noqa: N818 - it names what happened
    """Somebody does not let this happen now; the text says what to do. A command ends with exit code 4."""
