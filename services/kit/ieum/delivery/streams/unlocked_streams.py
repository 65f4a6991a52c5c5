"""Streams read without a lock, with the versions of their rows, as parts of the statements of an application.

This is optimistic concurrency control: the statement that writes locks and compares what was read. `{ids}`
stands for the array of every id that is read, ascending; streams are those of these keys.
"""

from collections.abc import Sequence

_READ = """
with every as materialized ({every})
select
    (select ids from every) as ids, {columns},
    exists (select from source where held is not null) as held,
    array(
        select (s.key, s.peer, s.family, s.said, s.heard, s.heard_digest, s.stopped)::stream_row
        from unnest({{ids}}) as i (key)
        cross join lateral (select * from stream where key = i.key order by peer, family) s
    ) as streams,
    array({versions}) as versions
"""
_VERSIONS = """
union all select s.xmin::text from unnest({ids}) as i (key)
cross join lateral (select xmin from stream where key = i.key order by peer, family {lock}) s
"""
"""Streams are locked last, as in every transaction."""
_UNCHANGED = "array({versions}) = ${expected}::text[]"


def read_statement(every: str, columns: Sequence[str], versions: str) -> str:
    """Return the statement that reads columns of every id, its streams, and the versions of all rows."""
    text = _READ.format(every=every, columns=", ".join(columns), versions=versions + _VERSIONS)
    return text.format(ids="(select ids from every)", lock="")


def unchanged(versions: str, *, expected: int) -> str:
    """Return the condition that the rows of the ids `$1` have the versions of a parameter; it locks them."""
    text = _UNCHANGED.format(versions=versions + _VERSIONS, expected=expected)
    return text.format(ids="$1::uuid[]", lock="for update")
