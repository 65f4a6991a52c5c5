"""Pages from templates: everything from outside is escaped, and a name that is missing is an error."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from gettext import NullTranslations
from http import HTTPStatus
from importlib.resources import files
from typing import Any, cast

from babel.numbers import format_decimal
from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse

from ieum.web.moments import absolute, duration, relative
from ieum.web.static_files import StaticFiles
from ieum.web.translation import LANGUAGES, negotiated, translations
from ieum.web.url_state import address

THEMES = ("auto", "light", "dark")
LANGUAGE_COOKIE, THEME_COOKIE = "ieum-language", "ieum-theme"
WEB = "ieum.web"


@dataclass(frozen=True, slots=True)
class Preferences:
    """How a browser wants its pages."""

    language: str
    theme: str


def preferences_of(request: Request) -> Preferences:
    """Read the language and the theme that a browser has chosen or asks for."""
    theme = request.cookies.get(THEME_COOKIE, THEMES[0])
    language = negotiated(request.cookies.get(LANGUAGE_COOKIE), request.headers.get("accept-language", ""))
    return Preferences(language, theme if theme in THEMES else THEMES[0])


class PageRenderer:
    """Templates, catalogues and static files of some packages, the room `ieum.web` below them all."""

    def __init__(self, packages: Sequence[str], **shown_everywhere: object) -> None:
        stacked = [WEB, *packages]
        self.static = StaticFiles([files(package).joinpath("static") for package in stacked])
        catalogues = [files(package).joinpath("locale") for package in stacked]
        loader = ChoiceLoader([PackageLoader(package) for package in reversed(stacked)])
        self._catalogues = {language: translations(language, catalogues) for language in LANGUAGES}
        self._environments = {
            language: _environment(loader, language, found, self.static)
            for language, found in self._catalogues.items()
        }
        self._shown_everywhere = shown_everywhere

    def show_everywhere(self, **shown: object) -> None:
        """Give every page from now on something more to show."""
        self._shown_everywhere = {**self._shown_everywhere, **shown}

    def translate(self, language: str, text: str) -> str:
        """Translate a marked text."""
        return self._catalogues[language].gettext(text)

    def page(
        self,
        request: Request,
        template: str,
        now: datetime,
        status: HTTPStatus = HTTPStatus.OK,
        **content: object,
    ) -> HTMLResponse:
        """Render a page in the language and the theme of its reader."""
        wanted = preferences_of(request)
        query: Mapping[str, str] = dict(request.query_params)
        text = (
            self._environments[wanted.language]
            .get_template(template)
            .render(
                {
                    **self._shown_everywhere,
                    "preferences": wanted,
                    "path": request.url.path,
                    "query": query,
                    "here": partial(address, request.url.path, query),
                    "now": now,
                    "absolute": partial(absolute, now=now, language=wanted.language),
                    "relative": partial(relative, now=now, language=wanted.language),
                    **content,
                }
            )
        )
        headers = {"content-language": wanted.language, "vary": "cookie, accept-language"}
        return HTMLResponse(text, status, headers)


def _environment(
    loader: ChoiceLoader, language: str, catalogue: NullTranslations, static: StaticFiles
) -> Environment:
    environment = Environment(
        loader=loader,
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    cast("Any", environment).install_gettext_translations(catalogue, newstyle=True)
    environment.globals |= {"static": static.address, "address": address, "LANGUAGES": LANGUAGES}
    environment.filters |= {
        "number": partial(format_decimal, locale=language),
        "duration": partial(duration, language=language),
    }
    return environment
