"""The faults: each does its harm to a scene, heals it, and says in a few words what it did."""

import asyncio
import signal
from collections.abc import Awaitable, Callable, Mapping
from random import Random
from types import MappingProxyType

import psutil

from ieum.delivery.sending.leadership import LOCK
from ieum_lab.embedded.processes import Service
from tests.chaos import administration, restoring, strangers
from tests.chaos.clock_steps import step_clock
from tests.chaos.disk import fill_disk
from tests.chaos.door import Deaf, Door
from tests.chaos.room import change_places
from tests.chaos.scene import KAFKA, Scene, is_ready

SAID_MEANWHILE = 100
LONG_SECONDS = 720.0
QUIET_SECONDS_MAX = 40
Fault = Callable[[Scene, Random], Awaitable[str]]


async def kill_instance(scene: Scene, random: Random) -> str:
    """Kill one instance (SIGKILL) and start it again."""
    return await _kill(scene, random.choice(scene.everyone), random)


async def kill_relay_owner(scene: Scene, random: Random) -> str:
    """Kill the instance that holds an agency's lock."""
    return await _kill(scene, await relay_owner(scene, random), random)


async def _kill(scene: Scene, service: Service, random: Random) -> str:
    async with scene.turn(service):
        await asyncio.to_thread(service.kill)
        await asyncio.sleep(random.uniform(0, 2))
        await asyncio.to_thread(service.start)
    return service.name


async def freeze_instance(scene: Scene, random: Random) -> str:
    """Stop one instance where it stands (SIGSTOP) for some seconds."""
    return await _freeze(random.choice(scene.everyone), random)


async def freeze_relay_owner(scene: Scene, random: Random) -> str:
    """Stop the instance that holds an agency's lock; the other takes over, then the first wakes."""
    return await _freeze(await relay_owner(scene, random), random)


async def _freeze(service: Service, random: Random) -> str:
    seconds = random.choice((*[random.uniform(6, 14)] * 4, 30.0))
    service.child.send(signal.SIGSTOP)
    await asyncio.sleep(seconds)
    service.child.send(signal.SIGCONT)
    return f"{service.name} for {seconds:.0f} s"


async def restart_instances(scene: Scene, random: Random) -> str:
    """Restart every instance in turn (SIGTERM), as an upgrade does."""
    everyone = scene.everyone
    random.shuffle(everyone)
    orderly = 0
    for service in everyone:
        async with scene.turn(service):
            orderly += await asyncio.to_thread(service.stop)
            await asyncio.to_thread(service.start)
            await is_ready(service)
    return f"{orderly} of {len(everyone)} ended by themselves"


async def churn_groups(scene: Scene, random: Random) -> str:
    """Let instances come and go, so that the groups share their partitions out again and again."""
    service = random.choice(scene.everyone)
    times = random.randint(2, 3)
    for _ in range(times):
        async with scene.turn(service):
            await asyncio.to_thread(service.stop)
            await asyncio.to_thread(service.start)
        await asyncio.sleep(random.uniform(1, 3))
    return f"{service.name} {times} times"


async def restart_database(scene: Scene, random: Random) -> str:
    """Drop every connection and leave PostgreSQL to crash recovery (immediate shutdown)."""
    await asyncio.to_thread(scene.stack.postgres.stop, immediate=True)
    seconds = random.uniform(0, 3)
    await asyncio.sleep(seconds)
    await asyncio.to_thread(scene.stack.postgres.start)
    return f"away for {seconds:.1f} s"


_END_RELAYS = "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'ieum-relay'"


async def end_lock_connections(scene: Scene, random: Random) -> str:
    """Terminate the relays' own connections, with them the locks."""
    async with scene.database(random.choice(scene.addresses)) as connection:
        rows = await connection.fetch(_END_RELAYS)
    return f"{len(rows)} connections"


async def kill_broker(scene: Scene, random: Random) -> str:
    """Kill one broker of three (SIGKILL) and start it again."""
    node = random.choice(scene.cluster.cluster.nodes)
    await asyncio.to_thread(node.kill)
    await asyncio.sleep(random.uniform(1, 8))
    await asyncio.to_thread(node.again)
    return node.child.name


async def two_brokers_away(scene: Scene, random: Random) -> str:
    """Kill two brokers of three: some partitions have no leader, and none has enough replicas."""
    nodes = random.sample(list(scene.cluster.cluster.nodes), 2)
    await asyncio.gather(*(asyncio.to_thread(node.kill) for node in nodes))
    seconds = random.uniform(3, 20)
    await asyncio.sleep(seconds)
    await asyncio.to_thread(scene.stack.kafka.again)
    return f"for {seconds:.0f} s and the time of a start"


async def restart_brokers(scene: Scene, random: Random) -> str:
    """Restart the three brokers in turn, in an orderly way."""
    nodes = list(scene.cluster.cluster.nodes)
    random.shuffle(nodes)
    for node in nodes:
        await asyncio.to_thread(node.stop)
        await asyncio.to_thread(node.again)
    return "in turn"


async def all_brokers_away(scene: Scene, random: Random) -> str:
    """Kill all brokers at once and start them again later."""
    seconds = random.choice((*[random.uniform(2, 12)] * 5, 60.0))
    async with scene.turns[KAFKA]:
        await asyncio.to_thread(scene.stack.kafka.kill)
        await asyncio.sleep(seconds)
        await asyncio.to_thread(scene.stack.kafka.again)
    return f"for {seconds:.0f} s and the time of a start"


async def brokers_long_away(scene: Scene, _: Random) -> str:
    """Kill all brokers at once, and start them again after twelve minutes."""
    async with scene.turns[KAFKA]:
        await asyncio.to_thread(scene.stack.kafka.kill)
        await asyncio.sleep(LONG_SECONDS)
        await asyncio.to_thread(scene.stack.kafka.again)
    return f"for {LONG_SECONDS / 60:.0f} minutes and the time of a start"


async def cut_network(scene: Scene, random: Random) -> str:
    """Cut the agencies off from one broker, or from all."""
    doors = _some(scene, random)
    for door in doors:
        door.cut()
    return await _mend(doors, random.uniform(2, 10))


async def slow_network(scene: Scene, random: Random) -> str:
    """Let everything from and to some brokers take its time."""
    doors = _some(scene, random)
    for door in doors:
        door.delay_seconds = random.uniform(0.02, 0.4)
    return await _mend(doors, random.uniform(3, 10))


async def half_open_network(scene: Scene, random: Random) -> str:
    """Swallow what one side of some connections says; the connections stay open."""
    doors, deaf = _some(scene, random), random.choice((Deaf.BROKER, Deaf.CLIENTS))
    for door in doors:
        door.deaf = deaf
    return f"{deaf} unheard, {await _mend(doors, random.uniform(3, 14))}"


def _some(scene: Scene, random: Random) -> list[Door]:
    return random.sample(list(scene.doors), random.choice((1, 1, len(scene.doors))))


async def _mend(doors: list[Door], seconds: float) -> str:
    await asyncio.sleep(seconds)
    for door in doors:
        door.mend()
    return f"{len(doors)} door(s) for {seconds:.0f} s"


_SAID = "select count(*) from ledger where said"


async def let_work(scene: Scene, random: Random) -> str:
    """Do nothing until each agency has said some hundred things more, or for a while."""
    seconds = 0
    for me in scene.addresses:
        async with scene.database(me) as connection:
            enough = await connection.fetchval(_SAID) + SAID_MEANWHILE
            while await connection.fetchval(_SAID) < enough and seconds < QUIET_SECONDS_MAX:
                await asyncio.sleep(1)
                seconds += 1
    return f"for {seconds} s"


_HOLDER = """
select a.client_port from pg_locks l join pg_stat_activity a using (pid)
where l.locktype = 'advisory' and l.granted and l.objid = $1 and a.datname = current_database()
"""


async def relay_owner(scene: Scene, random: Random) -> Service:
    """Find the instance whose connection holds an agency's lock; any instance when nobody does."""
    me = random.choice(scene.addresses)
    async with scene.database(me) as connection:
        port = await connection.fetchval(_HOLDER, LOCK)
    for service in scene.services[me.agency]:
        if port is not None and service.pid is not None and _has_port(service.pid, port):
            return service
    return random.choice(scene.services[me.agency])


def _has_port(pid: int, port: int) -> bool:
    try:
        return any(
            found.laddr and found.laddr.port == port for found in psutil.Process(pid).net_connections("tcp")
        )
    except psutil.Error:
        return False


QUIET = "nothing for a while"
FAULTS: Mapping[str, Fault] = MappingProxyType(
    {
        "kill -9 of an instance": kill_instance,
        "kill -9 of the relay's owner": kill_relay_owner,
        "SIGSTOP of an instance": freeze_instance,
        "SIGSTOP of the relay's owner": freeze_relay_owner,
        "rolling restart of the agencies": restart_instances,
        "rebalance churn": churn_groups,
        "PostgreSQL immediate restart": restart_database,
        "lock connection lost": end_lock_connections,
        "disk full": fill_disk,
        "database restored": restoring.restore_backup,
        "failover to an older copy": restoring.fail_over,
        "kill -9 of a broker": kill_broker,
        "two brokers away": two_brokers_away,
        "rolling restart of the brokers": restart_brokers,
        "all brokers away": all_brokers_away,
        "all brokers away for twelve minutes": brokers_long_away,
        "network cut": cut_network,
        "network delay": slow_network,
        "network half-open": half_open_network,
        "duplicates": strangers.send_copies,
        "reorders": strangers.send_backwards,
        "gaps": strangers.take_from_outbox,
        "poison storm": strangers.send_poison,
        "large events behind a gap": strangers.send_large_behind_a_gap,
        "agency away": administration.agency_away,
        "mailboxes truncated": administration.truncate_mailboxes,
        "mailboxes remade": administration.remake_mailboxes,
        "partitions added": administration.add_partitions,
        "passwords changed": administration.rotate_passwords,
        "clock steps": step_clock,
        "other places": change_places,
        QUIET: let_work,
    }
)
"""Every fault by its name, and none at all."""
