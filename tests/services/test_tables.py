"""Every programme on both sides of every boundary, each case with the rule and the law that it is about."""

from collections.abc import Iterator
from datetime import date, timedelta

import pytest

from ieum.agency import load_agency
from tests.services.asking import NEEDS_INFO, PACKAGES, ask
from tests.services.tables import city, employment, money, veterans, women
from tests.services.tables.row import Row, Table

CASES_MIN = 8
TABLES = (*employment.TABLES, *women.TABLES, *money.TABLES, *veterans.TABLES, *city.TABLES)


def cases() -> Iterator[tuple[Table, str, Row]]:
    for table in TABLES:
        for programme in table.programmes:
            yield from ((table, programme, row) for row in table.rows)


@pytest.mark.parametrize(("table", "programme", "row"), list(cases()))
def test_a_rule_decides_as_its_law_says(table: Table, programme: str, row: Row) -> None:
    said = ask(table.package, programme, {**table.usual, **row.changes}, row.on)
    of_rule = {each.rule: each for each in said.rules}[row.rule]
    assert (of_rule.result, said.likelihood) == (row.result, table.likelihood(row))
    assert of_rule.citation == table.laws[row.rule]


def test_every_programme_with_rules_has_its_table_and_every_rule_both_sides() -> None:
    offered = {
        programme.id: {each.id for each in programme.rules}
        for package in PACKAGES
        for programme in load_agency(package).programmes
        if programme.rules
    }
    tabled = {programme: table for table in TABLES for programme in table.programmes}
    assert tabled.keys() == offered.keys()
    for programme, table in tabled.items():
        assert len(table.rows) >= CASES_MIN, programme
        assert table.laws.keys() == offered[programme], programme
        sides = {rule: {row.result.value for row in table.rows if row.rule == rule} for rule in table.laws}
        assert all({"pass", "fail"} <= each or rule in ONE_SIDED for rule, each in sides.items()), sides


ONE_SIDED = {"in-crisis"}
"""Every code of a crisis is one of the Act's: no code fails."""
WITHOUT_RULES = (
    ("services.employment_center", "re-employment-support"),
    ("services.veterans_center", "veterans-tailored"),
    ("services.city_welfare_team", "welfare-counselling"),
    ("services.city_welfare_team", "local-resources"),
    ("services.city_welfare_team", "self-reliance"),
)


@pytest.mark.parametrize(("package", "programme"), WITHOUT_RULES)
def test_a_programme_without_published_rules_guesses_on_no_day(package: str, programme: str) -> None:
    for days in range(CASES_MIN):
        on = date(2024, 2, 28) + timedelta(days=days * 150)
        said = ask(package, programme, {"birth_date": date(1990, 2, 28), "searching": True}, on)
        assert (said.likelihood, said.cause, said.rules) == (NEEDS_INFO, "no-published-rule", ())
