"""Nobody is heard who is no agency of the centre; one that joins is heard at its first word."""

import pytest

from ieum.centre.apply import apply
from ieum_contracts.address import Address
from ieum_lab.embedded.stack import Stack
from ieum_lab.testing.centre import centre_of
from tests.kit.delivery import wire
from tests.kit.delivery.agencies import Bare, new_keys, until
from tests.kit.delivery.conftest import Pair
from tests.kit.delivery.disposition_cases import Ground

pytestmark = pytest.mark.stack
ASIDE = "select count(*) from quarantine where reason = 'place.source-unknown'"
EFFECTS = "select count(*) from effect where key = $1"
KNOWN = "select count(*) from peer where address = $1"


async def _is(agency: Bare, value: object, query: str, *arguments: object) -> bool:
    return await agency.value(query, *arguments) == value


async def test_an_agency_is_heard_from_the_moment_on_in_which_the_centre_has_it(
    stack: Stack, pair: Pair
) -> None:
    gamma, beta = Address(pair.centre.id, "gamma"), pair.beta
    before, after = (Ground(gamma, beta.address, key) for key in new_keys(2))
    wire.produce(stack, [before.good()])
    await until(lambda: _is(beta, 1, ASIDE))
    assert await beta.value(KNOWN, str(gamma)) == 0
    assert await beta.value(EFFECTS, before.key) == 0

    await apply(centre_of(pair.centre.id, ("alpha", "beta", "gamma")), pair.centre.settings)
    wire.produce(stack, [after.good()])
    await until(lambda: _is(beta, 1, EFFECTS, after.key))
    assert await beta.value(ASIDE) == 1
