"""What a seed stands for, and that no fault is left out of the schedule."""

from tests.chaos.faults import FAULTS, QUIET
from tests.chaos.schedule import EVERY, LONG_FAULT, LONG_FAULT_SECONDS, mixed


def test_a_seed_stands_for_one_schedule() -> None:
    assert mixed(7, 600, 10) == mixed(7, 600, 10)
    assert mixed(7, 600, 10) != mixed(8, 600, 10)
    assert {step.fault for lane in mixed(7, 6000, 10) for step in lane} == set(EVERY)


def test_every_fault_has_its_lane() -> None:
    assert set(EVERY) == set(FAULTS) - {QUIET, LONG_FAULT}


def test_the_long_fault_is_in_a_long_schedule_alone_and_the_brokers_rest_meanwhile() -> None:
    long = mixed(7, 6000, 10, long=True)
    [brokers] = [lane for lane in long if any(step.fault == LONG_FAULT for step in lane)]
    begin = next(step.at_seconds for step in brokers if step.fault == LONG_FAULT)
    meanwhile = [step.fault for step in brokers if begin <= step.at_seconds <= begin + LONG_FAULT_SECONDS]
    assert meanwhile == [LONG_FAULT]
    assert LONG_FAULT not in {step.fault for lane in mixed(7, 6000, 10) for step in lane}
