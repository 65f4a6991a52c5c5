"""Migrations: each applied once and in order, none changed afterwards, one process at a time."""

import asyncio
from pathlib import Path

import asyncpg
import pytest

from ieum.storage.migrate import MigrationError, migrate, read_migrations
from ieum_lab.testing.plugin import MakeCentre

pytestmark = pytest.mark.stack


@pytest.fixture
async def empty(make_centre: MakeCentre) -> str:
    """Give the connection string of a database that has never been migrated."""
    centre = await make_centre("employment-center")
    access = centre.access("employment-center")
    connection = await asyncpg.connect(access.dsn)
    await connection.execute("create schema fresh")
    await connection.close()
    return f"{access.dsn}?search_path=fresh"


def steps(folder: Path, *statements: str, first: int = 1) -> None:
    for number, sql in enumerate(statements, start=first):
        (folder / f"{number:04}_step.sql").write_text(sql)


async def tables(dsn: str) -> set[str]:
    connection = await asyncpg.connect(dsn)
    rows = await connection.fetch("select tablename from pg_tables where schemaname = 'fresh'")
    await connection.close()
    return {row["tablename"] for row in rows}


async def test_files_are_applied_once_and_later_ones_are_added(empty: str, tmp_path: Path) -> None:
    steps(tmp_path, "create table one (id int)", "create table two (id int); insert into two values (1)")

    assert await migrate(empty, folder=tmp_path) == ["0001_step.sql", "0002_step.sql"]
    assert await migrate(empty, folder=tmp_path) == []
    steps(tmp_path, "create table three (id int)", first=3)
    assert await migrate(empty, folder=tmp_path) == ["0003_step.sql"]
    assert await tables(empty) == {"migration", "one", "two", "three"}


async def test_two_at_once_apply_each_file_once(empty: str, tmp_path: Path) -> None:
    steps(tmp_path, "select pg_sleep(0.2)", "create table one (id int)")

    done = await asyncio.gather(*(migrate(empty, folder=tmp_path) for _ in range(3)))

    assert sorted(map(len, done)) == [0, 0, 2]


async def test_a_step_that_fails_leaves_nothing_of_itself(empty: str, tmp_path: Path) -> None:
    steps(tmp_path, "create table one (id int)", "create table two (id int); select 1 / 0")

    with pytest.raises(asyncpg.DivisionByZeroError):
        await migrate(empty, folder=tmp_path)

    assert await tables(empty) == {"migration", "one"}


async def test_a_changed_file_is_refused_by_name(empty: str, tmp_path: Path) -> None:
    steps(tmp_path, "create table one (id int)")
    await migrate(empty, folder=tmp_path)
    steps(tmp_path, "create table one (id bigint)")

    with pytest.raises(MigrationError, match=r"0001_step\.sql has changed"):
        await migrate(empty, folder=tmp_path)


async def test_an_older_file_and_a_newer_database_are_refused(empty: str, tmp_path: Path) -> None:
    steps(tmp_path, "create table two (id int)", first=2)
    await migrate(empty, folder=tmp_path)
    steps(tmp_path, "create table one (id int)")
    with pytest.raises(MigrationError, match="forward only"):
        await migrate(empty, folder=tmp_path)

    (tmp_path / "0002_step.sql").unlink()
    with pytest.raises(MigrationError, match="does not know"):
        await migrate(empty, folder=tmp_path)


def test_a_number_that_comes_twice_is_refused(tmp_path: Path) -> None:
    steps(tmp_path, "select 1")
    (tmp_path / "0001_other.sql").write_text("select 2")

    with pytest.raises(MigrationError, match="same number"):
        read_migrations(tmp_path)
