"""`ieum demo`: six agencies on this machine, stories, a stream of referrals, and an account of it all."""

import asyncio
import math
import time
from typing import Annotated

import typer

from ieum.cli.exits import CommandError, Exit
from ieum.cli.output import AsJson, tell, write_json
from ieum.settings import CLOCK_SPEED_MAX
from ieum_lab.commands.live_board import Show, can_draw
from ieum_lab.commands.summary_tables import write_summary
from ieum_lab.embedded.running import RunningCentre, running_centre
from ieum_lab.embedded.signals import unwinding
from ieum_lab.embedded.stack import Stack
from ieum_lab.simulator.play import Script, Stage, beside, play, wait_until_known
from ieum_lab.simulator.simulated_centre import SimulatedCentre
from ieum_lab.simulator.summary import Summary, sum_up

LOOK_SECONDS = 1.0
DAY_SECONDS, PASSING_SECONDS_MAX = 86_400, 3_600.0
MONTH_DAYS, DAYS_MAX = 31.0, 366.0

Speed = Annotated[
    float,
    typer.Option(
        min=1,
        max=CLOCK_SPEED_MAX,
        help="How fast the agencies' time passes: 2000, and a month takes 22 minutes.",
    ),
]
Days = Annotated[
    float | None,
    typer.Option(
        min=0, max=DAYS_MAX, help="Days that pass before the summary, with --speed: by default a month."
    ),
]


def add_to(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command("demo")(demo)


def demo(
    *,
    referrals: Annotated[int, typer.Option(min=0, max=100_000, help="Random referrals.")] = 300,
    rate: Annotated[float, typer.Option(min=0.1, max=1_000, help="Random referrals a second.")] = 50.0,
    seed: Annotated[int, typer.Option(help="The same seed makes the same clients and choices.")] = 1,
    speed: Speed = 1.0,
    days: Days = None,
    once: Annotated[bool, typer.Option("--once", help="End after the summary.")] = False,
    as_json: AsJson = False,
) -> None:
    """Start Kafka, PostgreSQL and six agencies, play the stories and a stream of referrals, and reconcile.

    With --speed, days pass at last in which nobody attends to some referrals, and what their clocks bring
    about is told. What is kept for how long goes by the machine's time, and so do retries.
    Exits 1 when reconciling finds a difference. Without --once everything stays up until Ctrl-C.
    """
    script = Script(referrals, rate, seed, speed, _days(speed, days))
    show = Show(live=can_draw(as_json=as_json))
    with unwinding(), running_centre(Stack(), tell, speed) as running:
        tell(f"Ready after {running.seconds_until_ready:.1f} s.{_console(running)}")
        summary = asyncio.run(_perform(running, script, show))
        if as_json:
            write_json(summary.as_json())
        else:
            write_summary(summary)
        if not once:
            _stay(running)
    if not summary.is_sound:
        raise typer.Exit(Exit.FAILED)


def _days(speed: float, days: float | None) -> float:
    """Return how many days are to pass; raises CommandError where they would take too long."""
    if speed == 1:
        if days:
            raise CommandError(Exit.USAGE, f"{days:g} days take as long at speed 1: give --speed too.")
        return 0.0
    most = PASSING_SECONDS_MAX * speed / DAY_SECONDS
    if days is not None and days > most:
        least = math.ceil(days * DAY_SECONDS / PASSING_SECONDS_MAX)
        raise CommandError(
            Exit.USAGE,
            f"{days:g} days at speed {speed:g} take more than an hour: give --speed {least} or more, or "
            f"--days {math.floor(most * 10) / 10:g} or fewer.",
        )
    return min(MONTH_DAYS, most) if days is None else days


async def _perform(running: RunningCentre, script: Script, show: Show) -> Summary:
    issuer, mark = running.stack.issuer.key(), f"D{time.time_ns() // 1_000_000}"
    centre = SimulatedCentre.open(running.centre.centre, running.urls, mark, issuer, running.time)
    try:
        stage = Stage(centre, script, await wait_until_known(centre))
        async with beside(show.run(stage.board)):
            played = await play(stage, show.tell)
    finally:
        await centre.close()
    tell("Accounting: what one has said, has the other heard?")
    return await sum_up(running, script, played)


def _console(running: RunningCentre) -> str:
    """Say where one sees what happens; nothing where the console is not installed."""
    where = "See the referrals move, signed in as operator-1"
    return "" if running.console is None else f" {where}: {running.console.url}"


def _stay(running: RunningCentre) -> None:
    """Wait for Ctrl-C or SIGTERM, and report a process that ends before."""
    for agency, url in running.urls.items():
        tell(f"  {agency:28} {url}/docs")
    tell(f"  log in there as somebody: {running.stack.issuer.url}; for curl: `ieum token --help`")
    services = dict(running.services)
    if running.console is not None:
        services[running.console.name] = running.console
        tell(f"  {running.console.name:28} {running.console.url}")
    tell("Everything stays up until Ctrl-C. Try `ieum watch`, `ieum status` or `ieum reconcile` elsewhere.")
    gone: set[str] = set()
    try:
        while True:
            time.sleep(LOOK_SECONDS)
            for name, service in services.items():
                if service.pid is None and name not in gone:
                    gone.add(name)
                    tell(f"{name} has ended by itself; its log is {service.log}.")
    except KeyboardInterrupt:
        tell("Stopping everything.")
