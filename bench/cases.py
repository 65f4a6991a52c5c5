"""The cases side by side: which two processes each is made of, fresh for every run."""

import asyncio
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.child import Child
from bench.place import Place
from ieum.access.callers import Role
from ieum_contracts.topics import Family, login, topic_of
from ieum_lab.embedded.processes import Service, agency_service
from ieum_lab.embedded.stack import Stack
from ieum_lab.testing.centre import CentreUnderTest, Template, end_centre, new_centre

ROOT = Path(__file__).parent.parent
SENDER, RECIPIENT = "employment-center", "city-welfare-team"
PEERS_PYTHON = ROOT / ".venv-peers" / "bin" / "python"
QUIET = {"IEUM_LOG_LEVEL": "warning"}


@dataclass(frozen=True, slots=True)
class Case:
    """A way to refer and be answered. `in_flight` unanswered referrals saturate it.

    `senders` at a time keep or post a referral: more than the sender has database connections (16 in every
    case), so that none is idle, and few enough that its reader does not starve while it waits for one.
    """

    title: str
    module: str
    variant: str = ""
    python: Path = Path(sys.executable)
    in_flight: int = 512
    senders: int = 32


CASES: Mapping[str, Case] = {
    "floor": Case("aiokafka alone, no database: the floor", "bench.floor", senders=512),
    "naive": Case("FastStream, a handler and a transaction per message", "bench.naive"),
    "parallel": Case("the same, partitions handled in parallel", "bench.naive", "parallel"),
    "outbox": Case("FastStream with faststream-outbox", "bench.peers.outbox", python=PEERS_PYTHON),
    "faust": Case("faust-streaming, answer awaited", "bench.peers.streams", python=PEERS_PYTHON),
    "ieum": Case("Ieum, a commit per referral", "bench.ours.originator", "each"),
    "ieum-together": Case("Ieum as it runs: orders share a commit", "bench.ours.originator"),
    "ieum-http": Case("Ieum behind its HTTP API", "bench.ours.caller"),
    "ieum-http-trusted": Case("the same, whoever calls is taken on trust", "bench.ours.caller"),
}
PEERS = ("outbox", "faust")
OVER_HTTP = {"ieum-http": "ieum.cli.main", "ieum-http-trusted": "bench.ours.trusting"}
"""The module of the sender's process, by the case that calls its API."""
OURS = ("ieum", "ieum-together", *OVER_HTTP)


@dataclass(frozen=True, slots=True)
class Opened:
    """A case that runs: whom to ask, and the processes by what they do."""

    case: Case
    originator: Child
    pids: Mapping[str, int]
    under_test: CentreUnderTest


@contextmanager
def centre_for(stack: Stack, template: Template, *agencies: str) -> Iterator[CentreUnderTest]:
    """Make a centre of these agencies, and remove it at the end."""
    under_test = asyncio.run(new_centre(stack, template, agencies))
    try:
        yield under_test
    finally:
        asyncio.run(end_centre(under_test))


@contextmanager
def opened(name: str, stack: Stack, template: Template) -> Iterator[Opened]:
    """Run a case in a centre of its own, with fresh topics, databases and processes."""
    case = CASES[name]
    with ExitStack() as exits:
        under_test = exits.enter_context(centre_for(stack, template, SENDER, RECIPIENT))
        pids = dict(servers(stack))
        if name in OURS:
            originator = _start_ours(name, stack, under_test, exits, pids)
        else:
            recipient = exits.enter_context(_start(case, stack, under_test, "recipient"))
            originator = exits.enter_context(_start(case, stack, under_test, "originator"))
            recipient.wait_until_ready()
            pids.update(recipient=recipient.pid, originator=originator.pid)
        originator.wait_until_ready()
        yield Opened(case, originator, pids, under_test)


def servers(stack: Stack) -> Mapping[str, int]:
    """Return the pids of broker and database, as far as they run."""
    found = {"broker": stack.kafka.child.pid(), "database": stack.postgres.child.pid()}
    return {name: pid for name, pid in found.items() if pid is not None}


def _start(case: Case, stack: Stack, under_test: CentreUnderTest, side: str) -> Child:
    mine, theirs = (RECIPIENT, SENDER) if side == "recipient" else (SENDER, RECIPIENT)
    access = under_test.access(mine)
    me = under_test.address(mine)
    place = Place(
        bootstrap=access.kafka_bootstrap,
        username=access.kafka_username,
        password=access.kafka_password,
        dsn=access.dsn,
        reads=topic_of(me, Family.REFERRAL),
        writes=topic_of(under_test.address(theirs), Family.REFERRAL),
        group=login(me),
        variant=f"{side} {case.variant}".strip(),
    )
    log = stack.state.logs(f"{under_test.id}-{side}")
    return Child([str(case.python), "-m", case.module], importable(place.environment()), log)


def _start_ours(
    name: str, stack: Stack, under_test: CentreUnderTest, exits: ExitStack, pids: dict[str, int]
) -> Child:
    """Start the recipient as people run it; the sender too when HTTP is measured, with a caller beside it."""
    recipient = exits.enter_context(served(stack, under_test, RECIPIENT))
    pids["recipient"] = recipient.pid or 0
    environment = {**under_test.access(SENDER).environment(), **QUIET}
    if name in OVER_HTTP:
        sender = exits.enter_context(served(stack, under_test, SENDER, OVER_HTTP[name]))
        pids["originator"] = sender.pid or 0
        environment |= {"BENCH_URL": sender.url, "BENCH_TOKEN": under_test.token(SENDER, Role.SYSTEM)}
    log = stack.state.logs(f"{under_test.id}-{name}")
    case = CASES[name]
    command = [sys.executable, "-m", case.module, *filter(None, [case.variant])]
    child = exits.enter_context(Child(command, importable(environment), log))
    pids["caller" if name in OVER_HTTP else "originator"] = child.pid
    return child


@contextmanager
def served(
    stack: Stack, under_test: CentreUnderTest, agency: str, module: str = "ieum.cli.main"
) -> Iterator[Service]:
    """Run an agency as people run it, or by another module."""
    settings = importable(QUIET)
    service = agency_service(stack.state, under_test.access(agency), settings, module=module)
    service.start()
    try:
        service.wait_until_ready()
        yield service
    finally:
        service.stop()


def importable(environment: Mapping[str, str]) -> dict[str, str]:
    """Add the repository to what a process of ours can import."""
    return {**environment, "PYTHONPATH": str(ROOT)}
