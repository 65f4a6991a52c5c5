"""Writes the seventh agency that docs/new-agency.md describes, from the very text that an author follows."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
RECIPE = ROOT / "docs" / "new-agency.md"
AGENCY_ID = "youth-center"
PACKAGE = "services.youth_center"
CENTRE_LINE = f'{AGENCY_ID} = "{PACKAGE}"'

_SNIPPET = re.compile(
    r"^`(services/youth_center/\w+\.py)`.*?^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL
)


def write_seventh_agency(folder: Path) -> Path:
    """Write the package below a folder that then has to be on PYTHONPATH; give back the package's folder."""
    for name, text in _SNIPPET.findall(RECIPE.read_text(encoding="utf-8")):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder / "services" / "youth_center"


def centre_with_seventh_agency(centre_toml: str) -> str:
    """Add the seventh agency's one line to the text of a centre's file."""
    return centre_toml.rstrip("\n") + "\n" + CENTRE_LINE + "\n"
