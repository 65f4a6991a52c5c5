"""Mutants of casework: what an event or an order does to referrals, cases, clocks and waiting lists."""

from tests.mutants.mutant import Mutant, casework

HEARING, CASES, MOVES = (
    casework("test_casework_hearing"),
    casework("test_casework_cases"),
    casework("test_casework_moves"),
)
ASSESSING, QUEUE = casework("test_casework_assessing"), casework("test_waitlist")
LIMITS = casework("test_hearing_limits")
WALK, PAUSES = casework("test_casework_walk"), "tests/kit/clocks/test_pauses.py"

OF_CASEWORK = (
    Mutant(
        "whoever says something of a referral is believed",
        "casework/hearing.py",
        "    body = event.body\n    if event.envelope.source != referral.peer:\n        return WRONG_PARTY\n",
        "    body = event.body\n",
        (HEARING,),
    ),
    Mutant(
        "a request that is known is received again",
        "casework/hearing.py",
        "return REFERRAL_KNOWN if referral is not None else _hear_request(",
        "return _hear_request(",
        (HEARING,),
    ),
    Mutant(
        "a decision about an unknown referral is refused for good",
        "casework/hearing.py",
        "return UNKNOWN if decision_of(body) is None else AWAITING_REFERRAL",
        "return UNKNOWN",
        (LIMITS,),
    ),
    Mutant(
        "a case of another journey serves a referral",
        "casework/hearing.py",
        "    if len(served) > 1:\n        return ANOTHER_JOURNEY\n",
        "",
        (LIMITS,),
    ),
    Mutant(
        "aftercare is told of a client who has withdrawn",
        "casework/hearing.py",
        "    if isinstance(body, CaseFollowedUp) and any(_withdrawn(each) for each in referrals):\n"
        "        return WITHDRAWN\n",
        "",
        (LIMITS,),
    ),
    Mutant(
        "an amendment's content is forgotten",
        "casework/receiving.py",
        "asked=_merged(referral.asked, asked), sealed=_sealed(referral, news))",
        "asked=_merged(referral.asked, asked))",
        (HEARING,),
    ),
    Mutant(
        "supplied information is forgotten",
        "casework/receiving.py",
        "        return replace(referral, sealed=_sealed(referral, _news(body.sealed)))\n",
        "        return referral\n",
        (HEARING,),
    ),
    Mutant(
        "a referral is received and not assessed",
        "casework/receiving.py",
        "    return change if declined is not None else assessed(change, view)\n",
        "    return change\n",
        (ASSESSING,),
    ),
    Mutant(
        "changed facts are not assessed again",
        "casework/assessing.py",
        "_circumstances(after) == _circumstances(before):\n",
        "True:\n",
        (ASSESSING,),
    ),
    Mutant(
        "an ask that waits is heard again",
        "casework/receiving.py",
        "    if any(ask_id == event.envelope.id or waiting is ask for ask_id, waiting in copy.waiting):\n"
        '        return RefusedEvent("ask-waits-already")\n',
        "",
        (HEARING, WALK),
    ),
    Mutant(
        "an outcome may be disputed for ever",
        "casework/receiving.py",
        "event.envelope.time - referral.concluded_at <= DISPUTE_WITHIN",
        "event.envelope.time - referral.concluded_at <= 9 * DISPUTE_WITHIN",
        (LIMITS,),
    ),
    Mutant(
        "a consent for another agency is enough",
        "casework/receiving.py",
        "        return Reason.CONSENT_INVALID\n",
        "        pass\n",
        (LIMITS,),
    ),
    Mutant(
        "a case is said to be closed and left open",
        "casework/case_commands.py",
        "    return replace(case, closed_at=now, reason=order.reason), says\n",
        "    return case, says\n",
        (CASES,),
    ),
    Mutant(
        "a case closes while a referral of it runs",
        "casework/case_commands.py",
        "    ended = all(each.state in ENDED for each in served)\n",
        "    ended = any(each.state in ENDED for each in served)\n",
        (CASES,),
    ),
    Mutant(
        "a reopened referral leaves its case closed",
        "casework/case_commands.py",
        "        return replace(case, closed_at=None, reason=None), ()\n",
        "        return case, ()\n",
        (CASES,),
    ),
    Mutant(
        "goals of others are told of a client who has withdrawn",
        "casework/case_commands.py",
        "    lawful = _by_sender(case.served, withdrawn=False)\n",
        "    lawful = _by_sender(case.served)\n",
        (CASES,),
    ),
    Mutant(
        "what had no effect at the sender is marked again and again",
        "casework/not_taken_in.py",
        "    if decision is None or any(each.id == event_id for each in referral.untaken):\n",
        "    if decision is None:\n",
        (casework("test_untaken_once"),),
    ),
    Mutant(
        "a note is said again of a client who has withdrawn",
        "casework/not_taken_in.py",
        "_coded(each) if referral.copy.withdrawn else each",
        "each",
        (casework("test_untaken_once"),),
    ),
    Mutant(
        "a sender's clock counts from when it heard",
        "casework/clock_book.py",
        "            at = min(at, heard.envelope.time)\n",
        "",
        (LIMITS,),
    ),
    Mutant(
        "a paused clock runs on at once",
        "casework/running_clocks.py",
        "        if stands_still(clock, referral.copy):\n",
        "        if False:\n",
        (PAUSES,),
    ),
    Mutant(
        "a clock that runs out while it stands still is forgiven",
        "casework/running_clocks.py",
        "    if clock.paused_at is not None or (clock.fires_at is not None and clock.fires_at <= at):\n",
        "    if clock.paused_at is not None:\n",
        (PAUSES,),
    ),
    Mutant(
        "a clock is acted on once for each level",
        "casework/running_clocks.py",
        "    while (due := clock.fires_at) is not None and due <= now:",
        "    if (due := clock.fires_at) is not None and due <= now:",
        (LIMITS,),
    ),
    Mutant(
        "a clock reminds of a client who has withdrawn",
        "casework/clock_firing.py",
        "    if referral.copy.withdrawn or ran_out.level is None",
        "    if ran_out.level is None",
        (LIMITS,),
    ),
    Mutant(
        "a place is given to two",
        "casework/waitlist.py",
        "        left = None if left is None else max(0, left - 1)\n",
        "",
        (QUEUE,),
    ),
    Mutant(
        "a place is given without verified facts",
        "casework/waitlist.py",
        "        if automatic and has_place and likely_on_verified_facts(each.referral):\n",
        "        if automatic and has_place:\n",
        (QUEUE,),
    ),
    Mutant(
        "the same position is told again",
        "casework/waitlist.py",
        "        if arrived or _facts(told) != _facts(each.told):\n",
        "        if True:\n",
        (QUEUE,),
    ),
    Mutant(
        "a place for which somebody waits counts as free",
        "casework/capacity.py",
        "places=None if by_count is None or free is None else max(0, free - standing.waiting),",
        "places=None if by_count is None or free is None else max(0, free),",
        (QUEUE,),
    ),
)
