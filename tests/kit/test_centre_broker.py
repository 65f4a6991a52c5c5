"""What an administrator is told when Kafka does not set the centre up."""

from concurrent.futures import Future

import pytest
from confluent_kafka import KafkaError, KafkaException

from ieum.centre import broker
from ieum.centre.centre_file import CentreError

AGAIN, SUPER_USER = "Apply again once the cluster is healthy.", "has to be a super user."
ERRORS = {
    "a broker left meanwhile": (KafkaException(KafkaError(KafkaError._DESTROY_BROKER)), AGAIN),
    "a connection broke": (KafkaException(KafkaError(KafkaError._TRANSPORT)), AGAIN),
    "it may be tried again": (KafkaException(KafkaError(41, "another leads", False, True)), AGAIN),
    "no answer": (TimeoutError(), AGAIN),
    "no right": (KafkaException(KafkaError(KafkaError.CLUSTER_AUTHORIZATION_FAILED)), SUPER_USER),
}


@pytest.mark.parametrize("name", ERRORS)
def test_who_may_not_is_told_so_and_who_may_tries_again(name: str) -> None:
    error, advice = ERRORS[name]
    future: Future[None] = Future()
    future.set_exception(error)
    with pytest.raises(CentreError, match=advice):
        broker._answer(future)
