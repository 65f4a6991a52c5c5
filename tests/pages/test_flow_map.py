"""The flow map by itself: contrast that axe cannot judge, and motion that stops for who asks for it."""

import re
from collections.abc import AsyncIterator, Mapping

import asyncpg
import pytest
import pytest_asyncio
from playwright.async_api import Page, expect

from tests.pages.conftest import SignedIn, Site

pytestmark = pytest.mark.stack
TEXT_MIN, DRAWN_MIN = 4.5, 3.0
"""Contrast of text, and of lines that say something (1.4.3 and 1.4.11 of the guidelines)."""
TRAVEL_MS_MAX = 1_400
DRAWN = """() => {
  const ground = getComputedStyle(document.querySelector(".flow").closest(".panel")).backgroundColor;
  const of = (each) => getComputedStyle(each);
  const texts = [...document.querySelectorAll(".flow text")].map((each) => ({
    what: `text ${each.textContent}`, colour: of(each).fill, opacity: "1",
    ground: of(each.parentElement.querySelector("rect")).fill }));
  const edges = [...document.querySelectorAll(".flow-edge:not(.flow-still)")].map((each) => ({
    what: each.id, colour: of(each).stroke, opacity: of(each).strokeOpacity, ground }));
  const boxes = [...document.querySelectorAll(".flow-node rect")].map((each) => ({
    what: "box", colour: of(each).stroke, opacity: of(each).strokeOpacity, ground }));
  return { texts, lines: [...edges, ...boxes] };
}"""
WATCH_DOTS = """() => {
  globalThis.dots = [];
  new MutationObserver((found) => {
    for (const added of found.flatMap((each) => [...each.addedNodes])) {
      if (added.matches?.(".flow-dot")) requestAnimationFrame(() => globalThis.dots.push(
        added.getAnimations().map((each) => each.effect.getComputedTiming().duration)));
    }
  }).observe(document.body, { childList: true, subtree: true });
}"""
CHANGE = "insert into change (number, source, recipient, records, at) values ($1, 1, 2, 3, now())"
NUMBER = "update projector set number = greatest(number, $1) where id = 1"
NEXT = "select greatest(max(c.number), max(p.number)) + 1 from projector p left join change c on true"


def _rgb(colour: str) -> tuple[float, ...]:
    return tuple(float(each) for each in re.findall(r"[\d.]+", colour)[:3])


def _luminance(rgb: tuple[float, ...]) -> float:
    parts = [each / 255 for each in rgb]
    linear = [each / 12.92 if each <= 0.04045 else ((each + 0.055) / 1.055) ** 2.4 for each in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(drawn: Mapping[str, str]) -> float:
    ground, share = _rgb(drawn["ground"]), float(drawn["opacity"])
    seen = tuple(share * c + (1 - share) * g for c, g in zip(_rgb(drawn["colour"]), ground, strict=True))
    high, low = sorted((_luminance(seen), _luminance(ground)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def test_contrast_is_that_of_the_guidelines() -> None:
    black_on_white = {"colour": "rgb(0, 0, 0)", "ground": "rgb(255, 255, 255)", "opacity": "1"}
    assert round(contrast(black_on_white), 1) == 21.0
    assert round(contrast({**black_on_white, "colour": "rgb(119, 119, 119)"}), 2) == 4.48
    assert round(contrast({**black_on_white, "opacity": "0"}), 1) == 1.0


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_its_texts_and_lines_stand_out(site: Site, signed_in: SignedIn, scheme: str) -> None:
    page = await (await signed_in("viewer-1", color_scheme=scheme)).new_page()
    await page.goto(f"{site.url}/")
    node = page.locator(".flow-node").first
    faults: list[str] = []
    for where, look in (
        ("at rest", page.mouse.move(0, 0)),
        ("pointed at", node.hover()),
        ("focused", node.focus()),
    ):
        await look
        found = await page.evaluate(DRAWN)
        assert len(found["texts"]) > 12
        assert len(found["lines"]) > 12
        for kind, least in (("texts", TEXT_MIN), ("lines", DRAWN_MIN)):
            faults += [
                f"{where}: {each['what']} has {contrast(each):.2f}"
                for each in found[kind]
                if contrast(each) < least
            ]
    assert faults == []


@pytest_asyncio.fixture(loop_scope="session")
async def connection(site: Site) -> AsyncIterator[asyncpg.Connection]:
    opened = await asyncpg.connect(site.dsn)
    yield opened
    await opened.close()


async def _event(page: Page, connection: asyncpg.Connection) -> None:
    """Let something be said along an edge, and wait until the page has heard of it."""
    number = await connection.fetchval(NEXT)
    await connection.execute(CHANGE, number)
    await connection.execute(NUMBER, number)
    await expect(page.locator(f'[data-live-status][data-number="{number}"]')).to_be_attached(timeout=10_000)
    await page.wait_for_timeout(200)


@pytest.mark.parametrize(("wish", "moves"), [("no-preference", True), ("reduce", False)])
async def test_a_dot_travels_but_for_who_wants_less_motion(
    site: Site, signed_in: SignedIn, connection: asyncpg.Connection, wish: str, *, moves: bool
) -> None:
    page = await (await signed_in("viewer-1", reduced_motion=wish)).new_page()
    await page.goto(f"{site.url}/")
    await page.evaluate(WATCH_DOTS)
    await _event(page, connection)
    dots = await page.evaluate("globalThis.dots")
    assert len(dots) == (1 if moves else 0)
    assert all(dots), "a dot has a time"
    assert all(0 < each <= TRAVEL_MS_MAX for durations in dots for each in durations)


async def test_what_is_paused_neither_moves_nor_changes_nor_is_called_live(
    site: Site, signed_in: SignedIn, connection: asyncpg.Connection
) -> None:
    page = await (await signed_in("viewer-1", locale="en")).new_page()
    await page.goto(f"{site.url}/")
    words = page.locator("[data-live-words]")
    await expect(words).to_contain_text("Live")
    await page.evaluate(WATCH_DOTS)
    await page.get_by_role("button", name="Pause").focus()
    await page.keyboard.press("Enter")
    await expect(page.locator("[data-live-paused]")).to_be_visible()
    assert re.fullmatch(r"as of .+", await words.inner_text())
    shown = await page.locator("main").inner_text()
    number = await connection.fetchval(NEXT)
    await connection.execute(CHANGE, number)
    await connection.execute(NUMBER, number)
    await page.wait_for_timeout(3_500)
    assert (await page.locator("main").inner_text(), await page.evaluate("globalThis.dots")) == (shown, [])
    await page.keyboard.press("Enter")
    await expect(page.locator(f'[data-number="{number}"]')).to_be_attached(timeout=10_000)
    await expect(words).to_contain_text("Live")
    await page.wait_for_function("globalThis.dots.length > 0", timeout=10_000)
    assert len(await page.evaluate("globalThis.dots")) == 1
