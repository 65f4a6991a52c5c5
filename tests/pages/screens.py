"""The screens that are looked at, and what must hold of each of them."""

import re
from pathlib import Path

from playwright.async_api import ConsoleMessage, Page, Request

from tests.pages.seeded_operations import STATES, operation
from tests.pages.seeding import Seeded

ARTEFACTS = Path("build") / "screens"
"""Pictures are kept here, to be looked at."""
NARROW = 320
HANGUL = re.compile(r"[가-힣]")
LATIN_WORD = re.compile(r"[A-Za-z]{3,}")
KEPT_LATIN = frozenset({"CSV", "Ieum"})
TEXTS = """() => {
  const found = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const text = walker.currentNode.textContent.trim();
    const parent = walker.currentNode.parentElement;
    if (text && !parent.closest('[translate="no"], [lang]:not(html), script')) found.push(text);
  }
  for (const each of document.querySelectorAll('[aria-label]')) {
    if (!each.closest('[translate="no"]')) found.push(each.getAttribute('aria-label'));
  }
  found.push(document.title);
  return found;
}"""
VIOLATIONS = """async (rules) => {
  const found = await axe.run({ runOnly: rules, resultTypes: ["violations"] });
  return found.violations.flatMap(each =>
    each.nodes.map(node => `${each.id}: ${node.html.slice(0, 200)}`));
}"""
ALL_RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
THEMED_RULES = ["color-contrast"]
"""What another theme can change."""
SMALL_TARGETS = """() => [...document.querySelectorAll('button, input, select, summary, .button, nav a')]
  .filter(each => each.checkVisibility() && each.type !== 'hidden')
  .map(each => [each.outerHTML.slice(0, 120), each.getBoundingClientRect()])
  .filter(([, box]) => box.width < 24 || box.height < 24).map(([html]) => html)"""
SENTENCES = """() => {
  const codes = [...document.querySelectorAll('main [translate="no"]')];
  for (const each of codes) each.style.visibility = "hidden";
  const text = document.querySelector("main").innerText;
  for (const each of codes) each.style.visibility = "";
  return text;
}"""
"""What is read as sentences: codes, and names as they came, are left out."""
JOINED = re.compile(r".{0,20}[^\W\d_)][.!?:;,](?=[^\W\d_]).{0,20}|.{0,20}\)(?=[A-Z]).{0,20}")
TOUCHING = """() => [...document.querySelectorAll('main > *, main > [data-live] > *')].flatMap(part => {
  const next = part.nextElementSibling;
  if (!next || !part.offsetHeight || !next.offsetHeight) return [];
  const [one, other] = [part, next].map(each => each.getBoundingClientRect());
  const named = [part, next].map(each => `${each.tagName}.${each.className}`).join(' and ');
  return other.top - one.bottom < 2 && other.left < one.right ? [named] : [];
})"""
OVERFLOW = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"


def screens(seeded: Seeded) -> dict[str, str]:
    """Return the addresses of all screens, by the names of their pictures."""
    return {
        "overview": "/",
        "referrals": "/referrals",
        "referrals-none": "/referrals?q=00000000",
        "referrals-wrong": "/referrals?q=Kim",
        "referral": f"/referrals/{seeded.referral}",
        "referral-gap": f"/referrals/{seeded.gapped}",
        "referral-events": f"/referrals/{seeded.gapped}?tab=events",
        "referral-delivery": f"/referrals/{seeded.gapped}?tab=delivery",
        "referral-audit": f"/referrals/{seeded.referral}?tab=audit",
        "film": f"/referrals/{seeded.referral}/film",
        "film-behind": f"/referrals/{seeded.referral}/film?at=5",
        "film-gap": f"/referrals/{seeded.gapped}/film?at=4",
        "film-none": f"/referrals/{seeded.overdue}/film",
        "agencies": "/agencies?tested=city-welfare-team",
        "troubles": "/troubles",
        **{f"operation-{state}": f"/operations/{operation(state)}" for state, *_ in STATES},
        "assurance": "/assurance",
        "drill-none": "/drill",
        "drill": f"/drill?agency=city-welfare-team&day={seeded.day}",
        "drill-silent": f"/drill?agency=veterans-center&day={seeded.day}",
        "contracts": "/contracts",
        "audit": "/audit?verify=1",
        "me": "/me",
        "not-found": "/referrals/none",
    }


def untranslated(texts: list[str], language: str) -> list[str]:
    """Return the texts that are in the other language."""
    if language == "en":
        return [each for each in texts if HANGUL.search(each.replace("이음", ""))]
    return [each for each in texts if set(LATIN_WORD.findall(each)) - KEPT_LATIN]


def joined(text: str) -> list[str]:
    """Return where a sentence begins without a space after the one before."""
    return JOINED.findall(text)


class Watch:
    """Notes what a page says on the console, and whom it asks."""

    def __init__(self, page: Page, url: str) -> None:
        self.messages: list[str] = []
        self.foreign: list[str] = []
        self._url = url
        page.on("console", self._said)
        page.on("pageerror", lambda error: self.messages.append(str(error)))
        page.on("request", self._asked)

    def _said(self, message: ConsoleMessage) -> None:
        if "404 (Not Found)" not in message.text:  # the page that says so is one of the screens
            self.messages.append(message.text)

    def _asked(self, request: Request) -> None:
        if not request.url.startswith(f"{self._url}/"):
            self.foreign.append(request.url)


async def faults_of(page: Page, axe: str, language: str) -> list[str]:
    """Look at an open page: accessibility, language, reflow, targets; a sentence for each fault."""
    await page.evaluate(axe)
    found = [f"axe {each}" for each in await page.evaluate(VIOLATIONS, ALL_RULES)]
    found += [f"untranslated {each!r}" for each in untranslated(await page.evaluate(TEXTS), language)]
    found += [f"joined {each!r}" for each in joined(await page.evaluate(SENTENCES))]
    found += [f"small target {each}" for each in await page.evaluate(SMALL_TARGETS)]
    found += [f"nothing between {each}" for each in await page.evaluate(TOUCHING)]
    return found
