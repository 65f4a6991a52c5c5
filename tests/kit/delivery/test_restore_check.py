"""What an order is told while the database is compared with Kafka: to wait, to try again, or to go on."""

import asyncio

from structlog.testing import capture_logs

from ieum.delivery.restore_check import RestoreCheck

WAIT, SILENT, ANSWERING = 0.05, 0.15, 0.4


def doubted() -> RestoreCheck:
    check = RestoreCheck(WAIT, SILENT, ANSWERING)
    check.doubt()
    return check


async def test_an_order_is_served_though_no_broker_answers() -> None:
    check = doubted()
    assert not await check.settled()  # not at once: a broker that is slow to answer is not away
    await asyncio.sleep(SILENT)
    with capture_logs() as logged:
        assert await check.settled()
        assert await check.settled()  # the next one does not wait again
    assert [each["event"] for each in logged] == ["restored.unchecked"]
    assert check.is_doubted


async def test_while_a_broker_answers_nothing_is_said_before_the_comparison() -> None:
    check = RestoreCheck(ANSWERING, SILENT, ANSWERING)
    check.doubt()
    check.answering()
    waiting = asyncio.create_task(check.settled())
    await asyncio.sleep(WAIT)
    assert not waiting.done()
    check.settle(comparing=True)
    assert await waiting
    assert await check.settled()
    assert check.comparing


async def test_a_broker_that_answers_late_stops_what_was_served_without_knowing() -> None:
    check = doubted()
    await asyncio.sleep(SILENT)
    assert await check.settled()
    check.answering()
    assert not await check.settled()


async def test_a_comparison_that_is_never_made_keeps_orders_waiting_for_a_time_only() -> None:
    check = doubted()
    check.answering()
    check.answering()  # another try does not begin the time again
    await asyncio.sleep(ANSWERING)
    assert await check.settled()


async def test_a_doubt_that_comes_while_it_is_compared_has_it_compared_again() -> None:
    """The connection was lost once more: what was compared may not be what answers now."""
    check = doubted()
    began = check.doubts
    check.doubt()
    check.settle(comparing=True, doubts=began)
    assert check.is_doubted
    assert check.comparing
    check.settle(comparing=False, doubts=check.doubts)
    assert not check.is_doubted
    assert check.is_known


async def test_an_answer_means_nothing_where_nothing_is_doubted() -> None:
    check = RestoreCheck(WAIT, SILENT, ANSWERING)
    check.answering()
    assert await check.settled()
