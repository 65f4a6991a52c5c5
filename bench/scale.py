"""The page's sections on size: a backlog, a take-over, many centres, clocks that are due, the console."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bench import results
from bench.console_sections import console_section, projection_section
from bench.medians import figure
from bench.pressure_sections import isolation_section, size_section

BACKLOG_ROWS_MAX = 12


def scale_sections(folder: Path) -> Iterator[str]:
    """Give the sections for which there are results."""
    sections = {
        results.BACKLOG: _backlog,
        results.TAKE_OVER: _take_over,
        results.CENTRES: _centres,
        results.DUE: _due,
        results.CONSOLE: console_section,
        results.PROJECTION: projection_section,
        results.SIZE: size_section,
        results.ISOLATION: isolation_section,
    }
    for name, section in sections.items():
        found = results.read(name, folder)
        if found is not None:
            made = f"Made {found['made']} at commit {found['commit']} by `{found['command']}`.\n"
            yield f"{section(found)}\n{made}"


def _backlog(found: dict[str, Any]) -> str:
    shown = results.thinned(found["samples"], BACKLOG_ROWS_MAX)
    rows = [f"| {s['seconds']:,.0f} | {s['taken']:,} | {s['memory_mib']:,.0f} |" for s in shown]
    cost = ", ".join(f"{name} {value:,.0f}" for name, value in found["cpu_us"].items() if name != "bench")
    return "\n".join(
        [
            "## A backlog\n",
            (
                f"One instance took in and answered {found['taken']:,} waiting referrals at "
                f"{found['per_second']:,.0f} a second; {_answered(found)}. "
                f"Memory: {found['memory_mib_idle']:,.0f} MiB idle, "
                f"{found['memory_mib_max']:,.0f} MiB at most. CPU-µs per event: {cost}.\n"
            ),
            "| after s | taken in | MiB |",
            "| --- | --- | --- |",
            *rows,
            "",
        ]
    )


def _take_over(found: dict[str, Any]) -> str:
    rows = []
    for fault in dict.fromkeys(run["fault"] for run in found["runs"]):
        runs = [run for run in found["runs"] if run["fault"] == fault]
        relay = figure(run["relay_seconds"] for run in runs if run["relay_seconds"] is not None)
        worst = figure(run["worst_round_trip_seconds"] for run in runs)
        lost = sum(run["unanswered"] for run in runs)
        rows.append(f"| {fault} | {relay.text(2)} | {worst.text(2)} | {lost} | {len(runs)} |")
    return "\n".join(
        [
            "## Take-over\n",
            (
                f"Two instances of the sender; {found['rate']} referrals a second are posted to one, and the "
                "other, whose relay works, is killed or frozen. The second column is the time until the "
                "first referral posted afterwards reached its recipient, the third the longest round trip: "
                "answers that the lost instance had to read wait until the other is given its partitions.\n"
            ),
            "| instance | relay delivers again after s | longest round trip s | unanswered | runs |",
            "| --- | --- | --- | --- | --- |",
            *rows,
            "",
        ]
    )


def _centres(found: dict[str, Any]) -> str:
    names = {
        "partitions": "partitions",
        "broker_memory_mib": "broker MiB",
        "broker_files": "open files",
        "broker_maps": "memory maps",
        "broker_threads": "threads",
    }
    rows = [
        f"| {sample['centres']} | " + " | ".join(f"{sample[name]:,.0f}" for name in names) + " |"
        for sample in found["samples"]
    ]
    text = ["## More centres on one broker\n", "| centres | " + " | ".join(names.values()) + " |"]
    text += ["| --- |" + " --- |" * len(names), *rows]
    hundred, running = found.get("a_hundred"), found.get("one_centre_running")
    if hundred is not None:
        each = ", ".join(f"{value:,.1f} {names[name]}" for name, value in hundred["each_adds"].items())
        sums = ", ".join(f"{hundred[name]:,} {names[name]}" for name in names)
        text += [f"\nEach further centre adds {each}; {hundred['centres']} calculated: {sums}.\n"]
    if running is not None:
        text += [
            (
                f"The {running['services']} services of one centre take "
                f"{running['service_memory_mib']:,.0f} MiB and {running['service_files']} open files each "
                f"when idle, and {running['database_processes']} processes of the database server together. "
                f"While nothing happens they take {_idle(running['idle_percent_of_a_core'])}.\n"
            )
        ]
    return "\n".join(text)


def _idle(percent: dict[str, float]) -> str:
    parts = ", ".join(f"{name} {value:.1f}" for name, value in percent.items())
    return f"{sum(percent.values()):.1f} % of one core ({parts})"


def _due(found: dict[str, Any]) -> str:
    names = {
        "all": "the first page of what is due",
        "mine": "only what the agency owes, where it owes none of it",
        "theirs": "only what others owe",
        "none-of-them": "only of a clock that is not due at all",
    }
    measured = {f"a turn that acts on {found['turn_clocks']}": found["turn_ms"]}
    measured |= {names[name]: times for name, times in found["page_ms"].items()}
    return "\n".join(
        [
            "## Clocks that are due\n",
            (
                f"{found['clocks']:,} referrals whose sender was asked for something and has not answered, "
                f"all of them to be ended; a turn of clocks was to take less than {found['aim_ms']} ms. "
                f"A fixed loop before did {found['calibration']:,.0f} thousand rounds a second.\n"
            ),
            "| | p50 / p99, ms |",
            "| --- | --- |",
            *(f"| {name} | {times['p50']:,.1f} / {times['p99']:,.1f} |" for name, times in measured.items()),
            "",
        ]
    )


def _answered(found: dict[str, Any]) -> str:
    seconds = found["answered_after_seconds"]
    if seconds is None:
        return "answers were still waiting when nothing had moved for half a minute"
    return f"the last answer was sent after {seconds:,.0f} s"
