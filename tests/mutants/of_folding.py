"""Mutants of folding a batch, of what waits, and of what operators do with it."""

from tests.mutants.mutant import Mutant, delivery

FOLD = delivery("test_batch_fold")
PARKED, WALK = delivery("test_parked_rows"), delivery("test_walk_parked")
STREAMS = "tests/kit/api/test_streams.py"

OF_FOLDING = (
    Mutant(
        "what another transaction heard stays parked",
        "delivery/receiving/batch_fold.py",
        "                self.effects.unparked.append((parked.stream, parked.heard.sequence))\n",
        "                pass\n",
        (FOLD,),
    ),
    Mutant(
        "a conflict within a batch counts as a duplicate",
        "delivery/receiving/batch_fold.py",
        "        digest = self._heard.get((stream.at, heard.sequence), digest)\n",
        "",
        (FOLD,),
    ),
    Mutant(
        "a conflict does not stop its stream",
        "delivery/receiving/batch_fold.py",
        '        stream.stopped = "sequence.conflict"\n        stream.changed = True\n',
        '        stream.stopped = stream.stopped or "sequence.conflict"\n'
        "        stream.stopped = None\n        stream.changed = True\n",
        (FOLD,),
    ),
    Mutant(
        "another digest of what waits is a duplicate",
        "delivery/receiving/batch_fold.py",
        "        elif known.heard.digest == heard.digest:\n",
        "        elif True:\n",
        (FOLD,),
    ),
    Mutant(
        "a stopped stream goes on",
        "delivery/receiving/batch_fold.py",
        "while stream.stopped is None and (head",
        "while (head",
        (FOLD,),
    ),
    Mutant(
        "a dead event is tried again",
        "delivery/receiving/batch_fold.py",
        "if head.dead or (head.retry_at or now) > now:",
        "if (head.retry_at or now) > now:",
        (FOLD,),
    ),
    Mutant(
        "a retry does not wait for its time",
        "delivery/receiving/batch_fold.py",
        "if head.dead or (head.retry_at or now) > now:",
        "if head.dead:",
        (FOLD,),
    ),
    Mutant(
        "a body whose turn has come is not asked for",
        "delivery/receiving/batch_fold.py",
        "                self._park(head).retry_at = now\n",
        "                self._park(head)\n",
        (FOLD,),
    ),
    Mutant(
        "nobody is told when a stream goes on",
        "delivery/receiving/batch_fold.py",
        "        if head.told:\n",
        "        if False:\n",
        (FOLD,),
    ),
    Mutant(
        "the sender is told at every attempt",
        "delivery/receiving/batch_fold.py",
        "        if not head.told or head.dead:\n",
        "        if True:\n",
        (FOLD,),
    ),
    Mutant(
        "another family does not wake what waits for it",
        "delivery/receiving/batch_fold.py",
        '            if elsewhere and head is not None and head.reason.startswith("awaiting-"):\n',
        "            if False and head is not None:\n",
        (FOLD,),
    ),
    Mutant(
        "a refused body that may not be stored is stored",
        "delivery/receiving/batch_fold.py",
        "body=None if heard.unkept or not kept else heard.body,",
        "body=heard.body,",
        (FOLD,),
    ),
    Mutant(
        "what counts as early is held against its source",
        "delivery/receiving/batch_effects.py",
        "            if not parked.stored and parked.reason in WRONG\n",
        "            if not parked.stored\n",
        (FOLD,),
    ),
    Mutant(
        "a failed fold is retried once more than told",
        "delivery/blocked/parked_event.py",
        "self.dead = self.attempts >= len(RETRY_DELAYS)",
        "self.dead = self.attempts >= len(RETRY_DELAYS) - 1",
        (FOLD,),
    ),
    Mutant(
        "what is early is looked at ever as often",
        "delivery/blocked/parked_event.py",
        "delay = min(max((now - self.since) / 2, AWAITING_DELAY), AWAITING_DELAY_MAX)",
        "delay = AWAITING_DELAY",
        (PARKED,),
    ),
    Mutant(
        "what waits for contracts keeps the time of its gap",
        "delivery/blocked/parked_event.py",
        "        if self.reason != reason:\n            self.since = now\n",
        "",
        (FOLD,),
    ),
    Mutant(
        "parking again keeps the old retry time",
        "delivery/blocked/parking.py",
        "    retry_at = excluded.retry_at, told = excluded.told\n",
        "    told = excluded.told\n",
        (PARKED,),
    ),
    Mutant(
        "what is behind a gap is due as well",
        "delivery/blocked/parking.py",
        "where p.retry_at <= $1 and p.sequence <= s.heard + 1 and not p.dead",
        "where p.retry_at <= $1 and not p.dead",
        (PARKED,),
    ),
    Mutant(
        "what waits of a held source is due",
        "delivery/blocked/parking.py",
        "        and not exists (select from source where source.peer = p.peer and source.held is not null)\n"
        "    order by p.retry_at limit $2",
        "    order by p.retry_at limit $2",
        (PARKED,),
    ),
    Mutant(
        "who is due for longest is not first",
        "delivery/blocked/parking.py",
        "    order by p.retry_at limit $2\n",
        "    order by p.key limit $2\n",
        (WALK,),
    ),
    Mutant(
        "parked events are loaded in no order",
        "delivery/blocked/parking.py",
        'order by p.key, p.peer, p.family, sequence\n"""',
        'order by md5(sequence::text)\n"""',
        (PARKED,),
    ),
    Mutant(
        "an operator skips what nobody has looked at",
        "delivery/blocked/operator_actions.py",
        "    if act.sequence not in {None, acted.sequence} or "
        "act.waited_for not in {None, acted.waited_for}:\n",
        "    if False:\n",
        (STREAMS,),
    ),
    Mutant(
        "a number skipped leaves its event parked",
        "delivery/blocked/operator_actions.py",
        "            await unpark(connection, [(at, acted.sequence)])\n",
        "            pass\n",
        (PARKED,),
    ),
    Mutant(
        "a dry run is done in earnest",
        "delivery/blocked/operator_actions.py",
        "    if not act.dry_run:\n        stream.heard,",
        "    if True:\n        stream.heard,",
        (STREAMS,),
    ),
)
