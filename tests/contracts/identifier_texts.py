"""Texts made by chance, the same at every run: numbers, disguises, near hits, and what people write."""

import random
from collections.abc import Callable, Iterator
from datetime import date, timedelta

WEIGHTS = (2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5)
GAPS = [
    *(" ", "-", ".", "/", ":", ",", "_", "~", "|", "*", "(", ")", "'", '"', ";", "\\", "=", "\t", "\n"),
    *("\u3161", "\u3164", "\u2013", "\u2014", "\u2212", "\u2010", "\u3000", "\u00a0", "\u2009", "\u2800"),
    *("\u318d", "\u00b7", "\u2022", "\u30fc", "\u4e00", "\uff0d", "\ufe63", "\u2192", "\u2605", "\u1160"),
    *("\u200b", "\u2060", "\u00ad", "\ufeff", "\u034f", "\ufe0f", "\u20e3", "\U000e0020", "\u2028", " - "),
]
ZEROS = [0x30, 0x30, 0x30, 0xFF10, 0x660, 0x6F0, 0x966, 0x1D7CE, 0x1D7D8, 0xE50, 0x1C50, 0x1FBF0]
WORDS = ["", "가", "주민번호 ", "x", "ID", "(", "번호: ", "010-1234-5678 ", "3 ", "7", "M", "서울 "]
TAILS = [
    "",
    "원",
    " 원",
    "입니다",
    " 원본",
    "7",
    " 7",
    "-1",
    "x",
    "@example.org",
    " won",
    "만원",
    "), 끝",
    "000",
]

Make = Callable[[random.Random], str]


def day(chance: random.Random, first: int = 1901, last: int = 2045) -> date:
    """Draw a day."""
    start = date(first, 1, 1)
    return start + timedelta(days=chance.randrange((date(last, 12, 31) - start).days))


def registration(chance: random.Random) -> str:
    """Draw thirteen digits with a day of birth; most have a right check digit."""
    born = day(chance)
    seventh = chance.choice("1256" if born.year < 2000 else "3478")
    twelve = f"{born:%y%m%d}{seventh}{chance.randrange(100_000):05d}"
    rest = sum(int(digit) * weight for digit, weight in zip(twelve, WEIGHTS, strict=True)) % 11
    return twelve + str(((11 if chance.random() < 0.5 else 13) - rest) % 10 if chance.random() < 0.8 else 7)


def disguised(chance: random.Random) -> str:
    """Write a registration number with gaps and digits of many kinds."""
    digits, gap, often = registration(chance), chance.choice(GAPS), chance.choice([0.0, 0.2, 1.0])
    zero = chance.choice(ZEROS)
    shown = [chr(zero + int(digit)) for digit in digits]
    parts = (
        digit + (gap if number == 5 or chance.random() < often else "") for number, digit in enumerate(shown)
    )
    return chance.choice(WORDS) + "".join(parts).rstrip() + chance.choice(TAILS)


def day_and_sum(chance: random.Random) -> str:
    """Write a day and a sum of seven digits, with its unit or in whole thousands, as people do."""
    won = chance.randrange(1_000_000, 10_000_000)
    thousands = won // 1000 * 1000
    amount = chance.choice(
        [f"{won}원", f"{thousands}원", f"{thousands}", f"{won:,}", f"{won:,}원", f"{won} won"]
    )
    return f"{day(chance, 2015, 2030):{chance.choice(['%y%m%d', '%y.%m.%d', '%y/%m/%d'])}} {amount}"


def other(chance: random.Random) -> str:
    """Write a telephone number, a bank account, a reference, a passport or a licence."""
    form = chance.choice(
        [
            *("010-####-#### ##시", "02-###-####, 031-###-####", "010######## ##", "##, 010-####-####"),
            *("1002-###-######", "301-####-####-##", "110-###-######", "3333-##-#######", "###-##-##### ###"),
            *("20##0101-#####", "R-2026####", "#############", "######-#######", "###### #######"),
            *("M########", "m 1### ####", "S-###A####", "D.2026-0701", "M0######", "G########@example.org"),
            *(
                "11-##-######-##",
                "28 ## ###### ##",
                "서울##-######-##",
                "경기 ##·######·##",
                "29-##-######-##",
            ),
            *("2026-07-01T0#:1#:2#.#######Z", "#,###,###,###,###", "0198c0de-0000-7000-8000-############"),
        ]
    )
    written = "".join(str(chance.randrange(10)) if each == "#" else each for each in form)
    return chance.choice(WORDS) + written + chance.choice(TAILS)


def texts(count: int, seed: int = 8) -> Iterator[str]:
    """Draw so many texts of all kinds."""
    chance = random.Random(seed)
    makes: list[Make] = [disguised, disguised, day_and_sum, other]
    for _ in range(count):
        yield chance.choice(makes)(chance)
