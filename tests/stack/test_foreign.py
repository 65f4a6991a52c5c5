"""A centre with a foreign agency works: mailboxes and a login are made, and no command expects more of it."""

import json
from pathlib import Path

import pytest

from ieum.centre.apply import apply
from ieum.centre.centre_file import CentreError, read_centre
from ieum.centre.credentials import agency_access
from ieum.centre.passwords import Secrets
from ieum_contracts.referral import ReferralAmended
from ieum_lab.embedded.stack import Stack
from ieum_lab.testing.plugin import MakeCentre
from tests.journeys.living import Living, write_centre_file
from tests.kit.delivery import wire
from tests.kit.delivery.agencies import new_keys
from tests.stack.test_reconcile import execute

pytestmark = pytest.mark.stack
OWN, FOREIGN = "veterans-center", "housing-center"
QUARANTINED = """
insert into quarantine (topic, partition, "offset", reason, digest, at)
select 'some.topic', 4, n, 'place.key', '', now() from generate_series(1, 250) n
"""


@pytest.fixture
async def living(stack: Stack, make_centre: MakeCentre, tmp_path: Path) -> Living:
    """Give a centre of an agency and a foreign one; no process runs."""
    under_test = await make_centre(OWN)
    path = write_centre_file(tmp_path / "centre.toml", under_test)
    text = path.read_text(encoding="utf-8")
    path.write_text(f"{text}{FOREIGN} = {{foreign = true}}\n", encoding="utf-8")
    await apply(read_centre(path), under_test.settings)
    return Living(stack, under_test, path)


async def test_mailboxes_and_a_login_are_made_and_no_database(living: Living) -> None:
    centre = read_centre(living.centre_file)
    settings = living.under_test.settings
    assert Secrets(settings.secrets_folder).read(FOREIGN, "kafka")
    assert Secrets(settings.secrets_folder).read(FOREIGN, "database") is None
    assert (await apply(centre, settings, dry_run=True)).sentences() == []
    with pytest.raises(CentreError, match="runs elsewhere"):
        agency_access(centre, settings, FOREIGN)


async def test_every_command_ends_well(living: Living) -> None:
    migrated = await living.ieum("migrate", "--json")
    assert [*json.loads(migrated.stdout)] == [OWN]
    assert (await living.ieum("migrate", FOREIGN)).returncode == 2
    for command in ("reconcile", "doctor", "status"):
        run = await living.ieum(command, "--json")
        assert run.returncode == 0, (command, run.stdout, run.stderr)
    assert f'"{FOREIGN}"' in (await living.ieum("reconcile", "--json")).stdout
    shown = await living.ieum("status")
    assert "foreign" in shown.stdout


async def test_status_counts_truly_and_says_how_far_mailboxes_are_read(living: Living, stack: Stack) -> None:
    centre = living.under_test
    await execute(centre, OWN, QUARANTINED)
    [key] = new_keys(1)
    for me, other in ((OWN, FOREIGN), (FOREIGN, OWN)):
        way = centre.address(other), centre.address(me)
        say = [wire.event(*way, key, number, ReferralAmended()) for number in (1, 2)]
        wire.produce(stack, say)
    run = await living.ieum("status", "--json")
    own, foreign = json.loads(run.stdout)
    assert (own["quarantined"], own["lag"], own["foreign"]) == (250, 2, False)
    assert (foreign["quarantined"], foreign["lag"], foreign["foreign"]) == (None, 2, True)
    assert 0 <= own["lag_seconds"] < 60
    assert 0 <= foreign["lag_seconds"] < 60
