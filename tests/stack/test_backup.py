"""The runbook's commands for backup and restore: an older dump replaces what a newer version has made."""

import os
import re
import subprocess
from pathlib import Path
from urllib.parse import urlsplit

import asyncpg
import pytest

from ieum.storage.migrate import migrate
from ieum_lab.embedded.postgres_binaries import postgres_binaries
from ieum_lab.testing.plugin import MakeCentre

pytestmark = pytest.mark.stack
AGENCY = "employment-center"
RUNBOOK = Path(__file__).parents[2] / "docs" / "runbook.md"
BLOCK = re.compile(r"```text\n(export PGPASSWORD=.*?)```", re.DOTALL)
NEWER = """
create table newer (referral uuid references referral (id));
create type newer_row as (n integer);
"""
COUNT = "select count(*) from pg_class where relname like 'newer%'"


def runs(command: str, dsn: str, folder: Path) -> None:
    """Run commands as an operator's shell does, until one fails."""
    secret = folder / "database"
    secret.write_text(urlsplit(dsn).password or "")
    environment = {
        "PATH": f"{postgres_binaries().folder}:{os.environ['PATH']}",
        "IEUM_DATABASE_DSN": dsn,
        "IEUM_DATABASE_PASSWORD_FILE": str(secret),
    }
    done = subprocess.run(
        ["/bin/sh", "-euc", command], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


async def test_a_dump_is_restored_though_newer_migrations_were_made_since(
    make_centre: MakeCentre, tmp_path: Path
) -> None:
    [block] = BLOCK.findall(RUNBOOK.read_text(encoding="utf-8"))
    password, dump, *restore = block.splitlines()
    access = (await make_centre(AGENCY)).access(AGENCY)
    runs(f"{password}\n{dump}", access.dsn, tmp_path)
    connection = await asyncpg.connect(access.dsn)
    try:
        applied = await connection.fetchval("select count(*) from migration")
        await connection.execute(NEWER)
        assert await connection.fetchval(COUNT) > 0
        runs("\n".join([password, *restore]), access.dsn, tmp_path)
        assert await connection.fetchval(COUNT) == 0
        assert await connection.fetchval("select count(*) from migration") == applied
        assert await migrate(access.dsn) == []
    finally:
        await connection.close()
