"""The life of a stack: it keeps its data, cleans up after itself, and survives every way of being ended."""

import asyncio
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import pytest
from confluent_kafka.admin import AdminClient, NewTopic

from ieum.centre.centre_file import read_centre
from ieum_lab.embedded.administrator import centre_file
from ieum_lab.embedded.child import Child
from ieum_lab.embedded.errors import AlreadyRunningError
from ieum_lab.embedded.kafka import admin_settings
from ieum_lab.embedded.running import _refuse_a_second, running_centre
from ieum_lab.embedded.stack import Stack
from ieum_lab.embedded.state import ProcessEntry
from ieum_lab.testing.runs import new_run_folder

pytestmark = [pytest.mark.stack, pytest.mark.slow]

LAUNCHER = Path(__file__).with_name("launcher.py")


@pytest.fixture
def folder() -> Iterator[Path]:
    """Give a folder whose name has what Java, Kafka and shells read in a way of their own."""
    run = new_run_folder()
    folder = run / "한글 폴더, a"
    yield folder
    Stack(folder).discard()
    run.rmdir()


IN_THE_BACKGROUND = ["sh", "-c", "trap '' INT; exec \"$@\"", "sh"]
"""As a shell starts what a script runs with `&`: told to ignore Ctrl-C."""


def launch(folder: Path) -> subprocess.Popen[str]:
    launcher = subprocess.Popen(
        [*IN_THE_BACKGROUND, sys.executable, LAUNCHER, folder],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert launcher.stdout is not None
    assert launcher.stdout.readline() == "ready\n"
    return launcher


def end(launcher: subprocess.Popen[str], number: signal.Signals) -> int:
    launcher.send_signal(number)
    _, _ = launcher.communicate(timeout=60)
    return launcher.returncode


def leave_a_trace(stack: Stack) -> None:
    kafka = AdminClient(admin_settings(stack.kafka.record))
    for done in kafka.create_topics([NewTopic("trace", num_partitions=1)]).values():
        done.result(10)
    asyncio.run(_execute(stack, "create table trace as select 42 as answer"))


def trace(stack: Stack) -> tuple[bool, int]:
    topics = AdminClient(admin_settings(stack.kafka.record)).list_topics(timeout=10).topics
    return "trace" in topics, asyncio.run(_value(stack, "select answer from trace"))


async def _execute(stack: Stack, statement: str) -> None:
    connection = await asyncpg.connect(stack.postgres_admin_dsn)
    await connection.execute(statement)
    await connection.close()


async def _value(stack: Stack, query: str) -> int:
    connection = await asyncpg.connect(stack.postgres_admin_dsn)
    value: int = await connection.fetchval(query)
    await connection.close()
    return value


def running(entries: list[ProcessEntry]) -> list[str]:
    return [entry.name for entry in entries if entry.process() is not None]


def test_every_way_of_being_ended_leaves_the_data_and_nothing_running(folder: Path) -> None:
    """Three launchers in a row on one folder: killed, told to end, interrupted from the keyboard."""
    launcher, stack = launch(folder), Stack(folder)
    leave_a_trace(stack)
    left, ports = stack.state.entries(), stack.kafka.record.ports
    assert end(launcher, signal.SIGKILL) == -signal.SIGKILL
    assert sorted(running(left)) == ["kafka", "postgres"]

    for number, code in ((signal.SIGTERM, 128 + signal.SIGTERM), (signal.SIGINT, -signal.SIGINT)):
        launcher = launch(folder)
        assert running(left) == []
        assert stack.is_running
        assert trace(stack) == (True, 42)
        assert stack.kafka.record.ports == ports
        left = stack.state.entries()
        assert end(launcher, number) == code
        assert running(left) == []
        assert (folder / "kafka" / "data" / ".kafka_cleanshutdown").exists()


def test_a_second_start_on_the_same_folder_is_refused_in_words(stack: Stack) -> None:
    before = stack.state.entries()

    with pytest.raises(AlreadyRunningError, match=str(stack.state.folder)):
        Stack(stack.state.folder).start()

    assert stack.state.entries() == before
    assert stack.is_running


def test_a_second_demonstration_on_the_same_folder_is_refused_and_ends_nothing(stack: Stack) -> None:
    before = stack.state.entries()

    with pytest.raises(AlreadyRunningError), running_centre(Stack(stack.state.folder), print):
        pass

    assert stack.state.entries() == before
    assert stack.is_running


def test_a_second_demonstration_on_a_stack_in_the_background_is_refused(tmp_path: Path) -> None:
    stack = Stack(tmp_path)
    centre = read_centre(centre_file())
    _refuse_a_second(stack, centre)
    Child("city-welfare-team", stack.state).record(os.getpid())
    with pytest.raises(AlreadyRunningError, match="city-welfare-team"):
        _refuse_a_second(stack, centre)
    assert not Child("city-welfare-team", stack.state).is_ours


def test_a_second_stack_is_stopped_piece_by_piece_and_the_first_does_not_notice(
    stack: Stack, folder: Path
) -> None:
    mine = [entry.pid for entry in stack.state.entries()]
    other = Stack(folder, durable=False).start()
    assert not set(other.kafka.record.ports) & set(stack.kafka.record.ports)
    leave_a_trace(other)

    other.kafka.kill()
    other.postgres.kill()
    assert not other.is_running
    other.kafka.again()
    other.postgres.start()
    assert trace(other) == (True, 42)
    other.postgres.stop(immediate=True)
    other.postgres.start()
    assert trace(other) == (True, 42)

    other.detach()
    with pytest.raises(AlreadyRunningError, match="background"):
        Stack(folder).start()
    Stack(folder).down()
    assert not other.is_running

    assert [entry.pid for entry in stack.state.entries()] == mine
    assert stack.is_running
    assert asyncio.run(_value(stack, "select 1")) == 1


def test_a_pid_that_now_belongs_to_another_process_is_left_alone(tmp_path: Path) -> None:
    stack = Stack(tmp_path)
    innocent = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    try:
        entry = stack.state.add("kafka", innocent.pid)
        later = ProcessEntry(entry.name, entry.pid, entry.started - 3600)
        assert entry.process() is not None
        assert later.process() is None
    finally:
        innocent.kill()
        innocent.wait()


def test_a_discarded_stack_leaves_no_folder_and_no_shared_memory(folder: Path) -> None:
    stack = Stack(folder, durable=False).start()
    server = stack.postgres.child.pid()
    maps = Path(f"/proc/{server}/maps").read_text()
    held = {Path(found) for found in re.findall(r"\S+/PostgreSQL\.\d+", maps)}
    assert held
    assert server in _makers_of_shared_memory()

    stack.discard()

    assert not folder.exists()
    assert not any(path.exists() for path in held)
    assert server not in _makers_of_shared_memory()


def _makers_of_shared_memory() -> list[int]:
    """List the pids of all who made a System V segment that is still there."""
    lines = Path("/proc/sysvipc/shm").read_text().splitlines()
    column = lines[0].split().index("cpid")
    return [int(line.split()[column]) for line in lines[1:]]
