"""Every text that the pages mark for translation, as Babel finds it in sources and templates."""

from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

ROOT = Path(__file__).parent.parent.parent
PACKAGES = (ROOT / "services" / "kit" / "ieum" / "web", ROOT / "services" / "console" / "ieum_console")
METHODS = [("**.py", "python"), ("templates/**.html", "jinja2.ext:babel_extract")]
OPTIONS = {"templates/**.html": {"newstyle_gettext": "true", "trimmed": "true", "silent": "false"}}
KEYWORDS = {"_": None, "gettext": None, "ngettext": (1, 2), "marked": None}


def marked_texts(package: Path) -> Iterator[tuple[str, str]]:
    """Give the file and the text of each."""
    for name, _, text, _, _ in extract_from_dir(
        package, METHODS, OPTIONS, keywords=KEYWORDS, comment_tags=()
    ):
        yield name, text if isinstance(text, str) else text[0]


def korean(package: Path) -> Catalog:
    """Read a package's Korean catalogue."""
    with (package / "locale" / "ko" / "LC_MESSAGES" / "messages.po").open("rb") as file:
        return read_po(file, locale="ko")
