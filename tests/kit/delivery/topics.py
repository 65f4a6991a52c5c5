"""Topics of a real broker that a test deletes and makes again, as an administrator would or a fault does."""

import time
from contextlib import suppress

from confluent_kafka import KafkaException
from confluent_kafka.admin import AdminClient, NewTopic

from ieum_contracts.topics import MAILBOX_PARTITIONS, STREAM_FAMILIES, Family, topic_of
from ieum_lab.embedded.kafka import admin_settings
from ieum_lab.embedded.stack import Stack
from tests.kit.delivery.agencies import Bare


def delete_mailbox(stack: Stack, agency: Bare, family: Family) -> None:
    """Delete a mailbox, and wait until the broker has said so."""
    admin, topic = _admin(stack), topic_of(agency.address, family)
    admin.delete_topics([topic])[topic].result(timeout=10)


def make_mailbox(stack: Stack, agency: Bare, family: Family) -> None:
    """Make a mailbox, empty; a broker that still deletes the one before is asked again."""
    admin, topic = _admin(stack), topic_of(agency.address, family)
    partitions = MAILBOX_PARTITIONS if family in STREAM_FAMILIES else 1
    for _ in range(100):
        with suppress(KafkaException):
            admin.create_topics([NewTopic(topic, partitions, 1)])[topic].result(timeout=10)
            return
        time.sleep(0.1)


def make_mailboxes_anew(stack: Stack, agency: Bare, *families: Family) -> None:
    """Give an agency empty mailboxes, as after the loss of a broker's disk."""
    for family in families:
        delete_mailbox(stack, agency, family)
        make_mailbox(stack, agency, family)


def _admin(stack: Stack) -> AdminClient:
    return AdminClient(admin_settings(stack.state.record()))
