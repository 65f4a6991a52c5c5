"""Bare agencies as processes of their own, to be killed and frozen."""

import asyncio
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

from aiokafka.client import AIOKafkaClient
from aiokafka.protocol.group import LeaveGroupRequest
from confluent_kafka import KafkaException
from confluent_kafka.admin import AdminClient

from ieum_lab.embedded.kafka import admin_settings
from ieum_lab.embedded.stack import Stack
from ieum_lab.testing.centre import CentreUnderTest
from tests.kit.delivery import wire
from tests.kit.delivery.agencies import until

ROOT = Path(__file__).parents[3]
END_SECONDS_MAX = 60.0


async def expel(stack: Stack, group: str) -> None:
    """Let the dead leave a consumer group at once, and not when their session has timed out."""
    admin = AdminClient(admin_settings(stack.kafka.record))
    try:
        described = await asyncio.to_thread(admin.describe_consumer_groups([group])[group].result)
    except KafkaException:  # the broker is starting: it will notice dead members by itself
        return
    client = AIOKafkaClient(**wire.as_admin(stack))
    await client.bootstrap()
    try:
        for member in described.members:
            await client.send(client.get_random_node(), LeaveGroupRequest(group, member.member_id))
    finally:
        await client.close()


class BareProcess:
    """One process of an agency; its log lines are read from a file."""

    def __init__(self, centre: CentreUnderTest, agency: str, log: Path) -> None:
        self._log = log
        with log.open("ab") as out:
            self._popen = subprocess.Popen(
                [sys.executable, "-m", "tests.kit.delivery.bare_agency"],
                cwd=ROOT,
                env={**os.environ, **centre.access(agency).environment()},
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
            )

    @property
    def pid(self) -> int:
        return self._popen.pid

    def lines(self, event: str | None = None) -> list[dict[str, object]]:
        """Read the log lines, of one event or of all; what is no log line is given as it is."""
        found = []
        for line in self._log.read_text().splitlines():
            try:
                found.append(json.loads(line))
            except ValueError:
                found.append({"event": line})
        return [line for line in found if event is None or line["event"] == event]

    async def logs(self, event: str, count: int = 1, seconds: float = 60.0) -> float:
        """Wait for a log line; gives the seconds that it took."""

        async def logged() -> bool:
            assert self._popen.poll() is None, self._log.read_text()[-2000:]
            return len(self.lines(event)) >= count

        return await until(logged, seconds)

    def send(self, number: signal.Signals) -> None:
        """Send a signal."""
        self._popen.send_signal(number)

    def kill(self) -> None:
        """End it at once, whatever state it is in."""
        self._popen.kill()
        self._popen.wait(END_SECONDS_MAX)
