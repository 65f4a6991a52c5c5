"""Where a recipient has suggested to refer a client instead, as the ledger keeps it."""

from asyncpg import Connection

from ieum.casework.values import Referral
from ieum.delivery.streams.peers import Peers
from ieum.delivery.streams.stream import FAMILY_NUMBERS
from ieum_contracts.catalogue import EVENT_TYPES
from ieum_contracts.decisions import ReferralDeclined, ReferralRedirected, Suggestion
from ieum_contracts.topics import Family

_REDIRECTED, _DECLINED = "referral.redirected.v1", "referral.declined.v1"
_SUGGESTING = """
select type, body from ledger
where key = $1 and peer = $2 and family = $3 and not said and type = any($4::text[]) and fate = 'applied'
order by sequence desc limit 1
"""


async def read_suggestion(connection: Connection, peers: Peers, referral: Referral) -> Suggestion | None:
    """Read the suggestion of a referral's recipient; of several the first. None once it is no longer kept."""
    family, types = FAMILY_NUMBERS[Family.REFERRAL], [_REDIRECTED, _DECLINED]
    row = await connection.fetchrow(_SUGGESTING, referral.id, peers.number(referral.peer), family, types)
    model = None if row is None else EVENT_TYPES[row["type"]].model
    if row is None or row["body"] is None or model is None:
        return None
    match model.model_validate_json(row["body"]):
        case ReferralRedirected(suggestion=suggestion):
            return suggestion
        case ReferralDeclined(suggestions=suggestions):
            return next(iter(suggestions), None)
        case _:
            return None
