"""What a measured process is told: where broker and database are, whose mail it reads, where it writes."""

import json
import os
from dataclasses import asdict, dataclass

VARIABLE = "BENCH_PLACE"
CONNECTIONS_MAX = 16
"""Database connections of a sender or recipient, the same in every case."""


@dataclass(frozen=True, slots=True)
class Place:
    """One half of a case. `reads` and `writes` are topics; `group` is the consumer group."""

    bootstrap: str
    username: str
    password: str
    dsn: str
    reads: str
    writes: str
    group: str
    variant: str = ""

    def environment(self) -> dict[str, str]:
        """Give the environment variables that carry this to a process."""
        return {VARIABLE: json.dumps(asdict(self))}


def read_place() -> Place:
    """Read what the process that started this one has told."""
    return Place(**json.loads(os.environ[VARIABLE]))
