"""The page's sections on the operators' console."""

from typing import Any


def console_section(found: dict[str, Any]) -> str:
    """Say what each page takes with a large projection."""
    pages = sorted(found["pages"].items(), key=lambda each: -each[1]["p95"])
    rows = [
        f"| `{name}` | {each['p50']:.0f} | {each['p95']:.0f} | {each['max']:.0f} |" for name, each in pages
    ]
    name, slowest = max(found["queries"].items(), key=lambda each: each[1]["p95"])
    return "\n".join(
        [
            "## The operators' console\n",
            (
                f"A projection of {found['referrals']:,} referrals, their events, two hundred thousand "
                "entries of the audit. Every page is asked of the application with a session, queries and "
                f"template included; the aim is {found['aim_ms']:.0f} ms for 95 of 100. The slowest query "
                f"by itself is *{name}* with {slowest['p95']:.0f} ms. {_picture(found)}The projector takes "
                f"{found['projector_per_second']:,.0f} events a second into an empty projection, Kafka "
                f"left out (aim {found['aim_per_second']:,}).\n"
            ),
            "| page | p50 ms | p95 ms | max ms |",
            "| --- | --- | --- | --- |",
            *rows,
            "",
        ]
    )


def _picture(found: dict[str, Any]) -> str:
    taken = found.get("first_picture")
    if taken is None:
        return ""
    return (
        f"A browser that has kept nothing shows the first picture of `/` after {taken['p50']:.0f} ms, "
        f"{taken['p95']:.0f} at the 95th percentile (aim 1,000). "
    )


def projection_section(found: dict[str, Any]) -> str:
    """Say how the projector keeps up with Kafka."""
    steady, rebuild = found["steady"], found["rebuild"]
    return "\n".join(
        [
            "## The console's projector beside Kafka\n",
            (
                f"At {steady['rate']:,} records a second, for {steady['seconds']:,.0f} s, the oldest record "
                f"that was not yet in the projection was {steady['seconds_behind_p95']:.1f} s old at the "
                f"95th percentile and {steady['seconds_behind_max']:.1f} s at most (aim 3); the process "
                f"took {steady['mib_first']:,.0f} MiB after a quarter of that time and "
                f"{steady['mib_last']:,.0f} at its end. `ieum console rebuild` read "
                f"{rebuild['records']:,} records again in {rebuild['seconds']:,.0f} s, "
                f"{rebuild['per_second']:,.0f} a second, told its progress {rebuild['lines']} times, and "
                f"took {rebuild['mib_first']:,.0f} MiB after a quarter of that time and "
                f"{rebuild['mib_max']:,.0f} at most.\n"
            ),
        ]
    )
