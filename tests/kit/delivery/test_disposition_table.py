"""contracts/README.md gives each reason code the disposition that it has in the code."""

import re
from pathlib import Path

from ieum.delivery.receiving.dispositions import FATES, Disposition

README = Path("contracts/README.md").read_text(encoding="utf-8")
INTERNAL = {"sequence.gap", "stream.waiting"}
"""Codes under which an event waits here, of which the other side is told nothing."""


def told(beginning: str, end: str) -> set[str]:
    """Name the codes between two words of the section on fates."""
    section = README.partition("## Bad input meets")[2].partition("\n## ")[0]
    return set(re.findall(r"`([a-z][a-z.*-]+)`", section.partition(beginning)[2].partition(end)[0]))


def codes(fate: Disposition) -> set[str]:
    """Name the codes that the code gives a fate."""
    return {reason for reason, each in FATES.items() if each is fate}


def test_what_is_quarantined_is_told() -> None:
    families = told("**quarantined**", "kept aside")
    assert {"envelope.*", "place.*"} < families
    covered = {code for code in codes(Disposition.QUARANTINED) if f"{code.partition('.')[0]}.*" in families}
    assert codes(Disposition.QUARANTINED) - covered - {"sequence.conflict"} == families - {
        "envelope.*",
        "place.*",
    }


def test_what_is_refused_is_told() -> None:
    refused = told("`stream.refused` says", "`stream.parked` says")
    assert codes(Disposition.REFUSED) <= refused
    assert not refused & (codes(Disposition.PARKED) | codes(Disposition.QUARANTINED))


def test_what_is_parked_is_told() -> None:
    parked = told("`stream.parked` says", "A body counts as not understood")
    assert codes(Disposition.PARKED) - INTERNAL <= parked
    assert "sequence.conflict" in parked
    assert not parked & codes(Disposition.REFUSED)
