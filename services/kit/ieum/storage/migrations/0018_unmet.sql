-- What was asked for and could not be had: one row for each way in which that turned out. Bodies of events, and so
-- their reasons and promises, are kept for 30 days; reports look back further.

create table unmet_request (
    referral  uuid        not null,
    how       text        not null,             -- declined, redirected, failed, expired, …, waited-longer
    recipient boolean     not null,             -- whether this agency could not give it, else could not get it
    peer      smallint    not null,
    programme text        not null,
    reason    text        not null,
    at        timestamptz not null,             -- when that was known; of a promised wait, its end
    primary key (referral, how)
);
create index unmet_request_at on unmet_request (at);

create type unmet_request_row as (
    referral uuid, how text, recipient boolean, peer smallint, programme text, reason text, at timestamptz,
    wait_days integer
);

-- What had ended before, as far as it is known: a promise is not, nor the day of an end, only that of the last change.
insert into unmet_request (referral, how, recipient, peer, programme, reason, at)
select id, case when ended_here is null then case state when 'closed' then 'failed' else state end
        when ended_here = 'abandoned' then 'abandoned' else 'not-taken-in' end,
    recipient, peer, programme,
    case when ended_here is null then reason when ended_here = 'abandoned' then ended_reason else ended_here end,
    least(coalesce(concluded_at, changed_at), now())
from referral
where case
    when ended_here = 'abandoned' then ended_reason in ('recipient-silent', 'wrong-service')
    when ended_here is not null then true
    when state = 'cancelled' then reason in ('recipient-silent', 'wrong-service')
    when state in ('declined', 'redirected') or state = 'closed' and closed_as = 'failed' then reason not in (
        'client-declined', 'found-work', 'moved', 'deceased', 'needs-met-elsewhere', 'duplicate',
        'already-receiving', 'entered-in-error', 'consent-withdrawn'
    )
    else false
end;
