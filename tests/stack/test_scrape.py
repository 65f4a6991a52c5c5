"""A running service shows every metric of the catalogue that is a service's, its own process among them."""

import pytest
from prometheus_client.parser import text_string_to_metric_families

from ieum.access.callers import Role
from ieum.observe.metric_catalogue import CATALOGUE, Subject
from ieum_lab.embedded.stack import Stack
from ieum_lab.testing.centre import Template, end_centre, new_centre
from tests.restored.whole import Whole, comes

pytestmark = pytest.mark.stack
AGENCY = "veterans-center"


async def test_a_scrape_shows_what_the_catalogue_says(stack: Stack, database_template: Template) -> None:
    centre = await new_centre(stack, database_template, (AGENCY,))
    agency = Whole(centre, AGENCY)
    await agency.start(programmes=0)
    operator = centre.header(AGENCY, Role.OPERATOR)

    async def scraped() -> dict[str, float]:
        answer = await agency.http.get("/metrics", headers=operator)
        assert answer.status_code == 200
        families = list(text_string_to_metric_families(answer.text))
        services = {each.name for each in CATALOGUE if each.subject is not Subject.CONSOLE}
        assert {each.name for each in families if not each.name.endswith("_created")} == services
        samples = [sample for family in families for sample in family.samples]
        return {"".join([each.name, *each.labels.values()]): each.value for each in samples}

    async def measured() -> bool:
        found = await scraped()
        pools = [f"ieum_database_wait_seconds_count{pool}" for pool in ("delivery", "commands", "requests")]
        assert all(pool in found for pool in pools)
        counted = [found[pools[0]], found["ieum_event_loop_delay_seconds_count"]]
        assert any(name.startswith("ieum_rules_failed_total") for name in found), (
            "each rule, before it raises"
        )
        return all(counted) and found.get("ieum_rows_waitingoutbox") == 0

    await comes(measured)
    await agency.stop()
    await end_centre(centre)
