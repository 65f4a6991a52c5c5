"""The entry of the `ieum` command: it imports the command that was named, and no other."""

import sys
from collections.abc import Mapping, Sequence
from importlib import import_module
from types import MappingProxyType

import typer

from ieum.cli.exits import report

COMMANDS: Mapping[str, str] = MappingProxyType(
    {
        "demo": "ieum_lab.commands.demo_command",
        "run": "ieum.cli.run_command",
        "stack": "ieum_lab.commands.stack_command",
        "centre": "ieum.cli.centre_command",
        "migrate": "ieum.cli.migrate_command",
        "status": "ieum.cli.status_command",
        "watch": "ieum.cli.watch_command",
        "referral": "ieum.cli.referral_command",
        "streams": "ieum.cli.streams_command",
        "reconcile": "ieum.cli.reconcile_command",
        "doctor": "ieum_lab.commands.doctor_command",
    }
)
"""Every command, and the module whose `add_to` puts it into the application."""


def main() -> None:
    """Run the command that the arguments name, and end with its exit code."""
    arguments = sys.argv[1:]
    try:
        application(arguments)(arguments, prog_name="ieum")
    except Exception as error:  # noqa: BLE001 - whatever it is, people get a sentence
        sys.exit(report(error))


def application(arguments: Sequence[str]) -> typer.Typer:
    """Make the application with the command that is asked for, or with all of them."""
    app = typer.Typer(
        add_completion=False,
        no_args_is_help=True,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback()(ieum)
    for name in arguments[:1] if arguments and arguments[0] in COMMANDS else COMMANDS:
        _add(app, name, asked_for=arguments[:1] == [name])
    return app


def _add(app: typer.Typer, name: str, *, asked_for: bool) -> None:
    """Put a command into the application; on a server those of the embedded stack have no packages."""
    try:
        module = import_module(COMMANDS[name])
    except ModuleNotFoundError:
        if asked_for:
            raise
        return
    module.add_to(app)


def ieum() -> None:
    """Six agencies of one centre refer people to each other over Kafka.

    Exit codes: 0 done, 1 a check failed, 2 wrong usage, 3 a server cannot be reached, 4 refused.
    """


if __name__ == "__main__":
    main()
