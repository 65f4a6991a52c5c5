"""The film of a referral: scrubbed by keyboard and mouse, without scripts too, and as a file by itself."""

import re
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from tests.browser.installation import Installation
from tests.pages.conftest import SignedIn, Site
from tests.pages.screens import OVERFLOW, faults_of
from tests.pages.test_flow_map import DRAWN_MIN, TEXT_MIN, contrast

pytestmark = pytest.mark.stack
MOMENTS = 9
DRAWN = """() => {
  const of = (each) => getComputedStyle(each);
  const panel = of(document.querySelector(".film-strip").closest(".panel")).backgroundColor;
  const cursor = of(document.querySelector(".film-cursor")).fill;
  const texts = [...document.querySelectorAll(".film-strip text")].map((each) => ({
    what: each.textContent, colour: of(each).fill, opacity: "1",
    ground: of(each.previousElementSibling).fill }));
  const lines = [...document.querySelectorAll(".film-strip :is(line, rect)")].flatMap((each) =>
    [panel, cursor].map((ground) => ({
      what: `${each.getAttribute("class")} ${each.parentElement.getAttribute("class")}`,
      colour: of(each).stroke, opacity: "1", ground })));
  return { texts, lines };
}"""


async def _state(page: Page) -> tuple[str, list[str]]:
    """Return which moment is shown, and the two states of its stage."""
    current = await page.locator(".film-at[aria-current]").inner_text()
    return current, [
        " ".join(each.split()) for each in await page.locator("[data-film-stage] .badges").all_inner_texts()
    ]


async def test_it_is_scrubbed_by_the_keyboard_at_once(site: Site, signed_in: SignedIn) -> None:
    page = await (await signed_in("viewer-1", locale="en")).new_page()
    await page.goto(f"{site.url}/referrals/{site.seeded.referral}")
    await page.get_by_role("link", name="Film").click()
    slider = page.get_by_label("Moment", exact=True)
    await slider.focus()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    await page.keyboard.press("Home")
    assert await _state(page) == ("1", ["Requested", "nothing yet"])
    for _ in range(4):
        await page.keyboard.press("ArrowRight")
    assert await _state(page) == ("5", ["Received", "Accepted"])
    await expect(page.locator("[data-film-stage]")).to_contain_text("The sender did not know yet")
    assert re.fullmatch(
        r"5 / 9, .+, Women's Re-employment Center said: accepted",
        str(await slider.get_attribute("aria-valuetext")),
    )
    await page.keyboard.press("End")
    assert await _state(page) == (str(MOMENTS), ["In progress", "In progress"])
    assert page.url.endswith("/film?at=9")
    assert [each for each in asked if "/live" not in each] == []


async def test_it_is_scrubbed_by_the_mouse(site: Site, signed_in: SignedIn) -> None:
    page = await (await signed_in("viewer-1", locale="en")).new_page()
    await page.goto(f"{site.url}/referrals/{site.seeded.referral}/film")
    box = await page.locator("[data-film-strip]").bounding_box()
    assert box is not None
    await page.mouse.move(box["x"] + box["width"] * 0.05, box["y"] + box["height"] / 2)
    await page.mouse.down()
    assert (await _state(page))[0] == "1"
    await page.mouse.move(box["x"] + box["width"] * 0.5, box["y"] + box["height"] / 2)
    await page.mouse.up()
    assert await _state(page) == ("5", ["Received", "Accepted"])
    await page.get_by_role("button", name="One moment on").click()
    assert await _state(page) == ("6", ["Accepted", "Accepted"])
    await page.locator(".film-at", has_text="3").click()
    assert await _state(page) == ("3", ["Requested", "Received"])


async def test_without_scripts_every_moment_has_an_address(site: Site, signed_in: SignedIn) -> None:
    page = await (await signed_in("viewer-1", locale="en", java_script_enabled=False)).new_page()
    address = f"{site.url}/referrals/{site.seeded.referral}/film"
    await page.goto(f"{address}?at=4")
    assert await _state(page) == ("4", ["Received", "Received"])
    await page.get_by_role("link", name="One moment on").click()
    assert await _state(page) == ("5", ["Received", "Accepted"])
    await page.get_by_label("Moment", exact=True).press("ArrowLeft")
    await page.get_by_role("button", name="Show").click()
    assert await _state(page) == ("4", ["Received", "Received"])
    await page.locator(".film-at", has_text="7").click()
    assert await _state(page) == ("7", ["Accepted", "In progress"])
    for at, shown in (("0", "1"), ("99", "9"), ("x", "9"), ("-1", "9"), ("9" * 30, "9")):
        await page.goto(f"{address}?at={at}")
        assert (await _state(page))[0] == shown


async def test_a_missing_number_is_a_row_and_what_is_not_known_is_said(
    site: Site, signed_in: SignedIn
) -> None:
    page = await (await signed_in("viewer-1", locale="en")).new_page()
    await page.goto(f"{site.url}/referrals/{site.seeded.gapped}/film")
    await expect(page.locator("tr.film-missing")).to_contain_text("Number 2 from City Job Center is missing")
    await expect(page.locator("[data-film-stage]")).to_contain_text("Not known whether the sender knew")
    await expect(page.locator("[data-film-stage]")).to_contain_text("Numbers of it never came")


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_its_texts_and_lines_stand_out(site: Site, signed_in: SignedIn, scheme: str) -> None:
    page = await (await signed_in("viewer-1", color_scheme=scheme)).new_page()
    faults: list[str] = []
    for referral in (site.seeded.referral, site.seeded.gapped):
        await page.goto(f"{site.url}/referrals/{referral}/film")
        found = await page.evaluate(DRAWN)
        assert len(found["texts"]) > 4
        for kind, least in (("texts", TEXT_MIN), ("lines", DRAWN_MIN)):
            faults += [
                f"{each['what']}: {contrast(each):.2f}" for each in found[kind] if contrast(each) < least
            ]
    assert faults == []


@pytest.mark.parametrize("language", ["ko", "en"])
async def test_the_file_needs_nothing_but_itself(
    site: Site, signed_in: SignedIn, browser_installation: Installation, tmp_path: Path, language: str
) -> None:
    context = await signed_in("viewer-1", locale=language)
    answer = await context.request.get(
        f"{site.url}/referrals/{site.seeded.gapped}/film.html", headers={"accept-language": language}
    )
    assert f'filename="referral-{site.seeded.gapped}-film.html"' in answer.headers["content-disposition"]
    text = await answer.text()
    assert "http:" not in text
    assert "https:" not in text
    file = tmp_path / "film.html"
    file.write_text(text, encoding="utf-8")
    page, asked, messages = await context.new_page(), list[str](), list[str]()
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: messages.append(message.text))
    page.on("pageerror", lambda error: messages.append(str(error)))
    for scheme in ("light", "dark"):
        await page.emulate_media(color_scheme=scheme)
        await page.goto(file.as_uri())
        await page.locator("[data-film-slider]").focus()
        await page.keyboard.press("Home")
        assert (await _state(page))[0] == "1"
        assert messages == []
        assert await faults_of(page, browser_installation.axe, language) == []
        await page.screenshot(
            path=Path("build") / "screens" / f"film-file-{language}-{scheme}.png", full_page=True
        )
    await page.set_viewport_size({"width": 320, "height": 700})
    assert await page.evaluate(OVERFLOW) <= 0
    assert {each for each in asked if not each.startswith("data:")} == {file.as_uri()}


async def test_the_policy_of_the_file_lets_no_other_script_run(
    site: Site, signed_in: SignedIn, tmp_path: Path
) -> None:
    context = await signed_in("viewer-1", locale="en")
    text = await (await context.request.get(f"{site.url}/referrals/{site.seeded.referral}/film.html")).text()
    planted = text.replace("</main>", "<script>document.title = 'planted'</script></main>")
    assert planted != text
    file = tmp_path / "planted.html"
    file.write_text(planted, encoding="utf-8")
    page = await context.new_page()
    await page.goto(file.as_uri())
    assert await page.title() != "planted"


async def test_the_file_is_read_without_scripts(site: Site, signed_in: SignedIn, tmp_path: Path) -> None:
    context = await signed_in("viewer-1", locale="en", java_script_enabled=False)
    address = f"{site.url}/referrals/{site.seeded.referral}/film.html"
    answer = await context.request.get(address, headers={"accept-language": "en"})
    file = tmp_path / "film.html"
    file.write_text(await answer.text(), encoding="utf-8")
    page = await context.new_page()
    await page.goto(file.as_uri())
    assert await page.locator("[data-film] tbody tr").count() == MOMENTS
    await expect(page.locator("[data-film-stage]")).to_contain_text("In progress")
    await expect(page.locator("[data-film-slider]")).to_be_hidden()
