"""How a command ends: the exit codes, and every error as whole sentences instead of a traceback."""

import os
import sys
import traceback
from enum import IntEnum

from pydantic import ValidationError

from ieum.errors import IeumError


class Exit(IntEnum):
    """What the exit codes mean."""

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
    """Say on stderr what went wrong; returns the exit code. IEUM_LOG_LEVEL=debug adds the traceback."""
    if os.environ.get("IEUM_LOG_LEVEL", "").lower() == "debug":
        traceback.print_exception(error)
    code = _code(error)
    sys.stderr.write(f"ieum: {_sentence(error, code)}\n")
    return code


_KINDS: dict[str, Exit] = {
    "ieum.agency.DeclarationError": Exit.USAGE,
    "pydantic_core._pydantic_core.ValidationError": Exit.USAGE,
    "ieum_lab.embedded.errors.AlreadyRunningError": Exit.REFUSED,
    "ieum_lab.embedded.errors.StackError": Exit.UNREACHABLE,
    "asyncpg.exceptions.InvalidAuthorizationSpecificationError": Exit.REFUSED,
    "asyncpg.exceptions.PostgresConnectionError": Exit.UNREACHABLE,
    "asyncpg.exceptions.CannotConnectNowError": Exit.UNREACHABLE,
    "asyncpg.exceptions.TooManyConnectionsError": Exit.UNREACHABLE,
    "asyncpg.exceptions.InvalidCatalogNameError": Exit.UNREACHABLE,
    "aiokafka.errors.KafkaError": Exit.UNREACHABLE,
    "cimpl.KafkaException": Exit.UNREACHABLE,
    "httpx.TransportError": Exit.UNREACHABLE,
    "builtins.ModuleNotFoundError": Exit.FAILED,
    "builtins.OSError": Exit.UNREACHABLE,
}
"""Errors by their full names, for most commands never import the modules that they stand in."""


def _code(error: Exception) -> Exit:
    if isinstance(error, CommandError):
        return error.code
    names = [f"{kind.__module__}.{kind.__name__}" for kind in type(error).__mro__]
    known = next((_KINDS[name] for name in names if name in _KINDS), None)
    if known is None and isinstance(error, IeumError):
        return Exit.REFUSED if error.__cause__ is None else Exit.UNREACHABLE
    return Exit.FAILED if known is None else known


def _sentence(error: Exception, code: Exit) -> str:
    kind = type(error).__name__
    match error:
        case ValidationError():
            return _settings_sentence(error)
        case ModuleNotFoundError():
            return (
                f"The package {error.name} is missing. Install `ieum-kit[stack]` (here: `make setup`), "
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


def _settings_sentence(error: ValidationError) -> str:
    """Name the settings that are missing or wrong, never their values."""
    names = (
        "IEUM_" + "_".join(map(str, fault["loc"])).upper() if fault["loc"] else fault["msg"]
        for fault in error.errors(include_input=False, include_url=False, include_context=False)
    )
    return (
        f"Settings are missing or not valid: {', '.join(names)}. Correct them in the environment, or start "
        "the embedded stack with `ieum stack up` in this folder and set none."
    )
