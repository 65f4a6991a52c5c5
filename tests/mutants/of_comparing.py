"""Mutants of what is read without a lock and compared when it is written: batches, and new referrals."""

from tests.mutants.mutant import Mutant, casework

BATCHES, TOGETHER = "tests/kit/api/test_optimistic_batches.py", casework("test_group_commit")
BATCH, ROWS = "delivery/receiving/optimistic_batch.py", "storage/unlocked_rows.py"
STREAMS, COMMANDS = "delivery/streams/unlocked_streams.py", "application/optimistic_commands.py"
ORDERS = "tests/kit/api/test_optimistic_orders.py"

OF_COMPARING = (
    Mutant(
        "the versions that were read are not compared",
        STREAMS,
        "array({versions}) = ${expected}::text[]",
        "array({versions}) is not null and ${expected}::text[] is not null",
        (BATCHES,),
    ),
    Mutant(
        "the positions that were read are not compared",
        BATCH,
        "    where p.next_offset = e.next_offset\n",
        "",
        (BATCHES,),
    ),
    Mutant(
        "a stream's version is forgotten",
        STREAMS,
        "(select xmin from stream where key = i.key order",
        "(select xmin from stream where false and key = i.key order",
        (BATCHES,),
    ),
    Mutant(
        "a referral's version is forgotten",
        ROWS,
        "(select xmin from referral where id = i.id",
        "(select xmin from referral where false and id = i.id",
        (BATCHES,),
    ),
    Mutant(
        "a clock's version is forgotten",
        ROWS,
        "(select xmin from clock where referral = i.id",
        "(select xmin from clock where false and referral = i.id",
        (BATCHES,),
    ),
    Mutant(
        "what is compared is not locked",
        STREAMS,
        'lock="for update"',
        'lock=""',
        (BATCHES,),
    ),
    Mutant(
        "a held source is not looked for",
        STREAMS,
        "exists (select from source where held is not null) as held",
        "false as held",
        (BATCHES,),
    ),
    Mutant(
        "a stopped stream goes on",
        BATCH,
        "        if streams[at].stopped is not None or event.sequence",
        "        if event.sequence",
        (BATCHES,),
    ),
    Mutant(
        "what has to wait is written as if it had applied",
        BATCH,
        '        if effects.is_unusual or effects.count("applied") != len(arrived):\n',
        "        if False:\n",
        (BATCHES,),
    ),
    Mutant(
        "what stands against an order is not looked for",
        "application/looking_back.py",
        "found where fingerprint is not null or open is not null)",
        "found where false)",
        (TOGETHER,),
    ),
    Mutant(
        "an order is refused though its answer is stored",
        COMMANDS,
        "    if not all(isinstance(outcome, CommandResult) for outcome in decided.outcomes):\n",
        "    if False:\n",
        (TOGETHER,),
    ),
    Mutant(
        "a position of another partition hinders a batch",
        BATCH,
        "any(positions.get(each) != firsts[each] for each in places)",
        "positions != firsts",
        (BATCHES,),
    ),
    Mutant(
        "a referral that is given its clocks stays as it was",
        "application/clock_upkeep.py",
        "        await renew_rows(connection, [each.id for each in found])\n",
        "",
        ("tests/kit/clocks/test_clock_upkeep.py",),
    ),
    Mutant(
        "an order waits for the comparison with its rows locked",
        "application/group_commit.py",
        "            await check.settled()\n",
        "",
        ("tests/kit/api/test_sources.py",),
    ),
    Mutant(
        "orders go on though brokers answer and nothing is compared",
        "delivery/sending/outbox.py",
        "        if self._standing.is_known:\n",
        "        if True:\n",
        ("tests/kit/api/test_sources.py",),
    ),
    Mutant(
        "a case's version is forgotten",
        ROWS,
        "(select xmin from case_file where id = i.id",
        "(select xmin from case_file where false and id = i.id",
        (ORDERS,),
    ),
    Mutant(
        "the case of a referral is not read",
        ROWS,
        "    union select case_id from own where case_id is not null\n",
        "",
        (ORDERS,),
    ),
    Mutant(
        "what else a case serves is not read",
        ROWS,
        "        where recipient order by created_at, id limit 17\n",
        "        where false order by created_at, id limit 17\n",
        (ORDERS,),
    ),
    Mutant(
        "a large case is taken for a small one",
        ROWS,
        "    if any(len(each.served) > SERVED_MAX for each in cases):\n",
        "    if False:\n",
        (ORDERS,),
    ),
    Mutant(
        "an order's stored answer is not looked for without a lock",
        COMMANDS,
        'if found["held"] or found["answered"]:',
        'if found["held"]:',
        (ORDERS,),
    ),
    Mutant(
        "an order to a held source goes on without a lock",
        COMMANDS,
        'if found["held"] or found["answered"]:',
        'if found["answered"]:',
        (ORDERS,),
    ),
)
