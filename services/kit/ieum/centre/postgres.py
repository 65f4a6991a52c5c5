"""PostgreSQL's part of a centre: a role per agency and a database per role, closed to the others."""

from collections.abc import Iterable, Mapping
from typing import TypeAlias

import asyncpg

from ieum.centre.centre_file import CentreError
from ieum.centre.centre_settings import CentreSettings

CONNECT_SECONDS_MAX = 10.0

Connection: TypeAlias = "asyncpg.Connection[asyncpg.Record]"

SHARED_DATABASES = ("postgres", "template1")
"""Databases that every new server has; by default every role may connect to them."""


async def connect_admin(settings: CentreSettings, database: str | None = None) -> Connection:
    """Connect as the administrator; raises CentreError with the reason when that is not possible."""
    try:
        connection = await asyncpg.connect(
            settings.database_admin_dsn.get_secret_value(),
            password=settings.database_admin_secret(),
            database=database,
            timeout=CONNECT_SECONDS_MAX,
        )
    except (OSError, TimeoutError, asyncpg.PostgresError) as error:
        raise CentreError(
            f"PostgreSQL does not let its administrator in: {error}. "
            "Look at IEUM_DATABASE_ADMIN_DSN, the password, and whether PostgreSQL runs."
        ) from error
    await connection.execute("set log_min_error_statement = panic")  # statements here hold passwords
    return connection


ONE_AT_A_TIME = "select pg_advisory_lock(hashtext('ieum.centre.apply'))"


async def wait_for_turn(connection: Connection) -> None:
    """Let one administrator at a time change the shared databases; the lock ends with the connection."""
    await connection.execute(ONE_AT_A_TIME)


ROLES = "select rolname from pg_roles where rolname = any($1::text[])"


async def existing_roles(connection: Connection, names: Iterable[str]) -> set[str]:
    """Return which of these roles exist."""
    return {row["rolname"] for row in await connection.fetch(ROLES, list(names))}


DATABASES = "select datname from pg_database where datname = any($1::text[])"


async def existing_databases(connection: Connection, names: Iterable[str]) -> set[str]:
    """Return which of these databases exist."""
    return {row["datname"] for row in await connection.fetch(DATABASES, list(names))}


OPEN_DATABASES = """
select datname from pg_database
where datname = any($1::text[]) and has_database_privilege('public', oid, 'connect')
"""


async def open_databases(connection: Connection, names: Iterable[str]) -> set[str]:
    """Return which of these databases every role may connect to."""
    return {row["datname"] for row in await connection.fetch(OPEN_DATABASES, list(names))}


CREATE_ROLE = "select format('create role %I login noinherit password %L', $1::text, $2::text)"


async def create_role(connection: Connection, name: str, password: str) -> None:
    """Create a role that may only log in."""
    await connection.execute(await connection.fetchval(CREATE_ROLE, name, password))


SET_PASSWORD = "select format('alter role %I login password %L', $1::text, $2::text)"  # noqa: S105


async def set_password(connection: Connection, name: str, password: str) -> None:
    """Change a role's password."""
    await connection.execute(await connection.fetchval(SET_PASSWORD, name, password))


CREATE_DATABASE = "select format('create database %I owner %I template %I', $1::text, $2::text, $3::text)"


async def create_database(connection: Connection, name: str, owner: str, template: str = "template1") -> None:
    """Create a database that belongs to a role."""
    await connection.execute(await connection.fetchval(CREATE_DATABASE, name, owner, template))


CLOSE_DATABASE = "select format('revoke connect, temporary on database %I from public', $1::text)"


async def close_database(connection: Connection, name: str) -> None:
    """Allow only the owner and the administrator to connect to a database."""
    await connection.execute(await connection.fetchval(CLOSE_DATABASE, name))


async def refused_roles(settings: CentreSettings, passwords: Mapping[str, str]) -> set[str]:
    """Return which roles cannot log in to their own database with the password that we hold."""
    refused = set()
    for role, password in passwords.items():
        try:
            connection = await asyncpg.connect(
                settings.database_admin_dsn.get_secret_value(),
                user=role,
                password=password,
                database=role,
                timeout=CONNECT_SECONDS_MAX,
            )
        except asyncpg.InvalidAuthorizationSpecificationError:
            refused.add(role)
        except asyncpg.InvalidCatalogNameError:
            pass  # the login works; the database itself does not exist yet
        else:
            await connection.close()
    return refused
