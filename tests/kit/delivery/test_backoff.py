"""Processes that failed together do not retry together: every pause is partly random."""

import ast
from pathlib import Path
from random import Random

import pytest

from ieum.delivery.backoff import SHORTEST, BackOff, spread
from ieum.delivery.blocked import parking

KIT = Path(parking.__file__).parents[2]
TRIES_AGAIN = (
    "application/programme_cache.py",
    *(f"delivery/{name}.py" for name in ("catalogue/publisher", "catalogue/reader", "receiving/consumer")),
    *(
        f"delivery/{name}.py"
        for name in ("receiving/start_retry", "sending/away_partitions", "sending/relay")
    ),
    "delivery/maintenance/schedule.py",
)


def test_pauses_grow_to_the_longest_and_begin_anew_once_it_has_worked() -> None:
    backoff = BackOff(0.1, 1.0, chance=lambda: 1.0)
    assert [round(backoff.pause(), 3) for _ in range(6)] == [0.1, 0.2, 0.4, 0.8, 1.0, 1.0]
    backoff.reset()
    assert backoff.pause() == pytest.approx(0.1)


def test_a_hundred_who_failed_together_come_back_at_a_hundred_times() -> None:
    pauses = [BackOff(1.0, 5.0, Random(seed).random).pause() for seed in range(100)]
    assert len({round(pause, 4) for pause in pauses}) > 90
    assert all(SHORTEST <= pause <= 1.0 for pause in pauses)
    assert max(pauses) - min(pauses) > 0.4
    assert spread(2.0, lambda: 0.0) == 1.0


@pytest.mark.parametrize("name", TRIES_AGAIN)
def test_what_tries_again_takes_its_pauses_from_one_place(name: str) -> None:
    tree = ast.parse((KIT / name).read_text(encoding="utf-8"))
    names = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    assert names & {"BackOff", "spread"}
    doubled = [
        node for node in ast.walk(tree) if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult)
    ]
    assert not [node for node in doubled if "backoff" in ast.unparse(node).lower()]
