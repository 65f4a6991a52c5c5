"""The lifecycle as the design has it, literally and once: what tests of every room hold the code against."""

from collections.abc import Collection

from ieum_contracts.codes import State

ALL = " ".join(State)
UNENDED = "requested received info-requested waitlisted accepted in-progress on-hold completed failed"
TABLE = """
received        | requested                                     | received       | system        |
received        | info-requested                                | received       | system        | info-supplied-waits
received        | info-requested                                | received       | worker        |
info-requested  | received waitlisted                           | info-requested | worker        |
waitlisted      | received waitlisted                           | waitlisted     | policy worker |
accepted        | received waitlisted                           | accepted       | policy worker |
started         | accepted                                      | in-progress    | worker        |
progressed      | accepted in-progress                          | same           | worker        |
held            | accepted in-progress                          | on-hold        | worker        |
resumed         | on-hold                                       | in-progress    | worker        |
completed       | accepted in-progress on-hold                  | completed      | worker        |
failed          | accepted in-progress on-hold                  | failed         | worker        |
declined        | requested                                     | declined       | system        |
declined        | received info-requested waitlisted accepted   | declined       | worker        |
redirected      | received info-requested waitlisted accepted   | redirected     | worker        |
expired         | info-requested waitlisted                     | expired        | clock         |
cancelled       | received info-requested waitlisted            | cancelled      | system        | cancel-requested-waits
cancelled       | accepted in-progress on-hold                  | cancelled      | worker        | cancel-requested-waits
withdrawn       | UNENDED                                       | withdrawn      | system worker |
closed          | completed failed                              | closed         | system        | outcome-acknowledged-waits no-outcome-disputed-waits
closed          | completed failed                              | closed         | clock         | no-outcome-disputed-waits
reopened        | completed failed closed                       | in-progress    | worker        | outcome-disputed-waits not-reopened-before nothing-withdrawn
ask-rejected    | ALL                                           | same           | system worker | an-ask-waits
amendment-noted | requested received info-requested waitlisted accepted in-progress on-hold | same | system | amended-waits
consent.erased  | closed declined redirected cancelled withdrawn expired | same  | system        | withdrawn-and-not-yet-erased
"""  # noqa: E501 - a table is read by its rows
ASK_TABLE = """
info-supplied        | info-requested | many | received ask-rejected
amended              | requested received info-requested waitlisted accepted in-progress on-hold | many | amendment-noted ask-rejected
cancel-requested     | requested received info-requested waitlisted accepted in-progress on-hold | many | cancelled completed failed declined redirected expired withdrawn ask-rejected
outcome-acknowledged | completed failed | many | closed ask-rejected
outcome-disputed     | completed failed | once | reopened ask-rejected withdrawn consent.erased
consent.withdrawn    | ALL              | once | withdrawn consent.erased ask-rejected
"""  # noqa: E501 - a table is read by its rows


def cells(table: str) -> list[list[str]]:
    text = table.replace("UNENDED", UNENDED).replace("ALL", ALL)
    return [[cell.strip() for cell in line.split("|")] for line in text.strip().splitlines()]


def worker_may(state: State, waiting: Collection[str] = ()) -> set[str]:
    """Say what a worker may decide while these asks wait; nothing was reopened or withdrawn before."""
    holds = {"not-reopened-before", "nothing-withdrawn", *(f"{ask}-waits" for ask in waiting)}
    if waiting:
        holds.add("an-ask-waits")
    return {
        decision
        for decision, states, _, by, conditions in cells(TABLE)
        if state in states.split() and "worker" in by.split() and holds.issuperset(conditions.split())
    }


def sender_may(state: State, asked: Collection[str] = ()) -> set[str]:
    """Say what a sender may ask; `asked` is open, or was asked and may be but once."""
    return {ask for ask, states, *_ in cells(ASK_TABLE) if state in states.split() and ask not in asked}
