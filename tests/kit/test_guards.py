"""Whatever casework refuses can be answered: every guard has its kind of problem."""

import pytest

from ieum.api.problems.refused import refused
from ieum.casework.refusals import Guard, Refusal


@pytest.mark.parametrize("guard", list(Guard))
def test_every_guard_has_its_kind_of_problem(guard: Guard) -> None:
    problem = refused(Refusal(guard, "some-reason"))
    assert problem.kind.name == {Guard.TIME: "validation"}.get(guard, guard.value)
