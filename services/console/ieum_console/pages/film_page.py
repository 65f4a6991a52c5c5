"""The film of one referral: both sides over time, scrubbed on the page, or taken along as one file."""

from base64 import b64encode
from functools import partial
from hashlib import sha256
from http import HTTPStatus

from starlette.responses import Response

from ieum.web.moments import absolute, dated
from ieum_console.pages.film_strip import (
    HEIGHT,
    LANE,
    RECIPIENT_TOP,
    SENDER_TOP,
    WIDTH,
    strip_of,
)
from ieum_console.pages.page_call import PageCall
from ieum_console.pages.referral_page import view_of
from ieum_console.pages.words import event_words
from ieum_console.projection.one_referral import ReferralView
from ieum_console.projection.referral_steps import Step
from ieum_console.replay.film import EVENTS_MAX, Film, Recorded, film_of

SIZE = {
    "width": WIDTH,
    "height": HEIGHT,
    "lane": LANE,
    "sender_top": SENDER_TOP,
    "recipient_top": RECIPIENT_TOP,
}
STYLES, SCRIPT = ("web.css", "console.css"), "film.js"
DIGITS_MAX = 4


async def film(call: PageCall) -> Response:
    """Show one moment of a referral's life, and the way to all others."""
    view = await view_of(call)
    await call.note("referral.film", target=str(view.head.id))
    found = _film(call, view)
    shown = _shown(call, view, found, _asked(call, len(found.moments)))
    words = partial(absolute, now=call.now, language=call.language)
    return call.page("film.html", HTTPStatus.OK, moment_words=words, **shown)


async def film_file(call: PageCall) -> Response:
    """Give the whole film as one file that needs nothing else, for the record of an incident."""
    view = await view_of(call)
    await call.note("referral.film-download", target=str(view.head.id))
    found, static = _film(call, view), call.console.renderer.static
    style, script = "".join(map(static.content, STYLES)), static.content(SCRIPT)
    policy = [
        *("default-src 'none'", "img-src data:", "base-uri 'none'", "form-action 'none'"),
        *(f"style-src {_hash(style)}", f"script-src {_hash(script)}"),
    ]
    answer = call.page(
        "film_file.html",
        HTTPStatus.OK,
        **_shown(call, view, found, len(found.moments)),
        moment_words=partial(dated, language=call.language),
        style=style,
        script=script,
        policy="; ".join(policy),
    )
    name = f"referral-{view.head.id}-film.html"
    answer.headers["content-disposition"] = f'attachment; filename="{name}"'
    return answer


def _shown(call: PageCall, view: ReferralView, found: Film, number: int) -> dict[str, object]:
    moments = found.moments
    return {
        "head": view.head,
        "film": found,
        "number": number,
        "truncated": found.truncated or view.truncated,
        "events_max": EVENTS_MAX,
        "strip": strip_of(moments, view.head.sender, partial(call.console.renderer.translate, call.language)),
        "size": SIZE,
        "begun": moments[0].what.at if moments else view.head.requested_at,
        "event_words": event_words,
    }


def _film(call: PageCall, view: ReferralView) -> Film:
    steps = [each for each in view.steps if isinstance(each, Step)]
    head = view.head
    waits = any(
        each.applied is None and (each.source, each.recipient) == (head.recipient, head.sender)
        for each in view.deliveries
    )
    recorded = Recorded(head.sender, head.recipient, steps, view.notices, waits)
    return film_of(recorded, None if view.truncated else call.freshness.as_of, call.console.calendar)


def _asked(call: PageCall, moments: int) -> int:
    """Return the number of the moment that the address names; the last one where it names none."""
    asked = call.asked_number("at", DIGITS_MAX)
    return moments if asked is None else max(1, min(asked, moments))


def _hash(content: str) -> str:
    return f"'sha256-{b64encode(sha256(content.encode()).digest()).decode()}'"
