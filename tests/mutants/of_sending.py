"""Mutants of sending: the outbox, the relay and its lock, producers, the feed's numbers."""

from tests.mutants.mutant import Mutant, delivery

OUTBOX, ORDER = delivery("test_outbox_sender"), delivery("test_row_order")
LOCK, PLACES = delivery("test_relay_session"), delivery("test_away_partitions")
OUTAGES = delivery("test_outages")

OF_SENDING = (
    Mutant(
        "outbox rows of one transaction in any order",
        "delivery/streams/batch_write.py",
        "from entry where said order by o\n",
        "from entry where said order by md5(o::text)\n",
        (ORDER,),
    ),
    Mutant(
        "feed rows of one transaction in any order",
        "delivery/streams/batch_write.py",
        "from entry where fate = 'applied' order by o\n",
        "from entry where fate = 'applied' order by md5(o::text)\n",
        (ORDER,),
    ),
    Mutant(
        "the feed is numbered in any order",
        "delivery/sending/feed_numbering.py",
        "where number is null order by id limit $1) as ids",
        "where number is null order by md5(id::text) limit $1) as ids",
        (ORDER,),
    ),
    Mutant(
        "the feed is numbered a thousand rows at a time and no more",
        "delivery/sending/feed_numbering.py",
        "    while last == NUMBERED_MAX:\n",
        "    while last == NUMBERED_MAX and not given:\n",
        (ORDER,),
    ),
    Mutant(
        "refused rows are in the feed",
        "delivery/streams/batch_write.py",
        "from entry where fate = 'applied' order by o\n",
        "from entry order by o\n",
        (ORDER,),
    ),
    Mutant(
        "the lock's session is not kept alive while Kafka is slow",
        "delivery/sending/outbox_sender.py",
        "                await number_feed(self._connection)"
        "  # the session that holds the lock must not look idle\n",
        "",
        (LOCK,),
    ),
    Mutant(
        "the lock's session is not kept alive while the relay waits for a broker",
        "delivery/sending/relay.py",
        "            await self._number(connection)\n            self.last_turn = _now()\n",
        "            self.last_turn = _now()\n",
        (LOCK,),
    ),
    Mutant(
        "a connection that was cut leaves the database undoubted",
        "delivery/sending/relay.py",
        "        self._context.restore_check.doubt()\n",
        "        pass\n",
        (LOCK,),
    ),
    Mutant(
        "two lead at a time",
        "delivery/sending/leadership.py",
        'while not await connection.fetchval("select pg_try_advisory_lock($1)", LOCK):',
        'while await connection.fetchval("select pg_try_advisory_lock($1)", LOCK) is None:',
        (LOCK,),
    ),
    Mutant(
        "who has lost the lock goes on leading",
        "delivery/sending/leadership.py",
        "            self.leading.clear()\n",
        "            pass\n",
        (LOCK,),
    ),
    Mutant(
        "all that was sent is deleted, acknowledged or not",
        "delivery/sending/outbox_sender.py",
        "self._acknowledged([rows[index] for index in outcome.acknowledged])",
        "self._acknowledged(rows)",
        (OUTBOX,),
    ),
    Mutant(
        "an event without its body is sent",
        "delivery/sending/outbox_sender.py",
        'gone = [row for row in rows if row["body"] is None]',
        "gone = [row for row in rows if False]",
        (OUTBOX,),
    ),
    Mutant(
        "a peer has no share of its own",
        "delivery/sending/outbox_sender.py",
        "    order by waiting.place, waiting.id limit $3\n",
        "    order by waiting.id limit $3\n",
        (OUTBOX,),
    ),
    Mutant(
        "a refused topic sets nothing aside",
        "delivery/sending/outbox_sender.py",
        "            await self._connection.execute(_SET_ASIDE, *place, self._set_aside_rows)\n",
        "",
        (OUTBOX,),
    ),
    Mutant(
        "what was set aside is never released",
        "delivery/sending/outbox_sender.py",
        "update outbox set held = false where id = any(",
        "update outbox set held = true where id = any(",
        (OUTBOX,),
    ),
    Mutant(
        "what is acknowledged behind a hanging one counts",
        "delivery/sending/partition_queue.py",
        "            return index\n    return len(futures)",
        "            continue\n    return len(futures)",
        (OUTBOX,),
    ),
    Mutant(
        "a partition that nobody leads is tried",
        "delivery/sending/away_partitions.py",
        "if until <= now and leads(place)]",
        "if until <= now]",
        (PLACES,),
    ),
    Mutant(
        "a partition that is away is tried without a pause",
        "delivery/sending/away_partitions.py",
        "if until <= now and leads(place)]",
        "if leads(place)]",
        (PLACES,),
    ),
    Mutant(
        "a partition that answers again keeps its long pause",
        "delivery/sending/away_partitions.py",
        "        self._backoffs.pop(place, None)\n",
        "",
        (PLACES,),
    ),
    Mutant(
        "partitions that are away are looked at in every turn",
        "delivery/sending/away_partitions.py",
        "if not self._until or now - self._looked_at < LOOK_AGAIN_SECONDS:",
        "if not self._until:",
        (PLACES,),
    ),
    Mutant(
        "a key goes where the broker's further partitions are",
        "delivery/sending/partition_places.py",
        "hash_of(key) % min(len(partitions), MAILBOX_PARTITIONS)",
        "hash_of(key) % len(partitions)",
        (delivery("test_partitions"),),
    ),
    Mutant(
        "something is said on a stopped stream",
        "delivery/sending/outbox.py",
        "            if stream.stopped is not None:\n",
        "            if False:\n",
        (ORDER,),
    ),
    Mutant(
        "something is said to a peer that is compared",
        "delivery/sending/outbox.py",
        "            if held and held.get(self._peers.number(say.to)) == COMPARING:\n",
        "            if False:\n",
        (ORDER,),
    ),
    Mutant(
        "numbers are not on disk before they are seen",
        "delivery/sending/feed_numbering.py",
        "select set_config('synchronous_commit', 'on', true)",
        "select set_config('synchronous_commit', 'off', true)",
        (f"{OUTAGES}::test_numbers_of_the_feed_that_somebody_may_have_read_outlive_a_crash",),
    ),
)
