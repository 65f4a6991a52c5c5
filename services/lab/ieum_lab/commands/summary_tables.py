"""The summary of a demonstration as tables that a person can check."""

from collections import Counter
from collections.abc import Mapping

from ieum.cli.output import write_line
from ieum.cli.tables import write_table
from ieum_lab.simulator.summary import Summary


def write_summary(summary: Summary) -> None:
    """Write it on stdout."""
    played, accounts = summary.played, summary.accounts
    write_table(
        "Stories",
        ("", "story", "seconds"),
        [(story.number, story.title, round(story.seconds, 1)) for story in played.stories],
    )
    write_table(
        f"{len(played.streamed)} random referrals (seed {summary.script.seed}), by final state",
        ("state", "referrals"),
        played.states.items(),
    )
    write_table("What their workers decided and asked", ("move", "times"), played.moves.items())
    if played.clocks:
        write_table(
            "What clocks brought about, or waited for",
            ("what", "times"),
            Counter(each.what for each in played.clocks).most_common(),
        )
    write_table(
        "What could not be had in this run's months, by each agency's own report (`ieum report gaps AGENCY`)",
        ("agency", "could not give", "could not get", "counts of 1 to 4, hidden"),
        [
            (agency, f"{each.not_given_at_least} or more", f"{each.not_got_at_least} or more", each.hidden)
            for agency, each in played.reports.items()
        ],
    )
    write_table("Measures", ("what", "value"), _measures(summary).items())
    write_table("Memory, MB", ("process", "resident"), _memory(summary).items())
    write_table("Addresses", ("what", "where"), summary.addresses.items())
    write_line(
        f"Accounting: {accounts.streams} streams, {accounts.said} events said, {accounts.heard} heard, "
        f"{sum(accounts.referrals.values())} referrals in all databases."
    )
    if summary.is_sound:
        write_line("Everything is accounted for: nothing lost, nothing twice, nothing left.")
    for sentence in accounts.sentences:
        write_line(f"DIFFERENCE  {sentence}")


def _measures(summary: Summary) -> Mapping[str, str]:
    played, times = summary.played, summary.latency
    latency = (
        "nothing measured"
        if times is None
        else f"p50 {times.p50} ms, p95 {times.p95} ms, p99 {times.p99} ms, longest {times.longest:.0f} ms "
        f"(of {times.measured})"
    )
    return {
        "stack and agencies ready": f"{summary.seconds_until_ready:.1f} s",
        "slowest agency ready": f"{max(summary.ready_seconds.values(), default=0):.1f} s",
        "from commit to first answer committed": latency,
        "sending": f"{played.sending_seconds:.1f} s",
        "until all had ended": f"{played.stream_seconds:.1f} s",
        "throughput": f"{summary.referrals_per_second} referrals/s from start to end, "
        f"{summary.events_per_second} effects/s",
    }


def _memory(summary: Summary) -> Mapping[str, int]:
    return {**summary.memory, "together (shared pages once)": summary.memory_together}
