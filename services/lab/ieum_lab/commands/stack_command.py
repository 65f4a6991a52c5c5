"""`ieum stack`: the embedded Kafka and PostgreSQL, left running in the background or stopped."""

import typer

from ieum.cli.exits import Exit
from ieum.cli.output import AsJson, tell, write_json, write_line
from ieum_lab.embedded.administrator import admin_settings
from ieum_lab.embedded.issuer_process import start_issuer, wait_for_issuer
from ieum_lab.embedded.signals import unwinding
from ieum_lab.embedded.stack import Stack

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None)


def add_to(parent: typer.Typer) -> None:
    """Add the commands to the application."""
    parent.add_typer(app, name="stack", help="Start, stop and show the embedded Kafka and PostgreSQL.")


@app.command()
def up() -> None:
    """Start Kafka and PostgreSQL and leave them running in the background."""
    stack = Stack()
    if stack.is_running:
        tell("The stack is running already.")
    else:
        tell("Starting Kafka and PostgreSQL; the first time Kafka is fetched, which takes a minute.")
        with unwinding():
            stack.start()
            try:
                _start_issuer(stack)
            except BaseException:
                stack.stop()
                raise
        stack.detach()
    for line in _lines(stack):
        write_line(line)


@app.command()
def down() -> None:
    """Stop the services, Kafka and PostgreSQL of this folder; their data stay."""
    stack = Stack()
    if stack.state.read() is None:
        tell(f"There is nothing to stop: no stack was ever started in {stack.state.folder}.")
        return
    stack.down()
    tell(f"Stopped. The data stay in {stack.state.folder}.")


@app.command()
def status(*, as_json: AsJson = False) -> None:
    """Show what runs; exits 1 when Kafka or PostgreSQL does not."""
    stack = Stack()
    if as_json:
        write_json(_facts(stack))
    elif stack.is_running:
        for line in _lines(stack):
            write_line(line)
    else:
        write_line(f"The stack of {stack.state.folder} does not run. Start it with `ieum stack up`.")
    if not stack.is_running:
        raise typer.Exit(Exit.FAILED)


def _start_issuer(stack: Stack) -> None:
    """Start the issuer of tokens where a centre's file says who can log in."""
    centre_file = admin_settings(stack).centre_file
    if centre_file.is_file():
        wait_for_issuer(stack, start_issuer(stack, centre_file))


def _lines(stack: Stack) -> list[str]:
    running = ", ".join(f"{name} (pid {process.pid})" for name, process in stack.state.running())
    return [
        f"Kafka      {stack.kafka_bootstrap}",
        f"PostgreSQL {_without_password(stack.postgres_admin_dsn)}",
        f"Issuer     {stack.issuer.url}",
        f"Folder     {stack.state.folder}",
        f"Processes  {running}",
    ]


def _facts(stack: Stack) -> dict[str, object]:
    known = stack.state.read() is not None
    return {
        "running": stack.is_running,
        "folder": stack.state.folder,
        "kafka": stack.kafka_bootstrap if known else None,
        "postgres": _without_password(stack.postgres_admin_dsn) if known else None,
        "processes": [{"name": name, "pid": process.pid} for name, process in stack.state.running()],
    }


def _without_password(dsn: str) -> str:
    scheme, _, rest = dsn.partition("://")
    return f"{scheme}://{rest.rpartition('@')[2]}"
