"""Sets up a centre as its file says: look, plan what is missing, and (unless it is a dry run) do it."""

import asyncio
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor

from ieum.centre.broker import Broker
from ieum.centre.broker_login import is_let_in, wait_until_let_in
from ieum.centre.centre_file import CONSOLE, Centre, CentreError, console_database, database_name
from ieum.centre.centre_settings import CentreSettings
from ieum.centre.passwords import Secrets
from ieum.centre.plan import Plan
from ieum.centre.postgres import (
    SHARED_DATABASES,
    close_database,
    connect_admin,
    create_database,
    create_role,
    existing_databases,
    existing_roles,
    open_databases,
    refused_roles,
    set_password,
    wait_for_turn,
)
from ieum_contracts.topics import MAILBOX_PARTITIONS, Topic, console_login, grants, login, topics

LOGIN_THREADS = 8


async def apply(centre: Centre, settings: CentreSettings, *, dry_run: bool = False) -> Plan:
    """Create what the centre lacks and revoke what its logins may no longer do; returns what was done.

    Nothing is ever dropped: an agency that has left keeps its topics and database, without access. Passwords
    in the secrets folder are kept; missing ones are generated. With `dry_run` nothing is changed.
    Raises CentreError when a server does not answer, or when a topic has another number of partitions.
    """
    broker_side, database_side = await asyncio.gather(
        asyncio.to_thread(_plan_broker, centre, settings), _plan_databases(centre, settings)
    )
    plan = broker_side.together_with(database_side)
    if not dry_run:
        await asyncio.gather(
            asyncio.to_thread(_change_broker, centre, settings, plan),
            _change_databases(centre, settings),
        )
    return plan


def _plan_broker(centre: Centre, settings: CentreSettings) -> Plan:
    broker = Broker(settings)
    secrets = Secrets(settings.secrets_folder)
    wanted = topics(centre.centre, centre.agencies)
    there = broker.topics(centre.centre)
    known_logins = broker.logins()
    owners = _logins(centre)
    lines, wanted_lines = broker.grants(centre.centre), set(grants(centre.centre, centre.agencies))
    _check_partitions(wanted, there)
    return Plan(
        topics=tuple(topic for topic in wanted if topic.name not in there),
        topic_settings=_differing_settings(broker, [topic for topic in wanted if topic.name in there]),
        logins=tuple(name for name in owners if name not in known_logins),
        new_passwords=_refused_logins(
            settings,
            {name: secrets.read(owner, "kafka") for name, owner in owners.items() if name in known_logins},
        ),
        grants=tuple(sorted(wanted_lines - lines)),
        revocations=tuple(sorted(lines - wanted_lines)),
        few_replicas=broker.topics_with_few_replicas(topic.name for topic in wanted),
        more_partitions={each.name: there[each.name] for each in wanted if _has_more(each, there)},
    )


def _change_broker(centre: Centre, settings: CentreSettings, plan: Plan) -> None:
    broker = Broker(settings)
    secrets = Secrets(settings.secrets_folder)
    owners = _logins(centre)
    passwords = {
        name: secrets.read_or_make(owners[name], "kafka") for name in (*plan.logins, *plan.new_passwords)
    }
    broker.make_topics(plan.topics)
    broker.set_topics(plan.topic_settings)
    broker.set_logins(passwords)
    broker.revoke(plan.revocations)
    broker.allow(plan.grants)
    broker.wait_for_grants(centre.centre, grants(centre.centre, centre.agencies))
    with ThreadPoolExecutor(LOGIN_THREADS) as threads:
        for _ in threads.map(lambda item: wait_until_let_in(settings, *item), passwords.items()):
            pass


async def _plan_databases(centre: Centre, settings: CentreSettings) -> Plan:
    names = _databases(centre)
    secrets = Secrets(settings.secrets_folder)
    connection = await connect_admin(settings)
    try:
        roles = await existing_roles(connection, names)
        databases = await existing_databases(connection, names)
        opened = await open_databases(connection, (*names, *SHARED_DATABASES))
    finally:
        await connection.close()
    known = {role: secrets.read(names[role], "database") for role in roles}
    refused = {role for role, password in known.items() if password is None}
    refused |= await refused_roles(settings, {role: word for role, word in known.items() if word is not None})
    return Plan(
        roles=tuple(name for name in names if name not in roles),
        new_role_passwords=tuple(sorted(refused)),
        databases=tuple(name for name in names if name not in databases),
        closed_databases=tuple(sorted(opened)),
    )


async def _change_databases(centre: Centre, settings: CentreSettings) -> None:
    owners = _databases(centre)
    secrets = Secrets(settings.secrets_folder)
    connection = await connect_admin(settings)
    try:
        await wait_for_turn(connection)
        plan = await _plan_databases(centre, settings)  # another administrator may have been first
        for role in plan.roles:
            await create_role(connection, role, secrets.read_or_make(owners[role], "database"))
        for role in plan.new_role_passwords:
            await set_password(connection, role, secrets.read_or_make(owners[role], "database"))
        for name in plan.databases:
            await create_database(connection, name, owner=name)
        for name in (*plan.databases, *plan.closed_databases):
            await close_database(connection, name)
    finally:
        await connection.close()


def _databases(centre: Centre) -> Mapping[str, str]:
    """Map every database of the centre, which is also the name of its role, to the owner of its password."""
    agencies = {database_name(address): address.agency for address in centre.own_addresses()}
    return {**agencies, console_database(centre.centre): CONSOLE}


def _logins(centre: Centre) -> Mapping[str, str]:
    """Map every Kafka login of the centre to the owner of its password."""
    agencies = {login(address): address.agency for address in centre.addresses()}
    return {**agencies, console_login(centre.centre): CONSOLE}


def _has_more(topic: Topic, there: Mapping[str, int]) -> bool:
    """Whether a mailbox was given more partitions than are used: the others stay empty, and harm nothing."""
    return topic.partitions == MAILBOX_PARTITIONS < there.get(topic.name, 0)


def _check_partitions(wanted: tuple[Topic, ...], there: Mapping[str, int]) -> None:
    for topic in wanted:
        if there.get(topic.name, topic.partitions) != topic.partitions and not _has_more(topic, there):
            raise CentreError(
                f"The topic {topic.name} has {there[topic.name]} partitions, not {topic.partitions}. "
                "Changing that would break the order of its keys: empty and remake the topic by hand."
            )


def _differing_settings(broker: Broker, existing: list[Topic]) -> Mapping[str, Mapping[str, str]]:
    actual = broker.topic_settings(topic.name for topic in existing)
    differing = {
        topic.name: {
            key: value for key, value in topic.settings.items() if actual[topic.name].get(key) != value
        }
        for topic in existing
    }
    return {name: values for name, values in differing.items() if values}


def _refused_logins(settings: CentreSettings, passwords: Mapping[str, str | None]) -> tuple[str, ...]:
    def is_refused(item: tuple[str, str | None]) -> bool:
        name, password = item
        return password is None or not is_let_in(settings, name, password)

    with ThreadPoolExecutor(LOGIN_THREADS) as threads:
        refused = threads.map(is_refused, passwords.items())
    return tuple(name for name, no in zip(passwords, refused, strict=True) if no)
