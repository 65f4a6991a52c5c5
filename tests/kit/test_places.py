"""What people type for a municipality is understood, or it is not; it is never taken for another place."""

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ieum.casework.conditions import Missing, Places, located_in
from ieum.casework.municipality_codes import NAMES, PROVINCES, city_of
from ieum.casework.municipality_names import place_of
from ieum.casework.romanised import romanised

YANGJU = "41630"


def _items(table: str) -> list[str]:
    return table.strip("\n").replace("\n", "|").split("|")


def _wide(text: str) -> str:
    """Write letters and digits as a Korean keyboard does in full width."""
    return "".join(chr(ord(each) + 0xFEE0) for each in text)


IN_YANGJU = _items("""
양주시|양주시 | 양주시|\u3000양주시\u3000|양\u200b주시|양주|양주 시|경기도 양주시|경기 양주시
경기도양주시|경기양주|경기도  양주|대한민국 경기도 양주시|양주시 옥정동|양주시옥정동
경기도 양주시 회천1동|경기도 양주시 화합로 123|양주시 광적면 가납리 12-3|양주시(경기도)|양주시.
Yangju-si|Yangju|YANGJU SI|yangju|Yangju City|YANGJU-CITY|Yangjusi|yangju_si|Yang-ju
Yangju-si, Gyeonggi-do|Gyeonggi Yangju|Okjeong-dong, Yangju-si, Gyeonggi-do, Republic of Korea
Yangju-si (양주시)|4163000000|4163010500|41630
""")
ELSEWHERE = _items("""
남양주시|남양주|Namyangju-si|의정부시|의정부|포천시|동두천|Uijeongbu|서울|서울특별시 강남구|Seoul
강남구|강남|중구|고성군|광주|경기도 광주시|Gwangju-si, Gyeonggi-do|세종특별자치시|성남시 분당구
Bundang-gu, Seongnam-si|양평군|양구군|양산시 양주동|4115000000|4136000000|1168010100|4211000000
5111000000|41150|1100000000|36110
""")
UNCLEAR = _items("""
경기도|경기|Gyeonggi-do|미상|없음|?|-|.|()|양주시청|양주역|양주시민|양주시 아님|양주시/의정부시
양주 또는 포천|양주시 의정부시|양주동|양주군|양쥬시|양주 근처|양주시로 이사|楊州市|Tokyo
Yangju Uijeongbu|Yangju?|yang ju|동구릉로|11470|11500|0000000000|9999999999|416300|시|군|구|京畿道
북한|N/A|null|undefined|서울 양주시|강원도 양주시
""")
SPELT = [unicodedata.normalize(form, "경기도 양주시") for form in ("NFC", "NFD", "NFKC", "NFKD")]


def verdict(name: str | None, code: str | None = None) -> object:
    """Say whether a place is Yangju."""
    return located_in(Places("residence_municipality", (place_of(name, code),)), YANGJU)


@pytest.mark.parametrize("name", [*IN_YANGJU, *SPELT, _wide("Yangju"), _wide("4163000000")])
def test_what_people_write_for_yangju_is_understood(name: str) -> None:
    assert verdict(name) is True
    assert verdict(unicodedata.normalize("NFD", name)) is True


@pytest.mark.parametrize("name", ELSEWHERE)
def test_another_place_is_understood_to_be_another(name: str) -> None:
    assert verdict(name) is False
    assert verdict(f" {unicodedata.normalize('NFD', name)}\u00a0") is False


@pytest.mark.parametrize("name", UNCLEAR)
def test_what_is_not_understood_is_no_verdict(name: str) -> None:
    assert verdict(name) == Missing(frozenset({"residence_municipality"}))


@pytest.mark.parametrize(
    ("name", "code", "expected"),
    [
        ("아무 말", "4163000000", True),
        (None, "41630", True),
        ("양주시", "4163000000", True),
        ("경기도", "4163000000", True),
        (None, "11470", False),
        (None, "4115000000", False),
        ("의정부시", "4163000000", None),
        ("양주시", "99999", None),
        (None, "0000000000", None),
    ],
)
def test_a_code_counts_before_its_name_unless_they_contradict(
    name: str | None, code: str, *, expected: bool | None
) -> None:
    found = verdict(name, code)
    assert found is expected if expected is not None else isinstance(found, Missing)


def test_every_municipality_is_understood_by_its_code_and_by_its_names() -> None:
    for code, name in NAMES.items():
        province = PROVINCES[code[:2]][0]
        city = frozenset({city_of(code)})
        assert place_of(None, code) == place_of(f"{code}00000") == city
        latin = f"{romanised(name[:-1])}-{ {'시': 'si', '군': 'gun', '구': 'gu'}[name[-1]] }"
        for written in (f"{province} {name}", f"{province}{name}", name, latin):
            found = place_of(written)
            assert found is not None
            assert city <= found, written


def test_names_are_romanised_as_the_law_says() -> None:
    table = {
        "강릉": "Gangneung",
        "의정부": "Uijeongbu",
        "종로": "Jongno",
        "덕양": "Deogyang",
        "울릉": "Ulleung",
    }
    assert {name: romanised(name) for name in table} == table
    assert (romanised("철원"), romanised("왕십리"), romanised("속리")) == ("Cheorwon", "Wangsimni", "Songni")


@settings(deadline=None)
@given(st.text(max_size=200), st.one_of(st.none(), st.from_regex(r"\A[0-9]{5}(?:[0-9]{5})?\Z")))
def test_any_text_is_a_place_or_none(name: str, code: str | None) -> None:
    assert isinstance(verdict(name, code), bool | Missing)


@settings(deadline=None)
@given(
    st.sampled_from(["양주시", "의정부시"]), st.text(alphabet="가나다라양주의정부시군구 abc?/12", min_size=1)
)
def test_more_text_never_turns_one_place_into_another(name: str, more: str) -> None:
    assert verdict(f"{name}{more}") is not (name != "양주시")
