"""Times and counts that bound delivery's work; given like the clock, so that a test can make them small."""

from dataclasses import dataclass
from datetime import timedelta

from ieum_contracts.delivery import HEADS_MAX


@dataclass(frozen=True, slots=True)
class Limits:
    """What a test may want to change; what nobody changes stands as a constant where it is used."""

    tick_seconds: float = 1.0
    """Between two ticks of the maintenance."""
    gap_ticks: int = 3
    """Ticks between two looks for gaps."""
    gap_age: timedelta = timedelta(seconds=30)
    """The age at which a gap is told: the sender of what is missing is asked within 35 seconds."""
    heads_ticks: int = 60
    """Ticks between two reports of heads."""
    heads_together: int = HEADS_MAX
    """Heads of one notice."""
    heads_answered: int = 100_000
    """Streams of one page when a peer's question is answered."""
    unknown_of_peer: int = 100_000
    """Streams of a peer that are expected, and those stopped because it has heard more: far above usual."""
    heads_entries: int = 10_000
    """Entries of the feed read in one turn of reporting heads; the rest is read in the next."""
    confirm_age: timedelta = timedelta(minutes=5)
    """After which what a peer's heads do not confirm is told again; it is asked once in twice that time."""
    open_transactions_seconds: float = 1.0
    """Between two looks which transactions are open: what they wrote may still come into a queue."""
    numbered_rows: int = 1_000
    """Entries of the feed that get their numbers in one statement."""
    poll_seconds: float = 1.0
    """After which the relay looks at the outbox though nobody woke it."""
    send_seconds: float = 10.0
    """How long the broker may take to acknowledge."""
    answer_seconds: float = 20.0
    """After which a consumer gives a connection up that does not answer; to join its group takes up to 13."""
    stall_seconds: float = 5.0
    """After which partitions that do not answer, while others did, are left out."""
    topic_seconds: float = 10.0
    """How long a topic that the broker does not know is not asked for again."""
    set_aside_rows: int = 500
    """Rows of the outbox set aside or released at once: what is for others waits meanwhile."""
    metadata_seconds: float = 30.0
    """After which a consumer asks for the partitions of its topics again."""
    look_seconds: float = 5.0
    """Between two looks at how far the mailboxes are read."""
    unseen_seconds: float = 20.0
    """After which a broker that does not answer, or takes nothing, is told."""
    still_seconds: float = 30.0
    """After which a partition with records that does not advance stands still."""
    stalled_seconds: float = 60.0
    """After which a client that gives nothing, though records wait for it, is replaced by a new one."""
    quarantined_of_a_source: int = 1_000
    """Records of one source stored in an hour; further ones are only counted."""
    feed_seconds: float = 0.5
    """Between two looks at the feed while somebody waits: another process may be the one that numbers it."""


USUAL = Limits()
