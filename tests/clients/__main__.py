"""Generates clients in Python, TypeScript and Java from the API's document, and drives a referral with each.

`make clients`, or `make clients ARGS="java"`. The centre is the real one of six agencies on the embedded
stack. Nothing has to be installed before: the generators, Node.js and the jars come as packages, pinned by
hash; Java is the embedded Kafka's, and the compiler a jar. What was generated stays in `.clients`.
"""

import argparse
import json
import shutil
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import httpx

from ieum.access.callers import Role
from ieum_contracts.address import Address
from ieum_lab.embedded.running import running_centre
from ieum_lab.embedded.signals import unwinding
from ieum_lab.embedded.stack import Stack
from ieum_lab.testing.runs import new_run_folder
from tests.clients import languages
from tests.clients.languages import Failed, Story

WORK = Path(".clients")
SENDER, RECIPIENT, PROGRAMME = "employment-center", "city-welfare-team", "welfare-counselling"
LANGUAGES: Mapping[str, Callable[[Path, Story], None]] = {
    "python": languages.python,
    "typescript": languages.typescript,
    "java": languages.java,
}


def main(arguments: list[str]) -> int:
    """Drive a referral with a client in each language named; 0 when each came to its end, else 1."""
    parser = argparse.ArgumentParser(prog="make clients ARGS=", description="Drive a referral by clients.")
    parser.add_argument("language", nargs="*", choices=[*LANGUAGES, []], help="default: all three")
    chosen = parser.parse_args(arguments).language or list(LANGUAGES)
    shutil.rmtree(WORK, ignore_errors=True)
    WORK.mkdir()
    stack = Stack(new_run_folder(), durable=False)
    try:
        with unwinding(), running_centre(stack, say) as running:
            tokens = [
                stack.issuer.token(Address(running.centre.centre, agency), Role.SYSTEM)
                for agency in (SENDER, RECIPIENT)
            ]
            story = Story(running.urls[SENDER], running.urls[RECIPIENT], RECIPIENT, PROGRAMME, *tokens)
            document = httpx.get(f"{story.sender}/openapi.json", trust_env=False).raise_for_status()
            (WORK / "openapi.json").write_text(json.dumps(document.json()), encoding="utf-8")
            results = {language: _driven(language, story) for language in chosen}
    finally:
        stack.discard()
    say(", ".join(f"{name}: {'closed' if good else 'FAILED'}" for name, good in results.items()))
    return 0 if all(results.values()) else 1


def _driven(language: str, story: Story) -> bool:
    begun = time.monotonic()
    say(f"-- {language}")
    try:
        LANGUAGES[language](WORK.absolute(), story)
    except Failed as failed:
        say(str(failed))
        return False
    say(f"{language}: generated, compiled and driven in {time.monotonic() - begun:.0f} s.")
    return True


def say(text: str) -> None:
    """Tell what is going on."""
    sys.stderr.write(f"{text}\n")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
