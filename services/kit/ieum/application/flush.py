"""Flushing: one statement writes everything that a transaction changed, including delivery's rows."""

from collections.abc import Sequence
from dataclasses import dataclass

from asyncpg import Connection

from ieum.casework.loaded_cases import LoadedCases
from ieum.casework.values import AgencyView
from ieum.delivery.streams.batch_write import Condition, Part, Rows, retry_if_begun_twice, write
from ieum.delivery.streams.ledger import REFUSED
from ieum.delivery.streams.peers import Peers
from ieum.storage.access_rows import ADD_ACCESS, AccessRow
from ieum.storage.case_rows import case_row
from ieum.storage.clock_rows import clock_parts
from ieum.storage.confirmation_rows import confirmation_row
from ieum.storage.eligibility_change_rows import change_row
from ieum.storage.erasure_rows import clear_erased
from ieum.storage.idempotency_rows import StoredAnswer
from ieum.storage.inquiry_rows import citation_row, inquiry_row
from ieum.storage.referral_rows import referral_row
from ieum.storage.room_rows import ADD_PLACES, place_rows
from ieum.storage.unmet_rows import ADD_UNMET, unmet_rows

_REFER = """referred as (
    insert into referral (
        id, recipient, peer, journey, parent, case_id, programme, state, version, ask_ids, ask_types,
        closed_as, reopened, disputed, withdrawn, erased, outcome, reason, client_ref, open_ref,
        loop_override, created_at, changed_at, concluded_at, asked, sealed, assessment, untaken_ids,
        untaken_names, untaken_reasons, over, ended_here, ended_reason, requested_at
    )
    select * from unnest({rows:referral_row_2})
    on conflict (id) do update set
        case_id = excluded.case_id, state = excluded.state, version = excluded.version,
        ask_ids = excluded.ask_ids, ask_types = excluded.ask_types, closed_as = excluded.closed_as,
        reopened = excluded.reopened, disputed = excluded.disputed, withdrawn = excluded.withdrawn,
        erased = excluded.erased, outcome = excluded.outcome, reason = excluded.reason,
        open_ref = excluded.open_ref, changed_at = excluded.changed_at,
        concluded_at = excluded.concluded_at, asked = excluded.asked, sealed = excluded.sealed,
        assessment = excluded.assessment, untaken_ids = excluded.untaken_ids,
        untaken_names = excluded.untaken_names, untaken_reasons = excluded.untaken_reasons,
        over = excluded.over, ended_here = excluded.ended_here, ended_reason = excluded.ended_reason
)"""
_FILE = """filed as (
    insert into case_file (id, journey, opened_at, keep_open, closed_at, reason, version)
    select * from unnest({rows:case_row})
    on conflict (id) do update set
        keep_open = excluded.keep_open, closed_at = excluded.closed_at,
        reason = excluded.reason, version = excluded.version
)"""
_CHANGE = """known as (
    insert into eligibility_change (
        referral, id, journey, told_by, programme, old, new, effective_on, conflicts, at, to_do, done_at,
        result
    )
    select * from unnest({rows:eligibility_change_row})
    on conflict (referral, id) do update set done_at = excluded.done_at, result = excluded.result
)"""
_OVERRIDE = """overridden as (
    insert into duplicate_override (referral, open, reason, at)
    select * from unnest({rows:duplicate_override_row})
)"""
_INQUIRE = """inquired as (
    insert into inquiry (
        id, asked_here, peer, asking, place, programmes, asked_at, at, answer, answered_at, assessment,
        refused, cited, erased
    )
    select id, asked_here, peer, asking, place, programmes, asked_at, now(), answer, answered_at, assessment,
        refused, cited, erased
    from unnest({rows:inquiry_row})
    on conflict (id) do update set
        answer = excluded.answer, answered_at = excluded.answered_at, assessment = excluded.assessment,
        refused = excluded.refused, cited = excluded.cited
)"""
_CITE = """cited as (
    insert into citation (referral, inquiry) select * from unnest({rows:citation_row})
)"""
_CONFIRM = """confirmed as (
    insert into confirmation (referral, assessed, body, at, by)
    select * from unnest({rows:confirmation_row})
    on conflict (referral) do update set
        assessed = excluded.assessed, body = excluded.body, at = excluded.at, by = excluded.by
)"""
_ANSWER = """answered as (
    insert into idempotency (key, fingerprint, status, headers, body, at)
    select key, fingerprint, status, headers, body, now() from unnest({rows:answer_row})
)"""


@dataclass(frozen=True, slots=True)
class Kept:
    """What is kept of the requests themselves: their answers, and their rows of the access log."""

    answers: Sequence[StoredAnswer] = ()
    accessed: Sequence[AccessRow] = ()


async def flush(
    connection: Connection,
    peers: Peers,
    known: LoadedCases,
    rows: Rows,
    *,
    view: AgencyView,
    kept: Kept | None = None,
    condition: Condition | None = None,
) -> bool:
    """Write changed referrals, their clocks, cases, inquiries, delivery's rows, and the answers to store.

    Returns False, and has written nothing, when the condition is not met, or when one statement would not do.
    Raises Transient when another transaction created the same stream, and UniqueViolationError when it
    made the same client's referral to the same programme, or used the same Idempotency-Key.
    """
    erased = [each for each in known.changed_referrals() if each.sealed is None]
    refused = {entry.stream.key for entry in rows.entries if entry.fate == REFUSED}
    clears = bool(erased or refused or known.forgotten)
    if condition is not None and clears:
        return False
    with retry_if_begun_twice(rows):
        written = await write(connection, _parts(peers, known, rows, view, kept or Kept()), condition)
    if clears:
        await clear_erased(connection, peers, erased, refused, known.forgotten)
    return written


def _parts(peers: Peers, known: LoadedCases, rows: Rows, view: AgencyView, kept: Kept) -> list[Part]:
    referrals = known.changed_referrals()
    return [
        *rows.parts(),
        (_REFER, [referral_row(referral, peers) for referral in referrals]),
        (_FILE, [case_row(case) for case in known.changed_cases()]),
        (_CHANGE, [change_row(change, peers) for change in known.new_changes()]),
        (_OVERRIDE, known.overrides),
        *clock_parts(known.clocks.changes(view), view.calendar_version),
        (_INQUIRE, [inquiry_row(each, peers) for each in known.changed_inquiries()]),
        (_CITE, [citation_row(each) for each in known.citations]),
        (_CONFIRM, [confirmation_row(each) for each in known.new_confirmations()]),
        (_ANSWER, [_answer_row(answer) for answer in kept.answers]),
        (ADD_ACCESS, [each.row() for each in kept.accessed]),
        (ADD_UNMET, unmet_rows(referrals, rows.entries, peers)),
        (ADD_PLACES, place_rows(rows.entries)),
    ]


def _answer_row(stored: StoredAnswer) -> tuple[object, ...]:
    """Return an answer as a database row (`answer_row`); the database adds the time."""
    key, answer = stored.idempotency_key, stored.answer
    return (key.key, key.fingerprint, answer.status, list(answer.headers), answer.body, None)
