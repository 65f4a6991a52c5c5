"""The story as files: a golden message each, and the digest of one of them step by step."""

import hashlib
import json
from collections.abc import Mapping

from ieum_contracts import envelope
from ieum_contracts.story.journeys import story
from ieum_contracts.story.telling import Message

SHOWN = "referral.cancelled.v1"


def example_files() -> Mapping[str, object]:
    """Give every message of the story by its file's name: its type, and what tells it from others of it."""
    files: dict[str, object] = {}
    for step, message in enumerate(story(), 1):
        name = ".".join(filter(None, (message.envelope.type, message.label)))
        path = f"examples/{name}.json"
        if path in files:
            raise ValueError(f"Two examples would be called {name}; give one of them another label.")
        files[path] = _example(step, message)
    return files


def digest_vector() -> Mapping[str, object]:
    """Show how the digest of one example is made."""
    shown = next(message for message in story() if message.envelope.type == SHOWN)
    return {
        "note": f"Canonical bytes and digest of examples/{SHOWN}.json, step by step.",
        "value": shown.body.decode(),
        "value_sha256": hashlib.sha256(shown.body).hexdigest(),
        "canonical": envelope.canonical(shown.headers).hex(),
        "digest": shown.digest,
    }


def _example(step: int, message: Message) -> Mapping[str, object]:
    return {
        "step": step,
        "by": message.by,
        "topic": message.topic,
        "partition": message.partition,
        "key": message.envelope.subject,
        "headers": {name: value.decode() for name, value in message.headers},
        "body": json.loads(message.body),
        "digest": message.digest,
    }
