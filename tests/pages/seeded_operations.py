"""Operations in every state in which somebody may find one, as rows of the console's database."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from asyncpg import Connection

AGENCY = "microfinance-center"
PEER = "yangju/employment-center"
INSERT_OPERATION = """
insert into operation (id, act, agency, waits_for, reason, state, why, prepared_by, prepared_at, approved_by,
    runner, beat_at, ended_at)
values ($1, $2, $3, $4, $5, $6, $7, 'operator-1', $8, $9, $10, $11, $12)
"""
INSERT_ITEM = """
insert into operation_item (operation, position, agency, stream, referral, peer, sequence, waits_for, since,
    key, is_open, result, detail, at)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, gen_random_uuid(), $10, $11, $12, $13)
"""
STATES = (
    ("prepared", "retry", "", "", ()),
    ("stopped", "retry", "fault-repaired", "waits-again", ("waits-again",)),
    ("running", "skip", "sender-agreed", "", ("applied", "applied")),
    ("done", "skip", "sender-agreed", "", ("applied", "settled", "applied")),
    ("aborted", "retry", "fault-repaired", "", ("applied",)),
)
"""State, act, reason, why it stopped, results of the first items; who ran the one that runs is gone."""
ITEMS = 3


def operation(state: str) -> UUID:
    """Return the id of the operation in this state."""
    place = [each[0] for each in STATES].index(state)
    return UUID(f"0be4a710-0000-4000-8000-{place:012x}")


async def seed_operations(connection: Connection, now: datetime, referrals: Sequence[UUID]) -> None:
    """Write one operation in each state."""
    for place, (state, act, reason, why, results) in enumerate(STATES):
        begun, is_over = now - timedelta(minutes=5 + place), state in {"done", "aborted"}
        ran = state in {"running", "stopped", "done"}
        await connection.execute(
            INSERT_OPERATION,
            *(operation(state), act, AGENCY, f"fold.seeded-{place}", reason, state, why, begun),
            "operator-2" if ran else None,
            operation(state) if ran else None,
            begun + timedelta(minutes=1) if ran else None,
            begun + timedelta(minutes=2) if is_over else None,
        )
        for index in range(ITEMS):
            result = results[index] if index < len(results) else None
            await connection.execute(
                INSERT_ITEM,
                *(operation(state), index + 1, AGENCY, f"employment-center.referral.{place}-{index}"),
                *(referrals[index], PEER, 4 + index, f"fold.seeded-{place}", begun - timedelta(minutes=9)),
                *(
                    result is None and not is_over,
                    result,
                    "stream.nothing-waits" if result == "settled" else "",
                ),
                None if result is None else begun + timedelta(minutes=1, seconds=index),
            )
