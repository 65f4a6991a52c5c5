"""The page's sections on pressure: a million that wait, and one bad place beside a steady flow."""

from typing import Any

from bench.isolation import times_worse

SLOWEST = 12


def size_section(found: dict[str, Any]) -> str:
    """Say what a million events that wait cost."""
    statements = list(found["statements"].items())[:SLOWEST]
    rows = [f"| `{name.replace('|', ' ')}` | {taken:,.0f} |" for name, taken in statements]
    pages = [f"`{path}` {taken['p50']:,.0f} / {taken['p95']:,.0f}" for path, taken in found["pages"].items()]
    return "\n".join(
        [
            "## A million that wait\n",
            (
                f"{found['events']:,} events wait behind gaps of {found['events'] // 10:,} streams, as many "
                f"are to be sent, {found['events'] * 10:,} lie in the ledger, and the peer says that it has "
                f"said more in every stream. The service was ready after {found['ready_seconds']:.0f} s and "
                f"took {found['memory_mib']:,.0f} MiB. What is due was tried after "
                f"{found['woken']['p50'] / 1e3:.1f} s, {found['woken']['p95'] / 1e3:.1f} at the 95th "
                "percentile (aim 2). First pages meanwhile, ms at the median and the 95th percentile (aim "
                f"300): {'; '.join(pages)}. The slowest of its own statements, as the server wrote them down "
                "(aim 200):\n"
            ),
            "| statement | longest, ms |",
            "| --- | --- |",
            *rows,
            "",
        ]
    )


def isolation_section(found: dict[str, Any]) -> str:
    """Say what others feel of each way of breaking, what health says, and how fast it heals."""
    rows = [_row(run) for run in found["runs"]]
    return "\n".join(
        [
            "## One bad place beside the others\n",
            (
                f"{found['rate']} referrals a second between two agencies, through the API, while a third "
                f"one breaks something; each part lasts {found['seconds']:.0f} s. The aim is that p99 stays "
                "within twice of undisturbed in the same run. Health is what the sender and the recipient "
                "tell an operator meanwhile.\n"
            ),
            (
                "| what is broken | p50 / p99 ms undisturbed | meanwhile | times | unanswered | health | MiB "
                "| gone after s |"
            ),
            "| --- | --- | --- | --- | --- | --- | --- | --- |",
            *rows,
            "",
        ]
    )


def _row(run: dict[str, Any]) -> str:
    before, during = run["undisturbed"], run["broken"]
    said = "; ".join(f"{name}: {' '.join(problems)}" for name, problems in run["health"].items() if problems)
    healed = run["healed_seconds"]
    cells = (
        run["way"],
        f"{before['p50']:.0f} / {before['p99']:.0f}",
        f"{during['p50']:.0f} / {during['p99']:.0f}",
        f"{times_worse(run):.1f}",
        str(run["unanswered"]),
        said or "ready",
        " / ".join(f"{mib:.0f}" for mib in run["memory_mib"].values()),
        "not in two minutes" if healed is None else f"{healed:.0f}",
    )
    return f"| {' | '.join(cells)} |"
