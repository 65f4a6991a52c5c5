"""The golden examples and the vectors, as files that a stranger reads too."""

import json
from pathlib import Path
from typing import Any

CONTRACTS = Path(__file__).parents[2] / "contracts"
EXAMPLES = sorted((CONTRACTS / "examples").glob("*.json"))


def read(path: Path) -> dict[str, Any]:
    """Read one published file."""
    document = json.loads(path.read_text(encoding="utf-8"))
    assert isinstance(document, dict)
    return document


def value_of(example: dict[str, Any]) -> bytes:
    """Write an example's body as the record's value: compact, in the order shown, letters as they are."""
    return json.dumps(example["body"], ensure_ascii=False, separators=(",", ":")).encode()


def headers_of(example: dict[str, Any]) -> list[tuple[str, bytes]]:
    """Give an example's headers as a record has them."""
    return [(name, text.encode()) for name, text in example["headers"].items()]
