"""What a seed stands for, and that no fault is left out of the schedule."""

from tests.chaos.faults import FAULTS, QUIET
from tests.chaos.schedule import EVERY, mixed


def test_a_seed_stands_for_one_schedule() -> None:
    assert mixed(7, 600, 10) == mixed(7, 600, 10)
    assert mixed(7, 600, 10) != mixed(8, 600, 10)
    assert {step.fault for lane in mixed(7, 6000, 10) for step in lane} == set(EVERY)


def test_every_fault_has_its_lane() -> None:
    assert set(EVERY) == set(FAULTS) - {QUIET}
