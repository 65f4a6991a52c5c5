"""The two small forms in every page's head: its language and its theme, kept in the browser."""

from http import HTTPStatus

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from ieum.web.form_body import read_form
from ieum.web.page_renderer import LANGUAGE_COOKIE, THEME_COOKIE, THEMES
from ieum.web.translation import LANGUAGES
from ieum.web.url_state import own_path

PREFERENCES = "/preferences"
YEAR_SECONDS = 31_536_000


async def keep_preferences(request: Request) -> Response:
    """Keep what was chosen, and go back to the page."""
    chosen = await read_form(request)
    answer = RedirectResponse(own_path(chosen.get("next")), HTTPStatus.SEE_OTHER)
    secure = request.url.scheme == "https"
    for name, allowed, value in (
        (LANGUAGE_COOKIE, LANGUAGES, chosen.get("language")),
        (THEME_COOKIE, THEMES, chosen.get("theme")),
    ):
        if value is not None and value in allowed:
            answer.set_cookie(
                name, value, max_age=YEAR_SECONDS, path="/", secure=secure, httponly=True, samesite="lax"
            )
    return answer
