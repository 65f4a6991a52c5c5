"""Two languages by gettext: English is what the sources say, Korean comes from catalogues beside them."""

from collections.abc import Iterable
from gettext import GNUTranslations, NullTranslations
from importlib.resources.abc import Traversable
from io import BytesIO

from babel.core import negotiate_locale
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

LANGUAGES = ("ko", "en")
"""The first is what a browser gets that asks for neither."""
SOURCE_LANGUAGE = "en"
CATALOGUE = "messages.po"
ACCEPTED_MAX = 16


def marked(text: str) -> str:
    """Mark a text for translation where it is not shown yet; the page translates it."""
    return text


def negotiated(chosen: str | None, accept_language: str) -> str:
    """Return the language of a page: the chosen one, else the first that the browser accepts."""
    if chosen in LANGUAGES:
        return chosen
    wanted = [entry.partition(";")[0].strip() for entry in accept_language.split(",")[:ACCEPTED_MAX]]
    return negotiate_locale([each for each in wanted if each], LANGUAGES, sep="-") or LANGUAGES[0]


def translations(language: str, folders: Iterable[Traversable]) -> NullTranslations:
    """Read the catalogues of a language, the later ones first; compiled in memory, for they are small."""
    found = NullTranslations()
    if language == SOURCE_LANGUAGE:
        return found
    for folder in folders:
        with folder.joinpath(language, "LC_MESSAGES", CATALOGUE).open("rb") as file:
            compiled = BytesIO()
            write_mo(compiled, read_po(file, locale=language))
        compiled.seek(0)
        newer = GNUTranslations(compiled)
        newer.add_fallback(found)
        found = newer
    return found
