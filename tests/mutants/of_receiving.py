"""Mutants of reading the mailboxes: batches, gaps between offsets, positions, rebalances."""

from tests.mutants.mutant import Mutant, delivery

RECOVERY, GAPS = delivery("test_batch_recovery"), delivery("test_reading_recovery")
COMMITS = delivery("test_offset_commits")
COMPARISON = delivery("test_comparison")
TRUNCATED, PROGRESS = delivery("test_truncated"), delivery("test_reading_progress")
LOST_UNREAD = (
    f"{TRUNCATED}::test_records_lost_before_they_were_taken_in_are_asked_for_though_the_database_is_not_older"
)

OF_RECEIVING = (
    Mutant(
        "a failed batch is not read again",
        "delivery/receiving/consumer.py",
        "        self._mailboxes.rewind(records)\n        pause = ",
        "        pause = ",
        (f"{RECOVERY}::test_a_batch_that_failed_is_read_again_though_nothing_follows_it",),
    ),
    Mutant(
        "what was sought is not forgotten at a rebalance",
        "delivery/receiving/consumer.py",
        "        self._sought.clear()\n",
        "",
        (f"{RECOVERY}::test_what_was_sought_is_forgotten_when_partitions_move",),
    ),
    Mutant(
        "a mailbox cut while it is read asks nobody",
        "delivery/receiving/consumer.py",
        "                await self._inbox.ask_what_is_lost()\n",
        "",
        (LOST_UNREAD,),
    ),
    Mutant(
        "an older database under a running agency is not compared",
        "delivery/receiving/consumer.py",
        "await self._look_back()  # before these",
        "pass  # before these",
        (f"{GAPS}::test_a_database_that_expects_what_was_taken_in_is_an_older_one",),
    ),
    Mutant(
        "a gap between offsets is accepted at once",
        "delivery/receiving/inbox.py",
        "if mind_gap and gap.expected:",
        "if False and gap.expected:",
        (GAPS,),
    ),
    Mutant(
        "not looked again after waiting for the position",
        "delivery/receiving/batch_locks.py",
        "    if any(positions[place] > first for place, first in firsts.items()):\n"
        "        return positions, await load_state(connection, keys, arriving)\n",
        "",
        (f"{RECOVERY}::test_who_waited_for_the_position_sees_what_was_parked_meanwhile",),
    ),
    Mutant(
        "the position is not locked",
        "delivery/receiving/batch_locks.py",
        "order by family, partition for update",
        "order by family, partition",
        (f"{RECOVERY}::test_who_waited_for_the_position_sees_what_was_parked_meanwhile",),
    ),
    Mutant(
        "not loaded again where another took in what waited",
        "delivery/receiving/inbox.py",
        "            known = await self._application.load(connection, events, seen.untaken)\n"
        "        for each in seen.untaken:",
        "            pass\n        for each in seen.untaken:",
        (f"{RECOVERY}::test_who_finds_that_another_took_in_what_waited_loads_again",),
    ),
    Mutant(
        "a new number at an old offset is dropped",
        "delivery/receiving/inbox.py",
        "            if fresh or (h.sequence > streams[at].heard and (at, h.sequence) not in waits)",
        "            if fresh",
        (f"{GAPS}::test_a_new_number_at_an_old_offset_is_taken_in_once",),
    ),
    Mutant(
        "an answer to a compared peer is said all the same",
        "delivery/receiving/inbox.py",
        "        self._outbox.check_sources([say for say, _ in effects.says], seen.held)\n",
        "",
        (f"{COMPARISON}::test_what_may_not_be_said_yet_keeps_an_event_waiting_and_is_no_failure",),
    ),
    Mutant(
        "an offset is passed over before what was handed over is taken in",
        "delivery/receiving/read_range.py",
        "if offset > read.get(place_of(context, each), 0) >= handed.get(each, 0)",
        "if offset > read.get(place_of(context, each), 0)",
        (GAPS,),
    ),
    Mutant(
        "lost records are passed over as if they were marks",
        "delivery/receiving/read_range.py",
        "                if begins[each] <= read.get(place, 0)\n",
        "",
        (GAPS,),
    ),
    Mutant(
        "reach is believed across a move",
        "delivery/receiving/read_range.py",
        "        self._sure = False\n        self._handed.clear()",
        "        self._handed.clear()",
        (GAPS,),
    ),
    Mutant(
        "positions go backwards",
        "delivery/receiving/read_range.py",
        "where position.next_offset < excluded.next_offset",
        "where true",
        (GAPS,),
    ),
    Mutant(
        "batches are taken in while the database is doubted",
        "delivery/receiving/consumer.py",
        "        await self._context.restore_check.compared()\n        started",
        "        started",
        (f"{COMPARISON}::test_nothing_is_taken_in_by_a_running_agency_until_its_database_is_compared_again",),
    ),
    Mutant(
        "a batch gives numbers while the database is doubted",
        "delivery/sending/outbox.py",
        "        if says and self._standing.is_doubted:\n",
        "        if False:\n",
        (f"{COMPARISON}::test_no_number_is_given_in_a_database_that_is_doubted",),
    ),
    Mutant(
        "a doubt that comes during the comparison is lost",
        "delivery/restore_check.py",
        "        if doubts in {None, self.doubts}:\n",
        "        if True:\n",
        (delivery("test_restore_check"),),
    ),
    Mutant(
        "a start is tried again with the password of the first try",
        "delivery/receiving/subscriber.py",
        "            if self._failed:\n                self._connect()\n",
        "",
        (delivery("test_progress_is_health"),),
    ),
    Mutant(
        "positions are moved in a database that is doubted",
        "delivery/receiving/read_range.py",
        "            if self._sure and not context.restore_check.is_doubted:\n",
        "            if self._sure:\n",
        (GAPS,),
        survives="It is looked at before the database is read, too: this is for a doubt that comes between.",
    ),
    Mutant(
        "what Kafka did not take is not committed again",
        "delivery/receiving/offset_commits.py",
        "        if not committed:\n",
        "        if False:\n",
        (COMMITS,),
    ),
    Mutant(
        "who only speaks does not tell where its feed ends",
        "delivery/receiving/offset_commits.py",
        "if not due and feed_end != self._told:",
        "if False:",
        (COMMITS,),
    ),
    Mutant(
        "what an older database has not read is committed",
        "delivery/receiving/offset_commits.py",
        "            if offset <= positions.get(partition, 0)\n",
        "",
        (COMMITS,),
    ),
    Mutant(
        "what this process has taken in is forgotten",
        "delivery/receiving/offset_commits.py",
        "        self.taken.update(self._uncommitted)\n",
        "",
        (GAPS,),
    ),
    Mutant(
        "ends of long ago count",
        "delivery/receiving/reading_progress.py",
        "        while self._ends[0][0] < now - REMEMBERED_SECONDS:\n            self._ends.popleft()\n",
        "",
        (PROGRESS,),
    ),
    Mutant(
        "a partition that moves counts as still",
        "delivery/receiving/reading_progress.py",
        "if before is not None and before[0] == offset:",
        "if before is not None:",
        (PROGRESS,),
    ),
)
