"""Three brokers that form one cluster, as a real centre has: three replicas, two of them in sync."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

from ieum_lab.embedded.kafka import ADMIN, Kafka
from ieum_lab.embedded.ports import LOOPBACK, free_port
from ieum_lab.embedded.record import StackRecord
from ieum_lab.embedded.stack import Stack
from ieum_lab.embedded.state import StateFolder

NODES = (1, 2, 3)
_PROPERTIES = """
node.id={node}
controller.quorum.voters={voters}
listeners=CLIENT://{host}:{kafka_port},AGENCY://{host}:{agency_port},CONTROLLER://{host}:{controller_port}
advertised.listeners=CLIENT://{host}:{kafka_port},AGENCY://{host}:{door}
listener.security.protocol.map=CLIENT:SASL_PLAINTEXT,AGENCY:SASL_PLAINTEXT,CONTROLLER:SASL_PLAINTEXT
listener.name.agency.sasl.enabled.mechanisms=SCRAM-SHA-512
listener.name.agency.scram-sha-512.sasl.jaas.config=org.apache.kafka.common.security.scram.ScramLoginModule \
required username="{admin}" password="{password}";
default.replication.factor=3
min.insync.replicas=2
offsets.topic.replication.factor=3
transaction.state.log.replication.factor=3
transaction.state.log.min.isr=2
share.coordinator.state.topic.replication.factor=3
share.coordinator.state.topic.min.isr=2
broker.session.timeout.ms=4000
broker.heartbeat.interval.ms=1000
replica.lag.time.max.ms=10000
"""


class Node(Kafka):
    """One broker of the cluster. Agencies reach it by its `door`: a port that somebody else listens on."""

    def __init__(self, state: StateFolder, node: int, ports: Sequence[int], voters: str) -> None:
        super().__init__(state, f"kafka-{node}")
        self._node, self._voters = node, voters
        self._kafka_port, self._controller_port, self.agency_port, self.door = ports

    @property
    def record(self) -> StackRecord:
        """Return the stack's record, with the ports of this node."""
        ports = {"kafka_port": self._kafka_port, "controller_port": self._controller_port}
        return super().record.model_copy(update=ports)

    def further_properties(self) -> str:
        """Return the properties of one broker of the cluster."""
        return _PROPERTIES.format(
            node=self._node,
            voters=self._voters,
            host=LOOPBACK,
            kafka_port=self._kafka_port,
            agency_port=self.agency_port,
            controller_port=self._controller_port,
            door=self.door,
            admin=ADMIN,
            password=super().record.kafka_password,
        )


class Cluster(Kafka):
    """The three brokers, started and stopped together, or one by one as `nodes`."""

    def __init__(self, state: StateFolder) -> None:
        super().__init__(state)
        ports = _free_ports(4 * len(NODES))
        each = [ports[4 * index : 4 * index + 4] for index in range(len(NODES))]
        voters = ",".join(f"{node}@{LOOPBACK}:{mine[1]}" for node, mine in zip(NODES, each, strict=True))
        self.nodes = tuple(Node(state, node, mine, voters) for node, mine in zip(NODES, each, strict=True))
        self.child = self.nodes[0].child

    @property
    def bootstrap(self) -> str:
        """Return the addresses behind the doors, for administrators."""
        return ",".join(node.bootstrap for node in self.nodes)

    @property
    def doors(self) -> str:
        """Return the addresses that agencies connect to first."""
        return ",".join(f"{LOOPBACK}:{node.door}" for node in self.nodes)

    def start(self, jars: Sequence[Path]) -> None:
        """Start all brokers; none is ready before two of them have found each other."""
        _together([partial(node.start, jars) for node in self.nodes])

    def again(self) -> None:
        """Start the brokers that do not run, with the settings of their last start."""
        _together([node.again for node in self.nodes if node.child.process() is None])

    def stop(self) -> None:
        """Stop all brokers in an orderly way."""
        _together([node.stop for node in self.nodes])

    def kill(self) -> None:
        """Kill all brokers (SIGKILL)."""
        _together([node.kill for node in self.nodes])


class ClusterStack(Stack):
    """A stack whose Kafka is a cluster; its data are for one run, and nothing waits for the disk."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder, durable=False)
        self.cluster = Cluster(self.state)
        self.kafka = self.cluster


def _free_ports(count: int) -> list[int]:
    ports: list[int] = []
    while len(ports) < count:
        ports.append(free_port(besides=frozenset(ports)))
    return ports


def _together(works: Sequence[Callable[[], None]]) -> None:
    with ThreadPoolExecutor(len(NODES)) as threads:
        for future in [threads.submit(work) for work in works]:
            future.result()
