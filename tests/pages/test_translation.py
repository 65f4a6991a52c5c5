"""No text of the pages is without its Korean, and no Korean text is left over."""

import re
from pathlib import Path

import pytest

from ieum.observe.words import STATES
from ieum_console.pages import words
from ieum_contracts.codes import State
from tests.pages.catalogue import PACKAGES, korean, marked_texts
from tests.pages.screens import joined, untranslated

PLACEHOLDER = re.compile(r"%\(\w+\)s|\{\w+\}")


@pytest.mark.parametrize("package", PACKAGES, ids=lambda path: path.name)
def test_every_text_is_translated(package: Path) -> None:
    catalogue, faults = korean(package), []
    for name, text in marked_texts(package):
        found = catalogue.get(text)
        if found is None or not found.string:
            faults.append(f"{name}: {text!r} has no Korean")
        elif sorted(PLACEHOLDER.findall(text)) != sorted(PLACEHOLDER.findall(str(found.string))):
            faults.append(f"{name}: {text!r} names other things in Korean")
    assert faults == []


@pytest.mark.parametrize("package", PACKAGES, ids=lambda path: path.name)
def test_no_korean_text_is_left_over(package: Path) -> None:
    wanted = {text for _, text in marked_texts(package)}
    assert [each.id for each in korean(package) if each.id and each.id not in wanted] == []


def test_a_terminal_says_states_in_the_words_of_the_pages() -> None:
    catalogue = korean(PACKAGES[1])
    for state, sign in words.STATES.items():
        found = catalogue.get(sign.words)
        assert found is not None
        assert STATES[state] == (found.string, sign.words)
    assert {*STATES} == {*words.STATES} == {*State}


def test_an_untranslated_text_is_found() -> None:
    assert untranslated(["의뢰", "Referral"], "ko") == ["Referral"]
    assert untranslated(["의뢰", "Referral"], "en") == ["의뢰"]
    assert untranslated(["CSV로 내려받기", "이음 Ieum"], "ko") == []


def test_sentences_without_a_space_between_them_are_found() -> None:
    assert joined("It is with the centre: decision.Due at 10:41:03.")
    assert joined("결정입니다.기한은 내일입니다")
    assert joined("(3 minutes ago)Due")
    assert joined("12월 3일 (목) 18:00:00 (3일 후), 100.5 s. It is due: now (soon).") == []
