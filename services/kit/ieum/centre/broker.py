"""The broker's part of a centre: lists and creates topics, logins and access lists."""

import time
from collections.abc import Iterable, Mapping
from concurrent.futures import Future
from typing import TypeVar, cast

from confluent_kafka import KafkaError, KafkaException
from confluent_kafka.admin import (
    AclBinding,
    AclBindingFilter,
    AclOperation,
    AclPermissionType,
    AdminClient,
    AlterConfigOpType,
    ClusterMetadata,
    ConfigEntry,
    ConfigResource,
    NewTopic,
    ResourceType,
    ScramCredentialInfo,
    ScramMechanism,
    UserScramCredentialAlteration,
    UserScramCredentialUpsertion,
)

from ieum.centre.access_lines import EVERY_LINE, grant_of, is_plain, resource_of
from ieum.centre.broker_login import ANSWER_SECONDS_MAX, PAUSE_SECONDS, connection_settings
from ieum.centre.centre_file import CentreError
from ieum.centre.centre_settings import CentreSettings
from ieum_contracts.topics import Grant, Topic

REPLICAS = 3
IN_SYNC_REPLICAS = 2
SCRAM_ITERATIONS = 4096

Answer = TypeVar("Answer")


class Broker:
    """The cluster, used as its administrator. Every call blocks."""

    def __init__(self, settings: CentreSettings) -> None:
        self._client = AdminClient(
            connection_settings(settings, settings.kafka_admin_username, settings.kafka_admin_secret())
        )

    def topics(self, centre: str) -> dict[str, int]:
        """Return the centre's topics with their numbers of partitions; raises CentreError without Kafka."""
        found = self._listed().topics
        return {name: len(topic.partitions) for name, topic in found.items() if name.startswith(f"{centre}.")}

    def topics_with_few_replicas(self, names: Iterable[str]) -> dict[str, int]:
        """Return the topics of these that have fewer replicas than the brokers would hold, and how many."""
        found = self._listed()
        replicas = {
            name: min(len(each.replicas) for each in found.topics[name].partitions.values())
            for name in names
            if name in found.topics
        }
        return {name: count for name, count in replicas.items() if count < min(REPLICAS, len(found.brokers))}

    def _listed(self) -> ClusterMetadata:
        try:
            return self._client.list_topics(timeout=ANSWER_SECONDS_MAX)
        except KafkaException as error:
            raise CentreError(
                f"Kafka does not answer its administrator: {error.args[0].str()}. "
                "Look at IEUM_KAFKA_BOOTSTRAP, the password, and whether Kafka runs."
            ) from error

    def topic_settings(self, names: Iterable[str]) -> dict[str, dict[str, str]]:
        """Return the settings of existing topics."""
        resources = [ConfigResource(ResourceType.TOPIC, name) for name in names]
        if not resources:
            return {}
        found = self._client.describe_configs(resources)
        return {
            resource.name: {name: entry.value for name, entry in _answer(future).items()}
            for resource, future in found.items()
        }

    def grants(self, centre: str) -> set[Grant]:
        """Return the literal access lines of the centre's logins."""
        bindings = _answer(self._client.describe_acls(EVERY_LINE))
        grants = (grant_of(binding) for binding in bindings if is_plain(binding))
        return {grant for grant in grants if grant.principal.startswith(f"{centre}.")}

    def logins(self) -> set[str]:
        """Return the names of all SCRAM logins."""
        described = self._client.describe_user_scram_credentials()
        return set(_answer(cast("Future[Iterable[str]]", described)))  # a dict only when users are named

    def make_topics(self, topics: Iterable[Topic]) -> None:
        """Create topics, with three replicas where there are three brokers."""
        cluster = len(self._client.list_topics(timeout=ANSWER_SECONDS_MAX).brokers) >= REPLICAS
        replicas = REPLICAS if cluster else 1
        safety = {"min.insync.replicas": str(IN_SYNC_REPLICAS if cluster else 1)}
        new = [
            NewTopic(
                topic.name,
                num_partitions=topic.partitions,
                replication_factor=replicas,
                config={**topic.settings, **safety},
            )
            for topic in topics
        ]
        _all(self._client.create_topics(new).values() if new else ())

    def set_topics(self, settings: Mapping[str, Mapping[str, str]]) -> None:
        """Set settings of existing topics."""
        resources = [
            ConfigResource(
                ResourceType.TOPIC,
                name,
                incremental_configs=[
                    ConfigEntry(key, value, incremental_operation=AlterConfigOpType.SET)
                    for key, value in values.items()
                ],
            )
            for name, values in settings.items()
        ]
        _all(self._client.incremental_alter_configs(resources).values() if resources else ())

    def set_logins(self, passwords: Mapping[str, str]) -> None:
        """Create SCRAM-SHA-512 logins, or change the passwords of existing ones."""
        method = ScramCredentialInfo(ScramMechanism.SCRAM_SHA_512, SCRAM_ITERATIONS)
        new: list[UserScramCredentialAlteration] = [
            UserScramCredentialUpsertion(name, method, word.encode()) for name, word in passwords.items()
        ]
        _all(self._client.alter_user_scram_credentials(new).values() if new else ())

    def allow(self, grants: Iterable[Grant]) -> None:
        """Add access lines."""
        bindings = [
            AclBinding(*resource_of(grant), "*", AclOperation[grant.operation], AclPermissionType.ALLOW)
            for grant in grants
        ]
        _all(self._client.create_acls(bindings).values() if bindings else ())

    def revoke(self, grants: Iterable[Grant]) -> None:
        """Remove access lines."""
        filters = [
            AclBindingFilter(*resource_of(grant), "*", AclOperation[grant.operation], AclPermissionType.ALLOW)
            for grant in grants
        ]
        _all(self._client.delete_acls(filters).values() if filters else ())

    def remove(self, centre: str) -> None:
        """Delete a centre's topics with their records, and its access lists."""
        names = list(self.topics(centre))
        _all(self._client.delete_topics(names).values() if names else ())
        self.revoke(self.grants(centre))

    def wait_for_grants(self, centre: str, grants: Iterable[Grant]) -> None:
        """Wait until the broker, which gets them from the controller, applies exactly these lines."""
        wanted = set(grants)
        deadline = time.monotonic() + ANSWER_SECONDS_MAX
        while self.grants(centre) != wanted:
            if time.monotonic() > deadline:
                raise CentreError(
                    f"Kafka did not take up the access lists within {ANSWER_SECONDS_MAX:.0f} s; "
                    "apply again once the cluster is healthy."
                )
            time.sleep(PAUSE_SECONDS)


def _all(futures: Iterable["Future[Answer]"]) -> None:
    for future in futures:
        _answer(future)


def _answer(future: "Future[Answer]") -> Answer:
    """Wait for Kafka's answer; raises CentreError with what Kafka said."""
    try:
        return future.result(ANSWER_SECONDS_MAX)
    except TimeoutError as error:
        raise CentreError(
            f"Kafka did not answer within {ANSWER_SECONDS_MAX:.0f} s. "
            "Apply again once the cluster is healthy."
        ) from error
    except KafkaException as error:
        failure: KafkaError = error.args[0]
        if failure.retriable() or failure.code() < 0:  # below zero: what the client found, no answer of Kafka
            raise CentreError(
                f"Kafka did not set the centre up: {failure.str()}. Apply again once the cluster is healthy."
            ) from error
        raise CentreError(
            f"Kafka refused to set the centre up: {failure.str()}. "
            "Its administrator (IEUM_KAFKA_ADMIN_USERNAME) has to be a super user."
        ) from error
