"""The two errors that carry a policy; a refusal is a value, and everything else is a bug."""


class IeumError(Exception):
    """The root of the kit's own errors; its message is a whole sentence that names the next step."""


class Poison(IeumError):  # noqa: N818 - the field's word
    """Never worth trying again as it stands; `reason` is a code of the table of fates."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Transient(IeumError):  # noqa: N818 - the field's word
    """Worth trying again after a while: a database or broker that is away."""
