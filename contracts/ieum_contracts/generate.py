"""Writes what is published beside the code: `python -m ieum_contracts.generate` (`--check`: only looks)."""

import json
import sys
from collections.abc import Mapping
from dataclasses import asdict
from enum import StrEnum
from inspect import cleandoc
from pathlib import Path
from types import ModuleType

from ieum_contracts import (
    capacity,
    case,
    catalogue,
    causes,
    client,
    client_codes,
    codes,
    consent,
    delivery,
    eligibility,
    evidence,
    identifier_rule,
    inquiry,
    lifecycle,
    model,
    overdue,
    topics,
)
from ieum_contracts.asyncapi import asyncapi
from ieum_contracts.catalogue import EVENT_TYPES
from ieum_contracts.envelope import NAMES, OPTIONAL, SEQUENCE_MAX
from ieum_contracts.header_values import PATTERNS
from ieum_contracts.schemas import schema, schema_path
from ieum_contracts.story.examples import digest_vector, example_files
from ieum_contracts.story.transcript import SCHEMA_PATH, transcript_schema
from ieum_contracts.story.transcripts import transcript_files

FOLDER = Path(__file__).parents[1]
MADE = ("schemas", "examples", "transcripts")
"""Folders in which everything is made."""
SAMPLE_CENTRE = "yangju"
SAMPLE_AGENCIES = (
    "employment-center",
    "women-reemployment-center",
    "microfinance-center",
    "veterans-center",
    "city-job-center",
    "city-welfare-team",
)
_CODED: tuple[ModuleType, ...] = (
    capacity,
    case,
    catalogue,
    causes,
    client,
    client_codes,
    codes,
    consent,
    delivery,
    eligibility,
    evidence,
    inquiry,
    model,
    overdue,
    topics,
)


def documents() -> Mapping[str, str]:
    """Name every published file, relative to the contracts' folder, with the text that belongs there."""
    made: dict[str, object] = {
        schema_path(event): schema(event, event.model)
        for event in EVENT_TYPES.values()
        if event.model is not None
    }
    made["identifiers.json"] = identifier_rule.as_json()
    made["codes.json"] = codes_document()
    made["topics.json"] = topics_document()
    made["lifecycle.json"] = lifecycle.as_json()
    made["asyncapi.json"] = asyncapi()
    made[SCHEMA_PATH] = transcript_schema()
    made["vectors/digest.json"] = digest_vector()
    made |= example_files()
    texts = {path: json.dumps(each, ensure_ascii=False, indent=2) + "\n" for path, each in made.items()}
    return {**texts, **transcript_files()}


def codes_document() -> dict[str, object]:
    """List every coded value, and which reason goes with which decision and ask."""
    coded = sorted((name, each) for module in _CODED for name, each in _enums(module).items())
    return {
        "codes": {
            name: {"description": cleandoc(each.__doc__ or ""), "values": [value.value for value in each]}
            for name, each in coded
        },
        "reasons_of_decision": {key.value: sorted(each) for key, each in codes.REASONS_OF_DECISION.items()},
        "reasons_of_ask": {key.value: sorted(each) for key, each in codes.REASONS_OF_ASK.items()},
        "reason_required": sorted(codes.REASON_REQUIRED),
        "reasons_on_receipt": sorted(codes.REASONS_ON_RECEIPT),
    }


def topics_document() -> dict[str, object]:
    """List limits, headers, events, and the topics and grants of a sample centre."""
    return {
        "wire_version": topics.WIRE_VERSION,
        "limits": {
            "body_bytes_max": topics.BODY_BYTES_MAX,
            "record_bytes_max": topics.RECORD_BYTES_MAX,
            "headers_max": topics.HEADERS_MAX,
            "header_bytes_max": topics.HEADER_BYTES_MAX,
            "headers_bytes_max": topics.HEADERS_BYTES_MAX,
            "sequence_max": SEQUENCE_MAX,
        },
        "headers": [
            {"name": name, "required": name not in OPTIONAL, "pattern": f"^{PATTERNS[name]}$"}
            for name in NAMES
        ],
        "events": [
            {
                "type": event.type,
                "family": event.family.value,
                "by": sorted(event.by),
                "dataschema": event.dataschema,
                "planned": event.model is None,
            }
            for event in EVENT_TYPES.values()
        ],
        "sample_centre": SAMPLE_CENTRE,
        "topics": [asdict(topic) for topic in topics.topics(SAMPLE_CENTRE, SAMPLE_AGENCIES)],
        "grants": [asdict(grant) for grant in topics.grants(SAMPLE_CENTRE, SAMPLE_AGENCIES)],
    }


def stale(folder: Path = FOLDER) -> list[str]:
    """Name the published files that are missing, differ from the code, or have no place any more."""
    made = documents()
    left = (path.relative_to(folder).as_posix() for name in MADE for path in (folder / name).glob("*"))
    return sorted(
        [path for path, text in made.items() if not _holds(folder / path, text)]
        + [path for path in left if path not in made]
    )


def main(arguments: list[str]) -> int:
    """Write the files, or with `--check` name those that are stale; 0 when all is well, 1 when not."""
    if "--check" in arguments:
        for path in stale():
            sys.stderr.write(f"contracts/{path} is stale; run `python -m ieum_contracts.generate`.\n")
        return 1 if stale() else 0
    for path, text in documents().items():
        target = FOLDER / path
        target.parent.mkdir(exist_ok=True)
        target.write_text(text, encoding="utf-8")
    return 0


def _enums(module: ModuleType) -> dict[str, type[StrEnum]]:
    return {
        name: each
        for name, each in vars(module).items()
        if isinstance(each, type) and issubclass(each, StrEnum)
        if (each.__module__, each.__name__) == (module.__name__, name)
    }


def _holds(path: Path, text: str) -> bool:
    return path.is_file() and path.read_text(encoding="utf-8") == text


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
