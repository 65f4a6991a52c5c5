"""A note on a group of troubles and who looks after it; whoever saw an older one does not overwrite it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from asyncpg import Connection

NOTE_CHARACTERS_MAX = 300
ASSIGNEE_CHARACTERS_MAX = 60
REASON_CHARACTERS_MAX = 100
READ_MAX = 1_000


@dataclass(frozen=True, slots=True)
class TroubleNote:
    """What is noted of all that waits at an agency for one reason. `version` rises with every change."""

    agency: str
    reason: str
    note: str
    assignee: str
    version: int
    written_by: str
    written_at: datetime


READ_NOTES = """
select agency, reason, note, assignee, version, written_by, written_at from trouble_note
order by written_at desc limit $1
"""


async def read_notes(connection: Connection) -> Mapping[tuple[str, str], TroubleNote]:
    """Return the newest notes, by agency and reason."""
    rows = await connection.fetch(READ_NOTES, READ_MAX)
    return {(row["agency"], row["reason"]): TroubleNote(**dict(row)) for row in rows}


WRITE_NOTE = """
insert into trouble_note (agency, reason, note, assignee, version, written_by, written_at)
select $1, $2, $3, $4, 1, $5, $6::timestamptz
where $7 = 0 or exists (select from trouble_note where agency = $1 and reason = $2)
on conflict (agency, reason) do update set note = excluded.note, assignee = excluded.assignee,
    version = trouble_note.version + 1, written_by = excluded.written_by, written_at = excluded.written_at
where trouble_note.version = $7
returning version
"""


async def write_note(connection: Connection, wanted: TroubleNote) -> bool:
    """Write a note over the `version` that was seen, 0 for none; False where it is another one by now."""
    written = await connection.fetchval(
        WRITE_NOTE,
        wanted.agency,
        wanted.reason,
        wanted.note,
        wanted.assignee,
        wanted.written_by,
        wanted.written_at,
        wanted.version,
    )
    return written is not None
