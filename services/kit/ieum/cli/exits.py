"""The end of a command: exit codes, and every error as sentences instead of a traceback."""

import os
import sys
import traceback
from collections.abc import Sequence
from enum import IntEnum
from errno import ENOSPC

import asyncpg
from aiokafka.errors import KafkaError
from pydantic import ValidationError

from ieum.agency import DeclarationError
from ieum.centre.centre_file import CentreFileError
from ieum.errors import Denied, IeumError, Unreachable
from ieum.observe.tracing import MissingExtraError


class Exit(IntEnum):
    """The exit codes."""

    OK = 0
    FAILED = 1
    USAGE = 2
    UNREACHABLE = 3
    REFUSED = 4


class CommandError(IeumError):
    """Ends the command with a sentence on stderr and an exit code."""

    def __init__(self, code: Exit, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code


def report(error: Exception) -> Exit:
    """Write on stderr what went wrong; returns the exit code. IEUM_LOG_LEVEL=debug adds the traceback."""
    if os.environ.get("IEUM_LOG_LEVEL", "").lower() == "debug":
        traceback.print_exception(error)
    while isinstance(error, ExceptionGroup) and len(error.exceptions) == 1:
        error = error.exceptions[0]
    code = _code(error)
    if isinstance(error, OSError) and code is not Exit.UNREACHABLE:
        sentence = _file_sentence(error)
    else:
        sentence = _sentence(error, code)
    sys.stderr.write(f"ieum: {sentence}\n")
    return code


_EXITS: Sequence[tuple[type[Exception], Exit]] = (
    (DeclarationError, Exit.USAGE),
    (MissingExtraError, Exit.USAGE),
    (ValidationError, Exit.USAGE),
    (Denied, Exit.REFUSED),
    (Unreachable, Exit.UNREACHABLE),
    (asyncpg.InvalidAuthorizationSpecificationError, Exit.REFUSED),
    (asyncpg.PostgresConnectionError, Exit.UNREACHABLE),
    (asyncpg.CannotConnectNowError, Exit.UNREACHABLE),
    (asyncpg.TooManyConnectionsError, Exit.UNREACHABLE),
    (asyncpg.InvalidCatalogNameError, Exit.UNREACHABLE),
    (CentreFileError, Exit.USAGE),
    (KafkaError, Exit.UNREACHABLE),
    (OSError, Exit.UNREACHABLE),
)
"""The first matching class decides; errors of other drivers are converted to ours where they arise."""


def _code(error: Exception) -> Exit:
    if isinstance(error, CommandError):
        return error.code
    if isinstance(error, OSError) and (error.filename or error.errno == ENOSPC):
        return Exit.USAGE if error.filename else Exit.FAILED
    found = next((code for kind, code in _EXITS if isinstance(error, kind)), None)
    if found is None and isinstance(error, IeumError):
        return Exit.REFUSED if error.__cause__ is None else Exit.UNREACHABLE
    return Exit.FAILED if found is None else found


def _sentence(error: Exception, code: Exit) -> str:
    kind = type(error).__name__
    match error:
        case ValidationError():
            return _settings_sentence(error)
        case ModuleNotFoundError():
            return (
                f"The package {error.name} is missing. Run `make setup` (elsewhere install ieum-lab), "
                "then run `ieum doctor`."
            )
        case IeumError() | ValueError() if code is not Exit.FAILED:
            return str(error)
    if code is Exit.REFUSED:
        return f"The login is refused ({error}). Run `ieum centre apply`, or look at the password's file."
    if code is Exit.UNREACHABLE:
        return (
            f"A server cannot be reached or used ({kind}: {error}). "
            "Look whether it runs (`ieum stack status`) and at the address in the settings."
        )
    return (
        f"The command failed unexpectedly ({kind}: {error}). "
        "Run it again with IEUM_LOG_LEVEL=debug and report what it prints."
    )


def _file_sentence(error: OSError) -> str:
    if error.filename is None:
        return f"What was to be written could not be written: {error.strerror}."
    path = os.fsdecode(error.filename)
    return (
        f"{path} cannot be used: {error.strerror}. Look at the path in the settings; "
        "`ieum centre apply` makes the files of passwords."
    )


def _settings_sentence(error: ValidationError) -> str:
    """Return a sentence with the settings that are missing or invalid, never their values."""
    names = (
        "IEUM_" + "_".join(map(str, fault["loc"])).upper() if fault["loc"] else fault["msg"]
        for fault in error.errors(include_input=False, include_url=False, include_context=False)
    )
    return (
        f"Settings are missing or not valid: {', '.join(names)}. Correct them in the environment, or start "
        "the embedded stack with `ieum stack up` in this folder and set none."
    )
