"""The entry point of `ieum`: it imports only the command that was named.

Commands are entry points of the group `ieum.commands`, so that a distribution beside the kit adds its own.
"""

import sys
from collections.abc import Sequence
from importlib.metadata import entry_points

import typer

from ieum.cli.exits import report

COMMANDS_GROUP = "ieum.commands"
"""Each entry point of the group names the function that adds a command to the application."""


def main() -> None:
    """Run the command that the arguments name, and end with its exit code."""
    arguments = sys.argv[1:]
    try:
        application(arguments)(arguments, prog_name="ieum")
    except Exception as error:  # noqa: BLE001 - any error becomes a sentence
        sys.exit(report(error))


def application(arguments: Sequence[str]) -> typer.Typer:
    """Make the application with the named command, or with all of them."""
    app = typer.Typer(
        add_completion=False,
        no_args_is_help=True,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback()(ieum)
    commands = entry_points(group=COMMANDS_GROUP)
    named = [command for command in commands if command.name in arguments[:1]]
    for command in named[:1] or sorted(commands):
        command.load()(app)
    return app


def ieum() -> None:
    """Six agencies of one centre refer people to each other over Kafka.

    `demo`, `stack` and `doctor` come with the distribution ieum-lab.
    Exit codes: 0 done, 1 a check failed, 2 wrong usage, 3 a server cannot be reached, 4 refused.
    """


if __name__ == "__main__":
    main()
