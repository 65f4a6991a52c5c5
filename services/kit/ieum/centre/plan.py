"""The difference between a centre's file and the servers: what is missing, and what is too much."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields, replace

from ieum_contracts.topics import MAILBOX_PARTITIONS, Grant, Topic


@dataclass(frozen=True, slots=True)
class Plan:
    """What has to be done, in order; an empty plan means that nothing is missing."""

    topics: tuple[Topic, ...] = ()
    topic_settings: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    logins: tuple[str, ...] = ()
    new_passwords: tuple[str, ...] = ()
    grants: tuple[Grant, ...] = ()
    revocations: tuple[Grant, ...] = ()
    roles: tuple[str, ...] = ()
    new_role_passwords: tuple[str, ...] = ()
    databases: tuple[str, ...] = ()
    closed_databases: tuple[str, ...] = ()
    few_replicas: Mapping[str, int] = field(default_factory=dict)
    """Topics with fewer replicas than there could be, and how many: an administrator has to add them."""
    more_partitions: Mapping[str, int] = field(default_factory=dict)
    """Mailboxes with more partitions than are used, and how many."""

    def together_with(self, other: "Plan") -> "Plan":
        """Merge two plans for different systems."""
        theirs = {item.name: getattr(other, item.name) for item in fields(other) if getattr(other, item.name)}
        return replace(self, **theirs)

    def sentences(self) -> list[str]:
        """Yield the plan in words, a line for each step."""
        return list(self._sentences())

    def warnings(self) -> list[str]:
        """Say what the plan cannot mend, a line for each."""
        few = [
            f"topic {name}: {count} replica(s), though there are more brokers; a broker that fails may take "
            "its records along. Add replicas as docs/runbook.md says (A topic with too few replicas)."
            for name, count in self.few_replicas.items()
        ]
        more = [
            f"topic {name}: {count} partitions, of which {MAILBOX_PARTITIONS} are used; the others stay "
            "empty. Nothing has to be done."
            for name, count in self.more_partitions.items()
        ]
        return few + more

    def _sentences(self) -> Iterator[str]:
        for topic in self.topics:
            yield f"topic {topic.name}: create with {topic.partitions} partition(s)"
        for name, settings in self.topic_settings.items():
            yield f"topic {name}: set {', '.join(f'{key}={value}' for key, value in settings.items())}"
        yield from (f"Kafka login {login}: create" for login in self.logins)
        yield from (f"Kafka login {login}: set its password" for login in self.new_passwords)
        yield from (f"grant {_words(grant)}: add" for grant in self.grants)
        yield from (f"grant {_words(grant)}: take away" for grant in self.revocations)
        yield from (f"database role {role}: create" for role in self.roles)
        yield from (f"database role {role}: set its password" for role in self.new_role_passwords)
        yield from (f"database {name}: create" for name in self.databases)
        yield from (f"database {name}: close to roles that do not own it" for name in self.closed_databases)


def _words(grant: Grant) -> str:
    return f"{grant.operation} on {grant.resource} {grant.name} to {grant.principal}"
