"""The access table says what each agency needs, and not a line more."""

import re

import pytest

from ieum_contracts.address import Address
from ieum_contracts.topics import Grant, console_login, grants, login, topics

CENTRE = "yangju"
AGENCIES = ("city-welfare-team", "employment-center")
WELFARE = {
    ("group", "yangju.city-welfare-team", "READ"),
    ("topic", "yangju.city-welfare-team.case-closed", "READ"),
    ("topic", "yangju.city-welfare-team.catalogue", "READ"),
    ("topic", "yangju.city-welfare-team.catalogue", "WRITE"),
    ("topic", "yangju.city-welfare-team.delivery", "READ"),
    ("topic", "yangju.city-welfare-team.eligibility", "READ"),
    ("topic", "yangju.city-welfare-team.referral", "READ"),
    ("topic", "yangju.directory", "READ"),
    ("topic", "yangju.employment-center.case-closed", "WRITE"),
    ("topic", "yangju.employment-center.catalogue", "READ"),
    ("topic", "yangju.employment-center.delivery", "WRITE"),
    ("topic", "yangju.employment-center.eligibility", "WRITE"),
    ("topic", "yangju.employment-center.referral", "WRITE"),
    ("topic", "yangju.operations", "WRITE"),
}
"""All that the welfare team may do beside one other agency, written out by hand."""


def lines_of(principal: str, table: tuple[Grant, ...]) -> set[tuple[str, str, str]]:
    return {(grant.resource, grant.name, grant.operation) for grant in table if grant.principal == principal}


def test_an_agency_may_do_what_is_written_here_and_nothing_else() -> None:
    table = grants(CENTRE, AGENCIES)
    assert lines_of("yangju.city-welfare-team", table) == WELFARE
    swapped = {
        (
            resource,
            name.replace("city-welfare-team", "@").replace("employment-center", "city-welfare-team"),
            op,
        )
        for resource, name, op in WELFARE
    }
    theirs = {(resource, name.replace("@", "employment-center"), op) for resource, name, op in swapped}
    assert lines_of("yangju.employment-center", table) == theirs
    assert len(table) == len(set(table))


def test_nobody_reads_anothers_mailbox_and_nobody_writes_its_own() -> None:
    agencies = ("a", "ab", "b", "city-job-center", "employment-center", "veterans-center")
    mailbox = re.compile(r"yangju\.(.+)\.(referral|eligibility|case-closed|delivery)")
    for grant in grants(CENTRE, agencies):
        match = mailbox.fullmatch(grant.name)
        if match is None or grant.principal == console_login(CENTRE):
            continue
        own = grant.principal == login(Address(CENTRE, match[1]))
        assert grant.operation == ("READ" if own else "WRITE")


def test_only_its_owner_writes_a_catalogue_and_nobody_the_directory() -> None:
    writes = [grant for grant in grants(CENTRE, AGENCIES) if grant.operation == "WRITE"]
    for grant in writes:
        assert grant.name != "yangju.directory"
        if grant.name.endswith(".catalogue"):
            assert grant.name == f"{grant.principal}.catalogue"


def test_the_console_reads_every_topic_and_writes_none() -> None:
    mine = lines_of(console_login(CENTRE), grants(CENTRE, AGENCIES))
    groups = {("group", login(Address(CENTRE, agency)), "DESCRIBE") for agency in AGENCIES}
    assert mine == {("topic", topic.name, "READ") for topic in topics(CENTRE, AGENCIES)} | groups


def test_every_grant_names_a_topic_that_exists_or_ones_own_group_but_of_the_console_that_looks() -> None:
    names = {topic.name for topic in topics(CENTRE, AGENCIES)}
    for grant in grants(CENTRE, AGENCIES):
        if grant.resource == "topic":
            assert grant.name in names
        elif grant.principal == console_login(CENTRE):
            assert grant.operation == "DESCRIBE"
        else:
            assert grant.name == grant.principal


def test_the_topics_of_a_centre_are_these() -> None:
    table = {topic.name: topic for topic in topics(CENTRE, ("employment-center",))}
    assert {name: topic.partitions for name, topic in table.items()} == {
        "yangju.employment-center.referral": 6,
        "yangju.employment-center.eligibility": 6,
        "yangju.employment-center.case-closed": 6,
        "yangju.employment-center.delivery": 1,
        "yangju.employment-center.catalogue": 1,
        "yangju.directory": 1,
        "yangju.operations": 1,
    }
    for name, topic in table.items():
        assert re.fullmatch(r"[a-z0-9.-]+", name)
        assert topic.settings["compression.type"] == "uncompressed"
        assert topic.settings["max.message.bytes"] == str(1024 * 1024)
        compacted = name.endswith(("catalogue", "directory"))
        assert topic.settings["cleanup.policy"] == ("compact" if compacted else "delete")
    assert table["yangju.employment-center.referral"].settings["retention.ms"] == str(14 * 86_400_000)


@pytest.mark.parametrize(
    "text", ["", "/", "/a", "a/b", "/A/b", "/a/b/", "/a/b/c", "/a/-b", "/a/b_c", "/ab/c\n"]
)
def test_what_is_no_address_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="has the form"):
        Address.parse(text)
