"""A few broken variants of the product show that the judge is awake; `make broken` runs all of them."""

import asyncio

import pytest

from ieum_lab.embedded.stack import Stack
from ieum_lab.testing.centre import Template
from tests.chaos.broken.catching import catch_by_test, catch_by_verdict

VARIANTS = ("no duplicate check", "acknowledged and rolled back")
RULES = ("no owner check",)

pytestmark = [pytest.mark.stack, pytest.mark.slow, pytest.mark.quiet]


@pytest.mark.timeout(200)
async def test_broken_variants_are_caught(stack: Stack, database_template: Template) -> None:
    by_verdict = [catch_by_verdict(stack, database_template, name) for name in VARIANTS]
    by_test = [catch_by_test(name) for name in RULES]

    for caught in await asyncio.gather(*by_verdict, *by_test):
        assert caught.expected, f"{caught.variant} got away: {caught.by or 'no verdict'}"
        assert caught.by
