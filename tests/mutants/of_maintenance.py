"""Mutants of what the leading process does at intervals, and of notices and sources."""

from tests.mutants.mutant import Mutant, delivery

WALK, AGAIN, TOLD = delivery("test_walk_parked"), delivery("test_ask_again"), delivery("test_told_rows")
COMPARISON = delivery("test_comparison")
CLOCKS, RETENTION, SOURCES = (
    delivery("test_clocks"),
    delivery("test_retention"),
    delivery("test_source_rows"),
)

OF_MAINTENANCE = (
    Mutant(
        "what may lie in the own mailbox is asked for",
        "delivery/maintenance/ask_again.py",
        "        return self._progress.caught_up((stream.family, partition_of(str(stream.key).encode())))",
        "        return True",
        (AGAIN,),
    ),
    Mutant(
        "a gap is asked for in every turn",
        "delivery/maintenance/ask_again.py",
        "        self._asked |= {(stream, first): now for stream, first, _ in gaps}\n",
        "",
        (AGAIN,),
    ),
    Mutant(
        "a gap is asked for once and never again",
        "delivery/maintenance/ask_again.py",
        "if now - missing_for < at <= now}",
        "if at <= now}",
        (AGAIN,),
    ),
    Mutant(
        "a gap is asked for at once",
        "delivery/maintenance/ask_again.py",
        "            if gap.since <= now - missing_for and (stream, first) not in self._asked",
        "            if (stream, first) not in self._asked",
        (AGAIN,),
    ),
    Mutant(
        "what waits is entered into the outbox again",
        "delivery/notices/notices.py",
        "on conflict (key, peer, family, sequence) where resent do nothing\n",
        "",
        (AGAIN,),
    ),
    Mutant(
        "what was erased is sent again",
        "delivery/notices/notices.py",
        "    and digest = sha256(headers || sha256(body))\n",
        "",
        (TOLD,),
    ),
    Mutant(
        "a notice counts anew each time",
        "delivery/notices/notices.py",
        "    returning xmax = 0 as first\n",
        "    returning true as first\n",
        (TOLD,),
    ),
    Mutant(
        "a notice about what was never said is kept",
        "delivery/notices/notices.py",
        "        select from stream where key = $1 and peer = $2 and family = $3 and said >= $4\n",
        "        select from stream where key = $1 and peer = $2 and family = $3 and $4::bigint > 0\n",
        (TOLD,),
    ),
    Mutant(
        "a notice about another event under our number is believed",
        "delivery/notices/notices.py",
        '    if told.digest not in {None, row["digest"].hex()}:\n        return []\n',
        "",
        (TOLD,),
    ),
    Mutant(
        "a walk forgets the gaps of its earlier parts",
        "delivery/maintenance/walk_parked.py",
        "        end = await connection.fetchrow(_PART, *self._after, self._rows_max - 1)\n",
        "        end = await connection.fetchrow(_PART, *self._after, self._rows_max - 1)\n"
        "        self._found = {}\n",
        (WALK,),
    ),
    Mutant(
        "a walk wakes what waits of a held source",
        "delivery/maintenance/walk_parked.py",
        "    and not exists (select from source where source.peer = w.peer and source.held is not null)\n",
        "",
        (WALK,),
    ),
    Mutant(
        "a walk begins anew at every turn",
        "delivery/maintenance/walk_parked.py",
        "        self._after = until\n",
        "",
        (WALK,),
    ),
    Mutant(
        "what waits is folded before the comparison",
        "delivery/maintenance/wake_parked.py",
        "        if self._context.restore_check.is_doubted:\n            return\n",
        "",
        (f"{COMPARISON}::test_nothing_that_waits_is_folded_before_the_database_was_compared_with_kafka",),
    ),
    Mutant(
        "a wait set by a clock ahead stays",
        "delivery/maintenance/clock_repair.py",
        "where retry_at > $1 and retry_at < $2 and",
        "where false and retry_at > $1 and retry_at < $2 and",
        (CLOCKS,),
    ),
    Mutant(
        "a source held by a clock ahead stays held",
        "delivery/maintenance/clock_repair.py",
        "    await connection.execute(_SOURCE, now, WINDOW)\n",
        "",
        (CLOCKS,),
    ),
    Mutant(
        "the body of what is not sent yet is cleared",
        "delivery/maintenance/retention.py",
        "    where l.said and o.key = l.key and o.peer = l.peer",
        "    where not l.said and o.key = l.key and o.peer = l.peer",
        (RETENTION,),
    ),
    Mutant(
        "destruction knows no pace",
        "delivery/maintenance/retention_horizon.py",
        "        self._saved -= end - start\n",
        "",
        (CLOCKS,),
    ),
    Mutant(
        "the trouble of an hour ago counts",
        "delivery/blocked/source_breaker.py",
        "    troubles = excluded.troubles + case when source.since <= $4 then 0 else source.troubles end\n",
        "    troubles = excluded.troubles + source.troubles\n",
        (SOURCES,),
    ),
    Mutant(
        "a source is held at its last allowed trouble",
        "delivery/blocked/source_breaker.py",
        "held is null and troubles > $5\n",
        "held is null and troubles >= $5\n",
        (SOURCES,),
    ),
    Mutant(
        "a comparison is ended by too many troubles",
        "delivery/blocked/source_breaker.py",
        "where peer = any($1::smallint[]) and held is null and troubles > $5\n",
        "where peer = any($1::smallint[]) and troubles > $5\n",
        (SOURCES,),
    ),
    Mutant(
        "a source that waits for an answer is released after an hour",
        "delivery/blocked/source_breaker.py",
        "where held = $2 and held_until <= $1",
        "where $2::text is not null and held_until <= $1",
        (delivery("test_clocks"),),
    ),
    Mutant(
        "a source that waits for an answer is given an hour by a clock that steps back",
        "delivery/maintenance/clock_repair.py",
        "case when held_until is not null then least(held_until, $1 + $2) end",
        "least(held_until, $1 + $2)",
        (delivery("test_clocks"),),
    ),
    Mutant(
        "a released source keeps its count",
        "delivery/blocked/source_breaker.py",
        "held_until = null, troubles = 0\nwhere held = $2 and held_until <= $1",
        "held_until = null\nwhere held = $2 and held_until <= $1",
        (SOURCES,),
    ),
    Mutant(
        "what an older instance did not understand is not looked for with a margin",
        "delivery/maintenance/retry_not_understood.py",
        "WokenUpTo(self._since), now - INTERVAL\n",
        "WokenUpTo(self._since), now\n",
        (delivery("test_parked_rows"),),
    ),
)
