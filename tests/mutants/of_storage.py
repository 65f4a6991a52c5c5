"""Mutants of rows: answers under a key, streams and their locks, clocks, queues, cases, group commit."""

from tests.mutants.mutant import Mutant, casework, delivery

KEYS, TOGETHER = "tests/kit/api/test_idempotency.py", casework("test_group_commit")
STORED, ROWS = casework("test_casework_storage"), delivery("test_row_order")
CLOCKS, ROOM = "tests/kit/clocks/test_clock_runner.py", casework("test_locked_rows")

OF_STORAGE = (
    Mutant(
        "an Idempotency-Key is not kept",
        "application/flush.py",
        "        (_ANSWER, [_answer_row(answer) for answer in kept.answers]),\n",
        "",
        (KEYS,),
    ),
    Mutant(
        "an answer under a key is not looked up",
        "application/execution.py",
        "    stored = None if key is None else loaded.answers.get(key.key)\n",
        "    stored = None\n",
        (KEYS,),
    ),
    Mutant(
        "an answer is forgotten before its seven days are over",
        "storage/idempotency_rows.py",
        "_FORGET, span.end, FORGOTTEN_MAX",
        "_FORGET, span.end + timedelta(days=1), FORGOTTEN_MAX",
        (KEYS,),
    ),
    Mutant(
        "one key twice in one transaction",
        "application/group_commit.py",
        "            if idempotency_key is not None and idempotency_key.key in idempotency_keys:\n",
        "            if False:\n",
        (TOGETHER,),
        survives="The key's unique row lets the transaction fail, and each order is then served alone.",
    ),
    Mutant(
        "one order that breaks the transaction breaks all in it",
        "application/group_commit.py",
        "        except _ONE_AMONG_THEM:\n            await self._serve_each(together)\n",
        "        except _ONE_AMONG_THEM as error:\n            self._fail(together, error)\n",
        (TOGETHER,),
    ),
    Mutant(
        "those who wait are not told that the database is away",
        "application/group_commit.py",
        "                    self._fail([*together, *self._queue], error)\n",
        "                    self._fail(together, error)\n",
        (TOGETHER,),
    ),
    Mutant(
        "If-Match is not looked at",
        "application/command.py",
        "if self.versions is not None and about.version not in self.versions:",
        "if False and self.versions is not None:",
        ("tests/kit/api/test_moves.py",),
    ),
    Mutant(
        "streams are not locked",
        "delivery/streams/stream.py",
        "order by key, peer, family for update\n",
        "order by key, peer, family\n",
        (ROWS,),
    ),
    Mutant(
        "a stream begun by two is an error of the second",
        "delivery/streams/batch_write.py",
        "        if error.constraint_name in _BEGUN and any(stream.new for stream in rows.streams):\n",
        "        if False:\n",
        (ROWS,),
    ),
    Mutant(
        "a stream begun by two is overwritten",
        "delivery/streams/batch_write.py",
        "            (_BEGIN, [stream.row() for stream in self.streams if stream.new]),\n"
        "            (_GO_ON, [stream.row() for stream in self.streams if not stream.new]),\n",
        "            (_GO_ON, [stream.row() for stream in self.streams]),\n",
        (ROWS,),
        survives="Its first ledger entry has a number that is taken: the ledger's key refuses it as well.",
    ),
    Mutant(
        "a stream that goes on forgets what stopped it",
        "delivery/streams/batch_write.py",
        "        heard_digest = excluded.heard_digest, stopped = excluded.stopped\n",
        "        heard_digest = excluded.heard_digest, stopped = null\n",
        (ROWS,),
    ),
    Mutant(
        "a referral is read without its lock",
        "storage/referral_rows.py",
        "cross join lateral (select * from referral where id = i.id limit 1 for update) r\n",
        "cross join lateral (select * from referral where id = i.id limit 1 offset 0) r\n",
        (ROOM,),
    ),
    Mutant(
        "a version is not written",
        "application/flush.py",
        "        case_id = excluded.case_id, state = excluded.state, version = excluded.version,\n",
        "        case_id = excluded.case_id, state = excluded.state,\n",
        (STORED,),
    ),
    Mutant(
        "what was amended is not written",
        "application/flush.py",
        "concluded_at = excluded.concluded_at, asked = excluded.asked, sealed = excluded.sealed,\n",
        "concluded_at = excluded.concluded_at, asked = excluded.asked,\n",
        (STORED,),
    ),
    Mutant(
        "a case that closes stays open in its row",
        "application/flush.py",
        "        keep_open = excluded.keep_open, closed_at = excluded.closed_at,\n",
        "        keep_open = excluded.keep_open,\n",
        (STORED,),
    ),
    Mutant(
        "a journey is not locked, so two open a case in it",
        "storage/case_rows.py",
        "    await connection.execute(_LOCK_JOURNEYS, sorted(map(str, journeys)))\n",
        "",
        (STORED,),
    ),
    Mutant(
        "a clock is read without the lock of its referral",
        "storage/clock_rows.py",
        "where id = c.referral limit 1 for update skip locked) r\n",
        "where id = c.referral limit 1 offset 0) r\n",
        (ROOM,),
    ),
    Mutant(
        "a clock that cannot be acted on holds up the others",
        "storage/clock_rows.py",
        "update clock set fires_at = $2 where referral = any($1::uuid[]) and fires_at < $2\n",
        "update clock set fires_at = fires_at where referral = any($1::uuid[]) and fires_at < $2\n",
        (CLOCKS, "tests/kit/clocks/test_many_due.py"),
    ),
    Mutant(
        "a stopped clock is not deleted",
        "storage/clock_rows.py",
        "        (_STOP, [(referral, clock.value) for referral, clock in changed.gone]),\n",
        "",
        (CLOCKS,),
    ),
    Mutant(
        "two give the places of one programme away",
        "storage/room_rows.py",
        '_LOCK = "select true from room where programme = $1 for update skip locked"',
        '_LOCK = "select true from room where programme = $1"',
        (ROOM,),
    ),
    Mutant(
        "who waits longest is not first",
        "storage/room_rows.py",
        "    coalesce(requested_at, created_at), id\n",
        "    coalesce(requested_at, created_at) desc, id\n",
        (ROOM,),
    ),
)
