"""What of an edge `e` is unread, as a part of statements; counted as far as UNREAD_COUNTED_MAX, their $1."""

UNREAD_COUNTED_MAX = 2_000
"""So many unread records of a partition are counted, whoever said them."""

UNREAD = """cross join lateral (
    select coalesce(sum(x.unread), 0)::bigint as unread, min(x.sent_at) as sent_at, min(x.said_at) as said_at,
        coalesce(bool_or(x.cut), false) as cut
    from reading r
    cross join lateral (
        select count(*) filter (where source = e.source) as unread,
            min(sent_at) filter (where source = e.source) as sent_at,
            min(said_at) filter (where source = e.source) as said_at, count(*) > $1 as cut
        from (
            select source, sent_at, said_at from step
            where recipient = r.recipient and family = r.family and partition = r.partition
                and "offset" >= r.next_offset
            order by "offset" limit $1 + 1
        ) y
    ) x
    where r.recipient = e.recipient and r.next_offset < r.end_offset
) u"""
