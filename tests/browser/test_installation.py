"""The browser for tests: what it is made of is pinned by digest, and it draws Korean text."""

import json
from pathlib import Path

from playwright.async_api import Browser

from tests.browser.installation import Installation

HERE = Path(__file__).parent


def test_every_package_is_locked_by_digest_and_by_no_address() -> None:
    wanted = json.loads((HERE / "package.json").read_text(encoding="utf-8"))["dependencies"]
    packages = json.loads((HERE / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    assert packages.pop("")["dependencies"] == wanted
    for name, version in wanted.items():
        assert packages[f"node_modules/{name}"]["version"] == version
    for name, package in packages.items():
        assert package["integrity"].startswith("sha512-"), name
        assert "resolved" not in package, name


async def test_korean_text_is_drawn(browser: Browser) -> None:
    page = await browser.new_page()
    await page.set_content("<main><h1>이음</h1><p><span id=w>가</span></main>")
    assert await page.locator("h1").inner_text() == "이음"
    box = await page.locator("#w").bounding_box()
    assert box is not None
    assert box["width"] > 10, "without a font nothing is drawn"
    await page.close()


async def test_axe_finds_a_planted_fault(browser: Browser, browser_installation: Installation) -> None:
    page = await browser.new_page()
    await page.set_content('<html lang="ko"><title>t</title><main><h1>t</h1><img src="data:,"></main>')
    await page.evaluate(browser_installation.axe)
    found = await page.evaluate("async () => (await axe.run()).violations.map(each => each.id)")
    assert "image-alt" in found
    await page.close()
